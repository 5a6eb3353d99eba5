/** Anomalies and recommendations as the seed writes them: those of a day that hold, the gravest first. */
import { z } from 'zod';
import type { Anomaly, Recommendation } from '../../domain/results.ts';
import { lotName } from './lots.ts';
import { isoInZone, kilowattHoursOrNull } from './units.ts';

export const anomalyAnswer = z.object({
  type: z.string(),
  severite: z.enum(['critique', 'majeur', 'mineur']),
  description: z.string(),
  valeur: z.number().nullable(),
  seuil: z.number().nullable(),
  impact_estime: z.number().nullable().describe('kWh'),
  locataires_concernes: z.array(z.string()),
  compteur: z.string().nullable(),
  bus: z.string().nullable(),
  ouverte_depuis: z.string(),
});
export type AnomalyAnswer = z.infer<typeof anomalyAnswer>;

export const recommendationAnswer = z.object({
  priorite: z.enum(['critique', 'haute', 'moyenne', 'basse']),
  domaine: z.string(),
  action: z.string(),
  description: z.string(),
  code: z.string(),
});
export type RecommendationAnswer = z.infer<typeof recommendationAnswer>;

/** The open anomalies among those of one day; idle meters are one anomaly that names their lots. */
export function anomalyAnswers(anomalies: readonly Anomaly[], timezone: string): AnomalyAnswer[] {
  const open = anomalies.filter((anomaly) => anomaly.open);
  const idle = open.filter((anomaly) => anomaly.type === 'compteurs_defaillants');
  const others = open.filter((anomaly) => anomaly.type !== 'compteurs_defaillants');
  const merged = idle.length > 1 ? [mergeIdle(idle)] : idle;
  return [...others, ...merged]
    .sort(
      (a, b) =>
        severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
        compareText(a.type, b.type) ||
        compareText(a.meter ?? a.bus ?? '', b.meter ?? b.bus ?? ''),
    )
    .map((anomaly) => anomalyAnswerOf(anomaly, timezone));
}

export function anomalyAnswerOf(anomaly: Anomaly, timezone: string): AnomalyAnswer {
  return {
    type: anomaly.type,
    severite: anomaly.severity,
    description: anomaly.text,
    valeur: anomaly.value,
    seuil: anomaly.threshold,
    impact_estime: kilowattHoursOrNull(anomaly.impactWh),
    locataires_concernes: anomaly.lots.map(lotName),
    compteur: anomaly.meter,
    bus: anomaly.bus,
    ouverte_depuis: isoInZone(anomaly.openedAt, timezone),
  };
}

/** The open recommendations among those of one day, the most urgent first. */
export function recommendationAnswers(recommendations: readonly Recommendation[]): RecommendationAnswer[] {
  return recommendations
    .filter((recommendation) => recommendation.open)
    .sort((a, b) => priorities.indexOf(a.priority) - priorities.indexOf(b.priority) || compareText(a.code, b.code))
    .map((recommendation) => ({
      priorite: recommendation.priority,
      domaine: recommendation.domain,
      action: recommendation.action,
      description: recommendation.text,
      code: recommendation.code,
    }));
}

function mergeIdle(idle: readonly Anomaly[]): Anomaly {
  const lots = [...new Set(idle.flatMap((anomaly) => anomaly.lots))].sort((a, b) => a - b);
  const [first] = idle as readonly [Anomaly, ...Anomaly[]];
  return {
    ...first,
    meter: null,
    lots,
    value: lots.length,
    text: `${lots.length} compteurs inactifs: ${lots.map(lotName).join(', ')}`,
    openedAt: Math.min(...idle.map((anomaly) => anomaly.openedAt)),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const severities = ['critique', 'majeur', 'mineur'];
const priorities = ['critique', 'haute', 'moyenne', 'basse'];
