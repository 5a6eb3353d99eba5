/** A day's load curve, of the building or of a lot. */
import type { LoadCurveAnswer } from '../../answers/load-curve.ts';
import { powerCurve } from '../charts.ts';
import { power } from '../format.ts';
import { type Html, html, jsonScript } from '../html.ts';
import { section } from '../layout.ts';

export function curveSection(title: string, curve: LoadCurveAnswer, limitW: number | null): Html {
  const known = curve.puissances.flatMap((value) => value ?? []);
  const last = known.at(-1);
  return section(
    'courbe',
    title,
    known.length === 0
      ? html`<p class="empty">Pas encore de puissance mesurée aujourd'hui.</p>`
      : html`<figure class="plot" data-courbe="puissance" data-source="donnees-puissance">${powerCurve('Puissance moyenne par pas de dix minutes, en kW', curve.puissances, limitW)}</figure>
${jsonScript('donnees-puissance', { debut: curve.debut, pas: curve.pas_minutes, puissances: curve.puissances })}`,
    last !== undefined && html`<p class="aside">Dernière moyenne de 10 min : <strong>${power(last)}</strong></p>`,
  );
}
