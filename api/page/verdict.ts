/**
 * "Mon immeuble va-t-il bien ?", answered: from the open anomalies of the day under way and the day before, the meters that answer and
 * whether anything is known at all. Critical and major anomalies say no, minor ones say yes with reserve.
 */

import { frenchPlural } from '../../domain/french.ts';
import type { AnomalyAnswer, RecommendationAnswer } from '../answers/anomalies.ts';
import type { DayAnalysis } from '../answers/day-analysis.ts';
import type { MaintenanceAnswer } from '../answers/maintenance.ts';
import { anomalyName } from './labels.ts';

export type VerdictLevel = 'bien' | 'attention' | 'alerte' | 'inconnu';

export interface BuildingVerdict {
  readonly level: VerdictLevel;
  readonly title: string;
  readonly reasons: readonly string[];
}

export function verdictOf(today: DayAnalysis, yesterday: DayAnalysis, maintenance: MaintenanceAnswer): BuildingVerdict {
  const anomalies = currentAnomalies(today, yesterday);
  const names = anomalies.map((anomaly) => anomalyName(anomaly.type));
  const reasons = [...new Set(names)].map((name) => {
    const times = names.filter((other) => other === name).length;
    return times > 1 ? `${name} × ${times}` : name;
  });
  const grave = anomalies.filter((anomaly) => anomaly.severite !== 'mineur').length;
  if (grave > 0)
    return {
      level: 'alerte',
      title: `Non : ${grave === 1 ? 'une anomalie demande' : `${grave} anomalies demandent`} votre attention.`,
      reasons,
    };
  if (!isKnown(today) && !isKnown(yesterday))
    return { level: 'inconnu', title: 'On ne sait pas : aucune mesure depuis hier.', reasons: [] };
  const { anomalies: faulty, inactifs } = maintenance.statuts;
  const mute = faulty + inactifs;
  if (mute > 0 && !names.includes(anomalyName('compteur_silencieux')))
    reasons.push(`${mute} ${frenchPlural(mute, 'compteur ne répond pas', 'compteurs ne répondent pas')} normalement`);
  if (reasons.length > 0)
    return {
      level: 'attention',
      title: `Oui, avec ${reasons.length === 1 ? 'un point' : `${reasons.length} points`} à surveiller.`,
      reasons,
    };
  return { level: 'bien', title: "Oui, l'immeuble va bien.", reasons: [] };
}

/** An anomaly with the local date of its day. */
export interface CurrentAnomaly extends AnomalyAnswer {
  readonly date: string;
}

/** Of both days, each type and place once, the newer first. */
export function currentAnomalies(today: DayAnalysis, yesterday: DayAnalysis): CurrentAnomaly[] {
  const seen = new Set<string>();
  const all = [today, yesterday].flatMap(({ anomalies, date }) => anomalies.map((anomaly) => ({ ...anomaly, date })));
  return all.filter((anomaly) => {
    const key = `${anomaly.type}/${anomaly.compteur ?? anomaly.bus ?? anomaly.locataires_concernes.join()}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Of both days, each code once, the most urgent first. */
export function currentRecommendations(today: DayAnalysis, yesterday: DayAnalysis): RecommendationAnswer[] {
  const byCode = new Map(
    [...yesterday.recommandations, ...today.recommandations].map((advice) => [advice.code, advice]),
  );
  return [...byCode.values()].sort((a, b) => priorities.indexOf(a.priorite) - priorities.indexOf(b.priorite));
}

const priorities = ['critique', 'haute', 'moyenne', 'basse'];

function isKnown(day: DayAnalysis): boolean {
  return day.repartition.nb_connus > 0 || day.consommation_globale.energie_consommee !== null;
}
