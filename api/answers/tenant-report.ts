/**
 * `GET /api/immeuble/rapports-locataires`: what one lot has consumed in the last N days (the day under way included, oldest first), and
 * the alerts that concern it. Nothing of another lot is told: an alert that names several is rewritten for this one, the building's
 * average is given from five lots up. For a tenant only days of the own stay.
 */
import { z } from 'zod';
import { isVacantThroughout } from '../../domain/building.ts';
import type { Anomaly } from '../../domain/results.ts';
import type { TimeWindow } from '../../domain/window.ts';
import { anomalyAnswer, anomalyAnswerOf } from './anomalies.ts';
import { type CombinedDay, combineDays, greatest, sum, tenantConsumption, tenantConsumptionOf } from './consumption.ts';
import { type AnswerContext, daysBack, groupByStart, rangeOf } from './context.ts';
import { lotName, type MeteredLot, meteredLots, minimumLotsForAverage } from './lots.ts';
import { isoInZone, kilowattHours } from './units.ts';

export const tenantReportAnswer = z.object({
  locataire: z.string(),
  periode: z.object({ debut: z.string(), fin: z.string(), jours: z.int() }),
  statistiques: z.object({
    nb_mesures: z.int(),
    puissance_max: z.number().nullable().describe('W'),
    puissance_moyenne: z.number().nullable().describe('W'),
    energie_totale: z.number().nullable().describe('kWh'),
    moyenne_journaliere: z.number().nullable().describe('kWh, jours connus et terminés'),
    moyenne_immeuble: z.number().nullable().describe('kWh par lot et jour; à partir de cinq lots actifs'),
  }),
  consommation_quotidienne: z.array(
    tenantConsumption.extend({
      date: z.iso.date(),
      puissance_moyenne: z.number().nullable().describe('W'),
    }),
  ),
  alertes_personnelles: z.array(anomalyAnswer.extend({ date: z.iso.date() })),
  message: z.string().optional(),
});
export type TenantReportAnswer = z.infer<typeof tenantReportAnswer>;

export interface TenantReportParameters {
  readonly lot: MeteredLot;
  /** 1 to 366. */
  readonly days: number;
  readonly date?: string | undefined;
  /** Days that begin earlier are withheld (epoch ms): the tenant's move-in. */
  readonly since?: number | undefined;
}

export async function tenantReport(
  context: AnswerContext,
  parameters: TenantReportParameters,
): Promise<TenantReportAnswer> {
  const { reader, building, now } = context;
  const { lot, since } = parameters;
  const asked = daysBack(context, parameters.days, parameters.date).reverse();
  const windows = since === undefined ? asked : asked.filter((window) => window.start >= since);
  const range = rangeOf(building, asked);
  const [meterDays, buildingDays, anomalies] = await Promise.all([
    Promise.all(lot.meters.map((meter) => reader.meterDays({ ...range, meter: meter.id }))),
    reader.buildingDays(range).then(groupByStart),
    reader.anomalies(range).then(groupByStart),
  ]);
  const own = groupByStart(meterDays.flat());
  const days = windows.map((window) => ({
    window,
    day: combineDays(own.get(window.start) ?? [], lot.meters.length, window, now),
  }));
  const closed = days.filter(({ window }) => window.end <= now);
  const averages = closed.flatMap(({ window }) => {
    const day = buildingDays.get(window.start)?.[0];
    return day && day.knownCount >= minimumLotsForAverage && day.meanWh !== null ? [day.meanWh] : [];
  });
  return {
    locataire: String(lot.number),
    periode: {
      debut: isoInZone((windows[0] ?? (asked[0] as TimeWindow)).start, building.timezone),
      fin: isoInZone((asked.at(-1) as TimeWindow).end, building.timezone),
      jours: parameters.days,
    },
    statistiques: {
      ...statisticsOf(days),
      moyenne_journaliere: averageOf(closed.flatMap(({ day }) => day.energyWh ?? [])),
      moyenne_immeuble: activeLots(context) >= minimumLotsForAverage ? averageOf(averages) : null,
    },
    consommation_quotidienne: days.map(({ window, day }) => ({
      date: window.date,
      ...tenantConsumptionOf(day),
      puissance_moyenne: day.powerMeanW,
    })),
    alertes_personnelles: windows.flatMap((window) =>
      personalAlerts(anomalies.get(window.start) ?? [], lot, building.timezone).map((alert) => ({
        ...alert,
        date: window.date,
      })),
    ),
    ...(own.size === 0 || days.every(({ day }) => day.energyWh === null && day.readings === 0)
      ? { message: 'Aucune donnée disponible' }
      : {}),
  };
}

/** Open anomalies that concern the lot, without a word on the others. */
export function personalAlerts(anomalies: readonly Anomaly[], lot: MeteredLot, timezone: string) {
  return anomalies
    .filter(
      (anomaly) =>
        anomaly.open && (anomaly.lots.includes(lot.number) || lot.meters.some((meter) => meter.id === anomaly.meter)),
    )
    .map((anomaly) => {
      const shared = anomaly.lots.some((number) => number !== lot.number);
      return anomalyAnswerOf(
        shared
          ? { ...anomaly, lots: [lot.number], value: null, impactWh: null, text: sharedText(anomaly, lot.number) }
          : anomaly,
        timezone,
      );
    });
}

function sharedText(anomaly: Anomaly, lot: number): string {
  return anomaly.type === 'compteurs_defaillants'
    ? `Compteur inactif: ${lotName(lot)}`
    : `Anomalie ${anomaly.type.replaceAll('_', ' ')}: ${lotName(lot)}`;
}

function statisticsOf(days: readonly { window: TimeWindow; day: CombinedDay }[]) {
  const powered = days.filter(({ day }) => day.powerMeanW !== null);
  const weight = sum(powered.map(({ window }) => window.end - window.start));
  const known = days.flatMap(({ day }) => day.energyWh ?? []);
  return {
    nb_mesures: sum(days.map(({ day }) => day.readings)),
    puissance_max: greatest(days.map(({ day }) => day.powerMaxW)),
    puissance_moyenne:
      weight === 0
        ? null
        : sum(powered.map(({ window, day }) => (day.powerMeanW ?? 0) * (window.end - window.start))) / weight,
    energie_totale: known.length === 0 ? null : kilowattHours(sum(known)),
  };
}

function averageOf(energiesWh: readonly number[]): number | null {
  return energiesWh.length === 0 ? null : kilowattHours(sum(energiesWh) / energiesWh.length);
}

/** Metered lots that are not vacant today. */
function activeLots({ building, calendar, now }: AnswerContext): number {
  const today = calendar.windowOf('day', now);
  return meteredLots(building).filter(({ lot }) => !isVacantThroughout(lot, today.start, today.end)).length;
}
