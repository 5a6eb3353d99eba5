/** The answer to the first question, and the four figures that carry it. */
import type { DashboardAnswer } from '../../answers/dashboard.ts';
import type { DayAnalysis } from '../../answers/day-analysis.ts';
import { energyFigure, euros, percent, periodTitle, power, signedPercent } from '../format.ts';
import { type Html, html, type Insert } from '../html.ts';
import type { BuildingVerdict, VerdictLevel } from '../verdict.ts';

export function heroSection(
  verdict: BuildingVerdict,
  today: DayAnalysis,
  yesterday: DayAnalysis,
  dashboard: DashboardAnswer,
): Html {
  return html`<section class="hero ${verdict.level}" id="reponse" aria-labelledby="reponse-titre" data-vif>
<div class="answer">
${verdictIcon(verdict.level)}
<div>
<p class="question">Mon immeuble va-t-il bien ?</p>
<h1 id="reponse-titre">${verdict.title}</h1>
${verdict.reasons.length > 0 && html`<ul class="reasons">${verdict.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
<p class="summary">${summaryOf(yesterday)}</p>
</div>
</div>
<dl class="figures">
${figure("Aujourd'hui, jusqu'ici", energyFigure(today.consommation_globale.energie_consommee), 'kWh', peakText(today))}
${figure('Hier', energyFigure(yesterday.consommation_globale.energie_consommee), 'kWh', comparedText(yesterday, dashboard))}
${monthFigure(dashboard)}
${contractFigure(today, yesterday, dashboard)}
</dl>
</section>`;
}

function figure(label: string, value: string, unit: string, note: Insert): Html {
  return html`<div class="figure"><dt>${label}</dt><dd><span class="value">${value}</span> <span class="unit">${unit}</span><span class="note">${note}</span></dd></div>`;
}

function monthFigure({ repartition_charges: charges }: DashboardAnswer): Html {
  const { compteur_general: general, consommation_totale: lots, montant_centimes: cents } = charges.total_general;
  return figure(
    `${periodTitle('mois', charges.periode.date)}`,
    energyFigure(general ?? lots, 0),
    'kWh',
    cents === null ? `dont ${energyFigure(lots, 0)} kWh dans les logements` : `soit ${euros(cents)}`,
  );
}

function contractFigure(today: DayAnalysis, yesterday: DayAnalysis, { config_immeuble }: DashboardAnswer): Html {
  const peaks = [today, yesterday].flatMap((day) => day.consommation_globale.puissance_max ?? []);
  const peak = peaks.length === 0 ? null : Math.max(...peaks);
  const contracted = config_immeuble.puissance_souscrite * 1000;
  const share = peak === null ? 0 : Math.min(1, peak / contracted);
  return html`<div class="figure"><dt>Pointe depuis hier</dt><dd><span class="value">${peak === null ? '—' : power(peak).replace('\u00a0kW', '')}</span> <span class="unit">kW</span>
<svg class="gauge" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="gauge-back" width="100" height="6" rx="3"/><rect class="${share > 0.9 ? 'fill-alert' : 'fill-general'}" width="${Math.round(share * 100)}" height="6" rx="3"/></svg>
<span class="note">${peak === null ? 'aucune puissance mesurée' : `${percent((peak / contracted) * 100, 0)} des ${config_immeuble.puissance_souscrite} kVA souscrits`}</span></dd></div>`;
}

function peakText(day: DayAnalysis): string {
  const { compteurs_presents: present, compteurs_attendus: expected } = day.comptage;
  return expected === 0 ? '' : `${Math.max(present, day.repartition.nb_connus)} compteurs sur ${expected} suivis`;
}

function comparedText(yesterday: DayAnalysis, { kpis_synthese }: DashboardAnswer): string {
  const average = kpis_synthese.conso_moyenne_jours_complets;
  const total = yesterday.consommation_globale.energie_consommee;
  if (average === null || total === null || average === 0) return 'pas encore de moyenne';
  return `${signedPercent((total / average - 1) * 100, 0)} / moyenne de 30 jours`;
}

function summaryOf(yesterday: DayAnalysis): string {
  const { ratio, compteurs_presents: present, compteurs_attendus: expected } = yesterday.comptage;
  const sentences: string[] = [];
  if (expected > 0)
    sentences.push(
      present === expected
        ? `Les ${expected} compteurs des logements ont tout compté hier`
        : `${present} compteurs sur ${expected} ont compté hier sans interruption`,
    );
  if (ratio !== null)
    sentences.push(
      `${percent(ratio * 100)} de l'énergie du compteur général se retrouve dans les logements et les communs`,
    );
  if (sentences.length === 0) return "Les premières mesures d'une journée complète donneront ici un bilan.";
  return `${sentences.join(' ; ')}.`;
}

export function verdictIcon(level: VerdictLevel): Html {
  return html`<svg class="verdict-icon" viewBox="0 0 48 48" aria-hidden="true"><circle class="disc" cx="24" cy="24" r="24"/><path class="sign" d="${signs[level]}"/></svg>`;
}

const signs: Readonly<Record<VerdictLevel, string>> = {
  bien: 'M14 25 L21 32 L35 17',
  attention: 'M24 13 V27 M24 34 V34.5',
  alerte: 'M16 16 L32 32 M32 16 L16 32',
  inconnu: 'M18 19 C18 12 30 12 30 19 C30 24 24 24 24 29 M24 35 V35.5',
};
