/** What is wrong now, and what to do about it. */
import type { RecommendationAnswer } from '../../answers/anomalies.ts';
import { energy, longDate } from '../format.ts';
import { type Html, html, type Insert } from '../html.ts';
import { anomalyName, lotLabel, priorityNames, severityNames } from '../labels.ts';
import { section } from '../layout.ts';
import type { CurrentAnomaly } from '../verdict.ts';

/** `today`: local date. `query`: of the links to lots; null: none. */
export function anomaliesSection(anomalies: readonly CurrentAnomaly[], today: string, query: string | null): Html {
  return section(
    'anomalies',
    'Anomalies',
    anomalies.length === 0
      ? html`<p class="empty good">Aucune anomalie ouverte depuis hier.</p>`
      : html`<ul class="items">${anomalies.map((anomaly) =>
          item(
            { kind: anomaly.severite, title: anomalyName(anomaly.type), tag: severityNames[anomaly.severite] ?? '' },
            html`<p>${anomaly.description}</p>
<p class="meta">${anomaly.date === today ? "Aujourd'hui" : `Hier, ${longDate(anomaly.date)}`}${anomaly.impact_estime !== null && ` · énergie concernée ${energy(anomaly.impact_estime)}`}${query !== null && anomaly.locataires_concernes.length > 0 && html` · ${anomaly.locataires_concernes.map((lot, index) => html`${index > 0 && ', '}<a href="/lot/${lot.slice('locataire_'.length)}${query}">${lotLabel(lot)}</a>`)}`}</p>`,
          ),
        )}</ul>`,
    anomalies.length > 0 && html`<p class="aside">hier et aujourd'hui</p>`,
  );
}

/** What is urgent first; what is done every year anyway is folded away where there is something else. */
export function recommendationsSection(recommendations: readonly RecommendationAnswer[]): Html {
  const routine = recommendations.filter(({ priorite }) => priorite === 'basse');
  const others = recommendations.filter(({ priorite }) => priorite !== 'basse');
  return section(
    'recommandations',
    'Recommandations',
    recommendations.length === 0
      ? html`<p class="empty">Rien à recommander pour le moment.</p>`
      : others.length === 0
        ? adviceList(routine)
        : html`${adviceList(others)}${routine.length > 0 && html`<details><summary>Chaque année (${routine.length})</summary>${adviceList(routine)}</details>`}`,
  );
}

/** An entry with a title and what it weighs beside it. */
export function item({ kind, title, tag }: { kind: string; title: string; tag: string }, content: Insert): Html {
  return html`<li class="item ${kind}"><div class="item-head"><h3>${title}</h3><span class="tag ${kind}">${tag}</span></div>
${content}</li>`;
}

function adviceList(recommendations: readonly RecommendationAnswer[]): Html {
  return html`<ul class="items">${recommendations.map(({ priorite, action, description }) =>
    item(
      { kind: `priority-${priorite}`, title: action, tag: priorityNames[priorite] ?? '' },
      html`<p>${description}</p>`,
    ),
  )}</ul>`;
}
