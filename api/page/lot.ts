/** A lot's own page, for its tenant and for the syndic: yesterday, thirty days, the own load curve where it may be shown, alerts, statements. */
import { frenchPlural } from '../../domain/french.ts';
import type { AnswerContext } from '../answers/context.ts';
import { loadCurve } from '../answers/load-curve.ts';
import type { MeteredLot } from '../answers/lots.ts';
import { type TenantReportAnswer, tenantReport } from '../answers/tenant-report.ts';
import { isoInZone } from '../answers/units.ts';
import { dayBars } from './charts.ts';
import {
  capitalised,
  clockTime,
  dayLabel,
  energy,
  energyFigure,
  longDate,
  percent,
  periodTitle,
  power,
} from './format.ts';
import { type Html, html, jsonScript } from './html.ts';
import { anomalyName, flagNames, severityNames, stateNames } from './labels.ts';
import { pageOf, section } from './layout.ts';
import { item } from './sections/anomalies.ts';
import { curveSection } from './sections/curve.ts';
import { verdictIcon } from './sections/hero.ts';

export interface LotPageParameters {
  readonly lot: MeteredLot;
  /** Whether the day's load curve may be shown to the visitor. */
  readonly curve: boolean;
  /** The tenant's move-in (epoch ms). */
  readonly since?: number | undefined;
  /** Whether the visitor may go back to the building's page. */
  readonly building: boolean;
  readonly pollMs: number;
  readonly signedIn: boolean;
}

export async function lotPage(context: AnswerContext, parameters: LotPageParameters): Promise<string> {
  const { building, calendar, now } = context;
  const { lot, since } = parameters;
  const [report, curve] = await Promise.all([
    tenantReport(context, { lot, days: 30, since }),
    parameters.curve ? loadCurve(context, { meters: lot.meters, lot: lot.number, since }) : null,
  ]);
  const query = `?${new URLSearchParams({ immeuble: building.id })}`;
  return pageOf({
    title: `Lot ${lot.number} · ${building.name} · relevé`,
    building,
    links: parameters.building ? [{ href: `/${query}`, text: '← Tout l’immeuble' }] : [],
    updatedAt: clockTime(isoInZone(now, building.timezone)),
    pollMs: parameters.pollMs,
    signedIn: parameters.signedIn,
    content: html`<p class="date" id="date-du-jour" data-vif>${longDate(calendar.dateOf(now))}</p>
${lotHero(report, lot.number, parameters.building ? 'Ce logement' : 'Votre logement')}
${alertsSection(report)}
${daysSection(report)}
${curve ? curveSection("Aujourd'hui, heure par heure", curve, null) : section('courbe', "Aujourd'hui, heure par heure", html`<p class="empty">La courbe de charge n'est montrée qu'au locataire de ce lot, ou avec son accord.</p>`)}
${statementsSection(context, lot.number)}`,
  });
}

/** `who`: how the lot is spoken of to the visitor. */
function lotHero(report: TenantReportAnswer, number: number, who: string): Html {
  const days = report.consommation_quotidienne;
  const today = days.at(-1);
  const yesterday = days.at(-2);
  const { moyenne_journaliere: own, moyenne_immeuble: average } = report.statistiques;
  const alerts = report.alertes_personnelles.filter((alert) => alert.date >= (yesterday?.date ?? '')).length;
  return html`<section class="hero ${alerts > 0 ? 'attention' : 'bien'}" id="reponse" aria-labelledby="reponse-titre" data-vif>
<div class="answer">
${verdictIcon(alerts > 0 ? 'attention' : 'bien')}
<div>
<p class="question">Lot ${number}</p>
<h1 id="reponse-titre">${alerts > 0 ? `${alerts === 1 ? 'Une alerte' : `${alerts} alertes`} depuis hier.` : 'Rien à signaler depuis hier.'}</h1>
<p class="summary">${comparison(own, average, who)}</p>
</div></div>
<dl class="figures">
<div class="figure"><dt>Aujourd'hui, jusqu'ici</dt><dd><span class="value">${energyFigure(today?.energie_consommee ?? null)}</span> <span class="unit">kWh</span></dd></div>
<div class="figure"><dt>Hier</dt><dd><span class="value">${energyFigure(yesterday?.energie_consommee ?? null)}</span> <span class="unit">kWh</span><span class="note">pointe ${power(yesterday?.puissance_max ?? null)}</span></dd></div>
<div class="figure"><dt>Moyenne par jour</dt><dd><span class="value">${energyFigure(own)}</span> <span class="unit">kWh</span><span class="note">sur les trente derniers jours</span></dd></div>
<div class="figure"><dt>Moyenne de l'immeuble</dt><dd><span class="value">${energyFigure(average)}</span> <span class="unit">kWh</span><span class="note">par logement et par jour</span></dd></div>
</dl>
</section>`;
}

