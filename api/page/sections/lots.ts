/** The lots in order of what they consumed the day before, with the day under way beside it. */
import type { AnomalyAnswer } from '../../answers/anomalies.ts';
import type { DayAnalysis } from '../../answers/day-analysis.ts';
import { energyFigure, power } from '../format.ts';
import { type Html, html } from '../html.ts';
import { anomalyName, flagNames, lotLabel } from '../labels.ts';
import { section } from '../layout.ts';
import { currentAnomalies } from '../verdict.ts';

export function lotsSection(today: DayAnalysis, yesterday: DayAnalysis, query: string): Html {
  const rows = Object.entries(yesterday.consommations_locataires)
    .map(([name, day]) => ({ name, day, now: today.consommations_locataires[name] }))
    .sort((a, b) => (b.day.energie_consommee ?? -1) - (a.day.energie_consommee ?? -1));
  const most = Math.max(0.001, ...rows.map(({ day }) => day.energie_consommee ?? 0));
  const concerned = new Map<string, AnomalyAnswer[]>();
  for (const anomaly of currentAnomalies(today, yesterday))
    for (const lot of anomaly.locataires_concernes) concerned.set(lot, [...(concerned.get(lot) ?? []), anomaly]);
  return section(
    'logements',
    'Logements',
    html`<div class="scroll" tabindex="0" role="region" aria-label="Tableau des logements"><table class="ranking">
<thead><tr><th scope="col">Lot</th><th scope="col"><span class="visually-hidden">Part du plus grand</span></th><th scope="col" class="n">Hier (kWh)</th><th scope="col" class="n">Aujourd'hui (kWh)</th><th scope="col" class="n">Pointe d'hier</th><th scope="col">Remarques</th></tr></thead>
<tbody>${rows.map(
      ({ name, day, now }) => html`<tr>
<th scope="row"><a href="/lot/${name.slice('locataire_'.length)}${query}">${lotLabel(name)}</a></th>
<td class="bar-cell"><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="fill-tenant" width="${Math.round(((day.energie_consommee ?? 0) / most) * 1000) / 10}" height="10" rx="2"/></svg></td>
<td class="n strong">${energyFigure(day.energie_consommee)}</td>
<td class="n">${energyFigure(now?.energie_consommee ?? null)}</td>
<td class="n">${power(day.puissance_max)}</td>
<td>${remarks(day, concerned.get(name) ?? [])}</td>
</tr>`,
    )}</tbody></table></div>`,
    html`<p class="aside">du plus au moins consommateur, hier</p>`,
  );
}

function remarks(day: DayAnalysis['consommations_locataires'][string], anomalies: readonly AnomalyAnswer[]): Html {
  return html`${anomalies.map((anomaly) => html`<span class="tag ${anomaly.severite}">${anomalyName(anomaly.type)}</span> `)}${day.statut === 'inactif' && html`<span class="tag">sans lecture</span> `}${day.drapeaux.map((flag) => html`<span class="tag">${flagNames[flag]}</span> `)}${day.energie_estimee > 0 && html`<span class="tag">dont ${energyFigure(day.energie_estimee)} kWh estimés</span>`}`;
}
