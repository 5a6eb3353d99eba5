/**
 * `GET /api/immeuble/tableau-bord-syndic`: today's analysis, the month's charges, thirty days of trend and key figures, from one round of
 * range queries. As in the seed the averages take in the day under way; an unknown day enters no average of energy.
 * `conso_moyenne_jours_complets` leaves the day under way out.
 */
import { mean } from 'simple-statistics';
import { z } from 'zod';
import { anomalyAnswers } from './anomalies.ts';
import { chargesAnswer, chargesOf, periodResults, periodWindow } from './charges.ts';
import { type AnswerContext, daysBack, groupByStart, rangeOf } from './context.ts';
import { analyseDay, dayAnalysis } from './day-analysis.ts';
import { buildingConfiguration, configurationOf } from './lots.ts';
import { kilowattHours, kilowattHoursOrNull, stateNames } from './units.ts';

const trendDay = z.object({
  date: z.iso.date(),
  conso_totale: z.number().nullable().describe('kWh'),
  nb_anomalies: z.int(),
  conso_locataires: z.number().nullable().describe('kWh'),
  conso_communs: z.number().nullable().describe('kWh'),
  reste: z.number().nullable().describe('kWh'),
  puissance_max: z.number().nullable().describe('W'),
  etat: z.enum(['ouvert', 'provisoire', 'definitif']),
});
export type TrendDay = z.infer<typeof trendDay>;

export const dashboardAnswer = z.object({
  config_immeuble: buildingConfiguration,
  analyse_actuelle: dayAnalysis,
  repartition_charges: chargesAnswer,
  tendances_30j: z.array(trendDay),
  kpis_synthese: z.object({
    conso_moyenne_journaliere: z.number().nullable().describe('kWh'),
    anomalies_moyennes: z.number(),
    locataires_suivis: z.int(),
    conso_moyenne_jours_complets: z.number().nullable().describe('kWh'),
  }),
});
export type DashboardAnswer = z.infer<typeof dashboardAnswer>;

const trendDays = 30;

export async function dashboard(context: AnswerContext): Promise<DashboardAnswer> {
  const { reader, building, now } = context;
  const windows = daysBack(context, trendDays);
  const [today] = windows as [(typeof windows)[number]];
  const range = rangeOf(building, windows);
  const month = periodWindow(context, { period: 'mois' });
  const [meterDays, buildingDayList, anomalyList, recommendations, [meterPeriods, buildingPeriod]] = await Promise.all([
    reader.meterDays({ building: building.id, from: today.start, to: today.end }),
    reader.buildingDays(range),
    reader.anomalies(range),
    reader.recommendations({ building: building.id, from: today.start, to: today.end }),
    periodResults(context, 'mois', month),
  ]);
  const buildingDays = groupByStart(buildingDayList);
  const anomalies = groupByStart(anomalyList);
  const trend = windows.map((window): TrendDay => {
    const day = buildingDays.get(window.start)?.[0];
    return {
      date: window.date,
      conso_totale: kilowattHoursOrNull(day?.generalWh),
      nb_anomalies: anomalyAnswers(anomalies.get(window.start) ?? [], building.timezone).length,
      conso_locataires: day && day.knownCount > 0 ? kilowattHours(day.tenantsWh) : null,
      conso_communs: kilowattHoursOrNull(day?.commonWh),
      reste: kilowattHoursOrNull(day?.remainderWh),
      puissance_max: day?.powerMaxW ?? null,
      etat: day ? stateNames[day.status] : now < window.end ? 'ouvert' : 'provisoire',
    };
  });
  return {
    config_immeuble: configurationOf(building),
    analyse_actuelle: analyseDay(building, today, now, {
      meterDays,
      buildingDay: buildingDays.get(today.start)?.[0],
      anomalies: anomalies.get(today.start) ?? [],
      recommendations,
    }),
    repartition_charges: chargesOf(context, 'mois', month, meterPeriods, buildingPeriod),
    tendances_30j: trend,
    kpis_synthese: {
      conso_moyenne_journaliere: averageTotal(trend),
      anomalies_moyennes: mean(trend.map((day) => day.nb_anomalies)),
      locataires_suivis: configurationOf(building).nb_locataires,
      conso_moyenne_jours_complets: averageTotal(trend.filter((day) => day.etat !== 'ouvert')),
    },
  };
}

function averageTotal(trend: readonly TrendDay[]): number | null {
  const known = trend.flatMap((day) => day.conso_totale ?? []);
  return known.length === 0 ? null : mean(known);
}