function comparison(own: number | null, average: number | null, who: string): string {
  if (own === null) return 'Aucune consommation connue sur les trente derniers jours.';
  if (average === null || average === 0) return `En moyenne ${energy(own)} par jour sur les trente derniers jours.`;
  const difference = (own / average - 1) * 100;
  if (Math.abs(difference) < 5) return `${who} consomme comme la moyenne de l’immeuble.`;
  const share = percent(Math.abs(difference), 0);
  return `${who} consomme ${share} de ${difference > 0 ? 'plus' : 'moins'} que la moyenne des logements de l’immeuble.`;
}

function alertsSection(report: TenantReportAnswer): Html {
  const alerts = [...report.alertes_personnelles].reverse();
  return section(
    'anomalies',
    'Alertes',
    alerts.length === 0
      ? html`<p class="empty good">Aucune alerte sur les trente derniers jours.</p>`
      : html`<ul class="items">${[...new Set(alerts.map(({ type }) => type))].map((type) => alertItem(alerts.filter((alert) => alert.type === type)))}</ul>`,
    alerts.length > 0 && html`<p class="aside">sur les trente derniers jours</p>`,
  );
}

/** The alerts of one type, the newest first: it is told, the others are folded away. */
function alertItem(alerts: TenantReportAnswer['alertes_personnelles']): Html {
  const [newest, ...others] = alerts;
  if (!newest) return html``;
  return item(
    { kind: newest.severite, title: anomalyName(newest.type), tag: severityNames[newest.severite] ?? '' },
    html`<p>${newest.description}</p><p class="meta">${capitalised(longDate(newest.date))}</p>
${others.length > 0 && html`<details><summary>et ${others.length} ${frenchPlural(others.length, 'autre jour', 'autres jours')}</summary><ul class="past">${others.map(({ date, description }) => html`<li><span class="meta">${capitalised(longDate(date))}</span> ${description}</li>`)}</ul></details>`}`,
  );
}

function daysSection(report: TenantReportAnswer): Html {
  const days = report.consommation_quotidienne;
  const alerted = new Set(report.alertes_personnelles.map((alert) => alert.date));
  return section(
    'tendance',
    'Trente jours',
    html`<figure class="plot" data-courbe="tendance" data-source="donnees-tendance">${dayBars(
      'Consommation quotidienne du lot, en kWh',
      days.map((day) => ({
        date: day.date,
        parts: [{ role: 'tenant', name: 'consommation', kwh: day.energie_consommee }],
        alert: alerted.has(day.date),
        underWay: day.etat === 'ouvert',
      })),
    )}</figure>
${jsonScript('donnees-tendance', {
  dates: days.map((day) => day.date),
  locataires: days.map((day) => day.energie_consommee),
  nom: 'Consommation',
  autres: null,
  anomalies: days.map((day) => (alerted.has(day.date) ? 1 : 0)),
})}
<details><summary>Voir les chiffres</summary><div class="scroll" tabindex="0" role="region" aria-label="Chiffres des trente jours"><table>
<thead><tr><th scope="col">Jour</th><th scope="col" class="n">Consommation (kWh)</th><th scope="col" class="n">Pointe</th><th scope="col">État</th><th scope="col">Remarques</th></tr></thead>
<tbody>${[...days]
      .reverse()
      .map(
        (day) =>
          html`<tr><th scope="row">${dayLabel(day.date)}</th><td class="n strong">${energyFigure(day.energie_consommee)}</td><td class="n">${power(day.puissance_max)}</td><td>${stateNames[day.etat]}</td><td>${day.drapeaux.map((flag) => flagNames[flag]).join(', ')}</td></tr>`,
      )}</tbody></table></div></details>`,
  );
}

/** The periods under way, and the month and year before them, which are complete. */
function statementsSection({ building, calendar, now }: AnswerContext, lot: number): Html {
  const month = calendar.windowOf('month', now);
  const quarter = calendar.windowOf('quarter', now);
  const year = calendar.windowOf('year', now);
  const periods = [
    { period: 'mois', window: calendar.previous(month), underWay: false },
    { period: 'mois', window: month, underWay: true },
    { period: 'trimestre', window: quarter, underWay: true },
    { period: 'annee', window: year, underWay: true },
    { period: 'annee', window: calendar.previous(year), underWay: false },
  ] as const;
  return section(
    'charges',
    'Relevés',
    html`<ul class="statements">${periods.map(({ period, window, underWay }) => {
      const name = capitalised(periodTitle(period, window.date));
      const link = `/api/immeuble/releves-de-charges?${new URLSearchParams({ immeuble: building.id, periode: period, date: window.date, lot: String(lot) })}`;
      return html`<li><span>${name}${underWay && html` <span class="meta">en cours</span>`}</span> <a class="button quiet" href="${link}&format=html">À imprimer<span class="visually-hidden"> : ${name}</span></a> <a class="button quiet" href="${link}&format=csv" download>CSV<span class="visually-hidden"> : ${name}</span></a></li>`;
    })}</ul>`,
  );
}
