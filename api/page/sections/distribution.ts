/** How the lots' consumption is spread: classes, homogeneity, statistics. Averages from five known lots up. */
import type { DayAnalysis } from '../../answers/day-analysis.ts';
import { minimumLotsForAverage } from '../../answers/lots.ts';
import { energy, percent } from '../format.ts';
import { type Html, html } from '../html.ts';
import { classNames } from '../labels.ts';
import { section } from '../layout.ts';

export function distributionSection(day: DayAnalysis, limits: readonly [number, number, number], when: string): Html {
  const { classes_consommation: classes, nb_connus: known } = day.repartition;
  const counts = (Object.keys(classNames) as (keyof typeof classNames)[]).map((key, index) => ({
    key,
    count: classes[key],
    range: rangeText(index, limits),
  }));
  const most = Math.max(1, ...counts.map(({ count }) => count));
  return section(
    'repartition',
    `Répartition ${when}`,
    known === 0
      ? html`<p class="empty">Aucune consommation connue.</p>`
      : html`<ul class="classes">${counts.map(
          ({ key, count, range }) =>
            html`<li><span class="class-name">${classNames[key]} <small>${range}</small></span><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="class-${key}" width="${Math.round((count / most) * 100)}" height="10" rx="2"/></svg><span class="count">${count} <small>lot${count > 1 && 's'}</small></span></li>`,
        )}</ul>
<p class="interpretation"><strong>${day.efficacite.score_homogeneite === null ? '' : `Homogénéité ${percent(day.efficacite.score_homogeneite, 0)} · `}</strong>${day.efficacite.interpretation}</p>
${known >= minimumLotsForAverage && statistics(day)}`,
  );
}

function statistics({ repartition }: DayAnalysis): Html {
  const rows: readonly (readonly [string, string])[] = [
    ['Moyenne', energy(repartition.moyenne_par_locataire)],
    ['Médiane', energy(repartition.mediane)],
    ['Minimum', energy(repartition.minimum)],
    ['Maximum', energy(repartition.maximum)],
    ['Écart type', energy(repartition.ecart_type)],
  ];
  return html`<dl class="statistics">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function rangeText(index: number, [first, second, third]: readonly [number, number, number]): string {
  return [`≤ ${first} kWh`, `${first} à ${second} kWh`, `${second} à ${third} kWh`, `> ${third} kWh`][index] ?? '';
}
