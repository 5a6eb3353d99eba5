/** What is wrong now, and what to do about it. */
import type { AnomalyAnswer, RecommendationAnswer } from '../../answers/anomalies.ts';
import { clockTime, energy, numericDate } from '../format.ts';
import { type Html, html } from '../html.ts';
import { anomalyName, lotLabel, priorityNames, severityNames } from '../labels.ts';
import { section } from '../layout.ts';

export function anomaliesSection(anomalies: readonly AnomalyAnswer[], query: string | null): Html {
  return section(
    'anomalies',
    'Anomalies',
    anomalies.length === 0
      ? html`<p class="empty good">Aucune anomalie ouverte depuis hier.</p>`
      : html`<ul class="items">${anomalies.map(
          (anomaly) => html`<li class="item ${anomaly.severite}">
<h3>${anomalyName(anomaly.type)} <span class="tag ${anomaly.severite}">${severityNames[anomaly.severite]}</span></h3>
<p>${anomaly.description}</p>
<p class="meta">Depuis le ${numericDate(anomaly.ouverte_depuis)} à ${clockTime(anomaly.ouverte_depuis)}${anomaly.impact_estime !== null && ` · impact estimé ${energy(anomaly.impact_estime)}`}${query !== null && anomaly.locataires_concernes.length > 0 && html` · ${anomaly.locataires_concernes.map((lot, index) => html`${index > 0 && ', '}<a href="/lot/${lot.slice('locataire_'.length)}${query}">${lotLabel(lot)}</a>`)}`}</p>
</li>`,
        )}</ul>`,
    anomalies.length > 0 && html`<p class="aside">hier et aujourd'hui</p>`,
  );
}

export function recommendationsSection(recommendations: readonly RecommendationAnswer[]): Html {
  return section(
    'recommandations',
    'Recommandations',
    recommendations.length === 0
      ? html`<p class="empty">Rien à recommander pour le moment.</p>`
      : html`<ul class="items">${recommendations.map(
          (recommendation) => html`<li class="item priority-${recommendation.priorite}">
<h3>${recommendation.action} <span class="tag priority-${recommendation.priorite}">${priorityNames[recommendation.priorite]}</span></h3>
<p>${recommendation.description}</p>
</li>`,
        )}</ul>`,
  );
}
