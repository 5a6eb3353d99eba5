/** Thirty days of the building: lots, and what the general meter counts beside them; the figures stand in a table below. */
import type { TrendDay } from '../../answers/dashboard.ts';
import { dayBars, type StackedBar } from '../charts.ts';
import { dayLabel, energyFigure, power } from '../format.ts';
import { type Html, html, jsonScript } from '../html.ts';
import { stateNames } from '../labels.ts';
import { section } from '../layout.ts';

/** `trend`: the newest day first. */
export function trendSection(trend: readonly TrendDay[]): Html {
  const days = [...trend].reverse();
  return section(
    'tendance',
    'Trente jours',
    html`<figure class="plot" data-courbe="tendance" data-source="donnees-tendance">${dayBars('Consommation quotidienne des trente derniers jours, en kWh', days.map(barOf))}</figure>
${jsonScript('donnees-tendance', {
  dates: days.map((day) => day.date),
  locataires: days.map((day) => day.conso_locataires),
  autres: days.map(othersOf),
  anomalies: days.map((day) => day.nb_anomalies),
})}
<details><summary>Voir les chiffres</summary><div class="scroll" tabindex="0" role="region" aria-label="Chiffres des trente jours"><table>
<thead><tr><th scope="col">Jour</th><th scope="col" class="n">Immeuble (kWh)</th><th scope="col" class="n">Logements (kWh)</th><th scope="col" class="n">Communs et pertes (kWh)</th><th scope="col" class="n">Pointe</th><th scope="col" class="n">Anomalies</th><th scope="col">État</th></tr></thead>
<tbody>${trend.map(
      (day) =>
        html`<tr><th scope="row">${dayLabel(day.date)}</th><td class="n">${energyFigure(day.conso_totale)}</td><td class="n">${energyFigure(day.conso_locataires)}</td><td class="n">${energyFigure(othersOf(day))}</td><td class="n">${power(day.puissance_max)}</td><td class="n">${day.nb_anomalies}</td><td>${stateNames[day.etat]}</td></tr>`,
    )}</tbody></table></div></details>`,
    html`<ul class="legend"><li class="key-tenant">Logements</li><li class="key-common">Communs et pertes</li><li class="key-alert">Jour avec anomalie</li></ul>`,
  );
}

function barOf(day: TrendDay): StackedBar {
  return {
    date: day.date,
    parts: [
      { role: 'tenant', name: 'logements', kwh: day.conso_locataires },
      { role: 'common', name: 'communs et pertes', kwh: othersOf(day) },
    ],
    alert: day.nb_anomalies > 0,
    underWay: day.etat === 'ouvert',
  };
}

/** What the general meter counted beyond the lots, where both are known. */
function othersOf(day: TrendDay): number | null {
  if (day.conso_totale === null || day.conso_locataires === null) return null;
  return Math.max(0, day.conso_totale - day.conso_locataires);
}
