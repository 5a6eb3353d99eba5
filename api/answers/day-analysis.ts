/**
 * One day of a building as the seed's `analyser_consommation_globale` gives it: the general meter, each lot, the distribution, anomalies,
 * efficiency and recommendations; beside them `comptage`, how the meters agree. Statistics and percentages are not rounded.
 */
import { mean, median, sampleStandardDeviation } from 'simple-statistics';
import { z } from 'zod';
import { type Building, generalMeter, isVacantThroughout } from '../../domain/building.ts';
import type { Anomaly, BuildingDay, MeterDay, Recommendation } from '../../domain/results.ts';
import type { TimeWindow } from '../../domain/window.ts';
import { anomalyAnswer, anomalyAnswers, recommendationAnswer, recommendationAnswers } from './anomalies.ts';
import {
  combineDays,
  generalConsumption,
  generalConsumptionOf,
  tenantConsumption,
  tenantConsumptionOf,
} from './consumption.ts';
import { lotName, meteredLots } from './lots.ts';
import { kilowattHours, kilowattHoursOrNull } from './units.ts';

const kwhOrNull = z.number().nullable();

export const dayAnalysis = z.object({
  date: z.iso.date(),
  consommation_globale: generalConsumption,
  consommations_locataires: z.record(z.string(), tenantConsumption),
  repartition: z.object({
    total_locataires: z.number(),
    moyenne_par_locataire: kwhOrNull,
    mediane: kwhOrNull,
    minimum: kwhOrNull,
    maximum: kwhOrNull,
    ecart_type: kwhOrNull,
    coefficient_variation: z.number().nullable().describe('rapport'),
    classes_consommation: z.object({ faible: z.int(), moyen: z.int(), eleve: z.int(), tres_eleve: z.int() }),
    nb_connus: z.int(),
    erreur: z.string().optional(),
  }),
  anomalies: z.array(anomalyAnswer),
  efficacite: z.object({
    moyenne_journaliere: kwhOrNull,
    mediane: kwhOrNull,
    score_homogeneite: z.number().nullable().describe('%'),
    coefficient_variation: z.number().nullable().describe('%'),
    interpretation: z.string(),
    nb_compares: z.int(),
    erreur: z.string().optional(),
  }),
  recommandations: z.array(recommendationAnswer),
  comptage: z.object({
    ratio: z.number().nullable(),
    qualite: z.enum(['measured', 'estimated', 'none']),
    reste: z.number().nullable().describe('kWh'),
    communs: z.number().nullable().describe('kWh'),
    compteurs_presents: z.int(),
    compteurs_attendus: z.int(),
  }),
});
export type DayAnalysis = z.infer<typeof dayAnalysis>;

/** The results of one day, whatever is known of it. */
export interface DayResults {
  readonly meterDays: readonly MeterDay[];
  readonly buildingDay: BuildingDay | undefined;
  readonly anomalies: readonly Anomaly[];
  readonly recommendations: readonly Recommendation[];
}

export function analyseDay(building: Building, window: TimeWindow, now: number, results: DayResults): DayAnalysis {
  const byMeter = new Map(results.meterDays.map((day) => [day.meter, day]));
  const lots = meteredLots(building).map((lot) => {
    const days = lot.meters.flatMap((meter) => byMeter.get(meter.id) ?? []);
    return { lot, day: combineDays(days, lot.meters.length, window, now) };
  });
  const general = generalMeter(building);
  const generalDay = general ? byMeter.get(general.id) : undefined;
  const compared = lots
    .filter(({ lot, day }) => (day.energyWh ?? 0) > 0 && !isVacantThroughout(lot.lot, window.start, window.end))
    .map(({ day }) => kilowattHours(day.energyWh ?? 0));
  return {
    date: window.date,
    consommation_globale: generalConsumptionOf(combineDays(generalDay ? [generalDay] : [], 1, window, now)),
    consommations_locataires: Object.fromEntries(
      lots.map(({ lot, day }) => [lotName(lot.number), tenantConsumptionOf(day)]),
    ),
    repartition: distributionOf(results.buildingDay),
    anomalies: anomalyAnswers(results.anomalies, building.timezone),
    efficacite: efficiencyOf(compared, results.buildingDay),
    recommandations: recommendationAnswers(results.recommendations),
    comptage: meteringOf(results.buildingDay, building),
  };
}

/** The seed's sentences; `null`: fewer than two lots to compare. */
export function interpretHomogeneity(score: number | null): string {
  if (score === null) return 'Données insuffisantes';
  if (score > 80) return 'Excellente homogénéité - Gestion énergétique équilibrée';
  if (score > 60) return 'Bonne homogénéité - Quelques écarts à surveiller';
  if (score > 40) return 'Homogénéité moyenne - Optimisations possibles';
  return 'Faible homogénéité - Actions correctives nécessaires';
}

function distributionOf(day: BuildingDay | undefined): DayAnalysis['repartition'] {
  const known = day?.knownCount ?? 0;
  return {
    total_locataires: kilowattHours(day?.tenantsWh ?? 0),
    moyenne_par_locataire: kilowattHoursOrNull(day?.meanWh),
    mediane: kilowattHoursOrNull(day?.medianWh),
    minimum: kilowattHoursOrNull(day?.minWh),
    maximum: kilowattHoursOrNull(day?.maxWh),
    ecart_type: kilowattHoursOrNull(day?.stdevWh),
    coefficient_variation: day?.coefficientOfVariation ?? null,
    classes_consommation: {
      faible: day?.classFaible ?? 0,
      moyen: day?.classMoyen ?? 0,
      eleve: day?.classEleve ?? 0,
      tres_eleve: day?.classTresEleve ?? 0,
    },
    nb_connus: known,
    ...(known === 0 ? { erreur: 'Aucune donnée' } : {}),
  };
}

/** `compared`: kWh of the lots that are not vacant and have consumed. */
function efficiencyOf(compared: readonly number[], day: BuildingDay | undefined): DayAnalysis['efficacite'] {
  const values = [...compared];
  const [first] = values;
  const score = day?.homogeneity ?? null;
  if (first === undefined)
    return {
      moyenne_journaliere: null,
      mediane: null,
      score_homogeneite: score,
      coefficient_variation: null,
      interpretation: interpretHomogeneity(score),
      nb_compares: 0,
      erreur: 'Données insuffisantes',
    };
  const average = mean(values);
  const deviation = values.length > 1 ? sampleStandardDeviation(values) : 0;
  return {
    moyenne_journaliere: average,
    mediane: median(values),
    score_homogeneite: score,
    coefficient_variation: (deviation / average) * 100,
    interpretation: interpretHomogeneity(score),
    nb_compares: day?.homogeneityCount ?? values.length,
  };
}

function meteringOf(day: BuildingDay | undefined, building: Building): DayAnalysis['comptage'] {
  return {
    ratio: day?.leakRatio ?? null,
    qualite: day?.leakRatioQuality ?? 'none',
    reste: kilowattHoursOrNull(day?.remainderWh),
    communs: kilowattHoursOrNull(day?.commonWh),
    compteurs_presents: day?.metersReporting ?? 0,
    compteurs_attendus: day?.metersExpected ?? building.meters.filter((meter) => meter.role === 'tenant').length,
  };
}
