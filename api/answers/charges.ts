/**
 * `GET /api/immeuble/repartition-charges`: what each lot has consumed in a calendar month, quarter or year, its share of the whole and,
 * where the building shares charges, its cents. Lots add up to `total_general`; shares have two decimals and add up to 100.
 *
 * A lot whose occupant changed has one result a stay (`occupations`); where the whole is not given it is the sum of its stays.
 */
import { z } from 'zod';
import type { BuildingPeriod, MeterPeriod } from '../../domain/results.ts';
import type { TimeWindow } from '../../domain/window.ts';
import { certainty, certaintyOf, combineCertainty, sum } from './consumption.ts';
import type { AnswerContext } from './context.ts';
import { lotName, type MeteredLot, meteredLots } from './lots.ts';
import { type Stay, staysOf } from './stays.ts';
import { isoInZone, kilowattHours, kilowattHoursOrNull, type PeriodName, periodKindOf, stateNames } from './units.ts';

const stay = z.object({
  debut: z.string(),
  fin: z.string(),
  occupant: z.string().nullable().describe('référence, jamais un nom'),
  payeur: z.enum(['occupant', 'owner']),
  consommation_kwh: z.number(),
  jours_factures: z.int(),
  part_consommation: z.number(),
  montant_centimes: z.int().nullable(),
});

export const lotCharges = z.object({
  consommation_kwh: z.number(),
  jours_factures: z.int(),
  statut: z.enum(['actif', 'inactif']),
  part_consommation: z.number().describe('%'),
  part_egalitaire: z.number().describe('%'),
  ecart_vs_moyenne: z.number().describe('points de %'),
  montant_centimes: z.int().nullable(),
  occupations: z.array(stay),
  ...certainty,
});
export type LotCharges = z.infer<typeof lotCharges>;

export const chargesAnswer = z.object({
  periode: z.object({
    debut: z.string(),
    fin: z.string(),
    type: z.enum(['mois', 'trimestre', 'annee']),
    date: z.iso.date(),
    cloturee_le: z.string().nullable(),
    ...{ etat: certainty.etat },
  }),
  repartition: z.record(z.string(), lotCharges),
  total_general: z.object({
    consommation_totale: z.number().describe('kWh, somme des lots'),
    locataires_actifs: z.int(),
    consommation_moyenne: z.number().describe('kWh'),
    compteur_general: z.number().nullable().describe('kWh'),
    reste: z.number().nullable().describe('kWh'),
    montant_centimes: z.int().nullable(),
    mode: z.enum(['repartition', 'information']),
  }),
});
export type ChargesAnswer = z.infer<typeof chargesAnswer>;

export interface ChargesParameters {
  readonly period: PeriodName;
  /** Any local date of the period; today when left out. */
  readonly date?: string | undefined;
}

export async function charges(context: AnswerContext, parameters: ChargesParameters): Promise<ChargesAnswer> {
  const window = periodWindow(context, parameters);
  const [meterPeriods, buildingPeriod] = await periodResults(context, parameters.period, window);
  return chargesOf(context, parameters.period, window, meterPeriods, buildingPeriod);
}

/** The window of the period that holds the date. */
export function periodWindow(context: AnswerContext, parameters: ChargesParameters): TimeWindow {
  const at = parameters.date === undefined ? context.now : context.calendar.day(parameters.date).start;
  return context.calendar.windowOf(periodKindOf[parameters.period], at);
}

/** One round of queries for one period. */
export async function periodResults(
  context: AnswerContext,
  period: PeriodName,
  window: TimeWindow,
): Promise<[readonly MeterPeriod[], BuildingPeriod | undefined]> {
  const query = {
    building: context.building.id,
    period: periodKindOf[period],
    from: window.start,
    to: window.end,
  };
  const [meterPeriods, buildingPeriods] = await Promise.all([
    context.reader.meterPeriods(query),
    context.reader.buildingPeriods(query),
  ]);
  return [meterPeriods, buildingPeriods[0]];
}

export function chargesOf(
  context: AnswerContext,
  type: PeriodName,
  window: TimeWindow,
  meterPeriods: readonly MeterPeriod[],
  buildingPeriod: BuildingPeriod | undefined,
): ChargesAnswer {
  const { building, now } = context;
  const lots = meteredLots(building).map((lot) => ({ lot, total: lotPeriodOf(context, lot, window, meterPeriods) }));
  const totalWh = sum(lots.map(({ total }) => total.energyWh));
  const active = lots.filter(({ total }) => total.charges.statut === 'actif').length;
  return {
    periode: {
      debut: isoInZone(window.start, building.timezone),
      fin: isoInZone(window.end, building.timezone),
      type,
      date: window.date,
      cloturee_le: buildingPeriod?.closedAt == null ? null : isoInZone(buildingPeriod.closedAt, building.timezone),
      etat: buildingPeriod ? stateNames[buildingPeriod.status] : now < window.end ? 'ouvert' : 'provisoire',
    },
    repartition: Object.fromEntries(lots.map(({ lot, total }) => [lotName(lot.number), total.charges])),
    total_general: {
      consommation_totale: kilowattHours(totalWh),
      locataires_actifs: active,
      consommation_moyenne: active === 0 ? 0 : kilowattHours(totalWh / active),
      compteur_general: kilowattHoursOrNull(buildingPeriod?.generalWh),
      reste: kilowattHoursOrNull(buildingPeriod?.remainderWh),
      montant_centimes: building.charges.mode === 'information' ? null : (buildingPeriod?.amountCents ?? null),
      mode: building.charges.mode,
    },
  };
}

/** A lot's period with its energy still in Wh, so that totals stay exact. */
export interface LotPeriod {
  readonly energyWh: number;
  readonly charges: LotCharges;
}

export function lotPeriodOf(
  context: AnswerContext,
  lot: MeteredLot,
  window: TimeWindow,
  meterPeriods: readonly MeterPeriod[],
): LotPeriod {
  const own = meterPeriods.filter(
    (row) => row.start < window.end && lot.meters.some((meter) => meter.id === row.meter),
  );
  const wholes = lot.meters.flatMap((meter) => {
    const rows = own.filter((row) => row.meter === meter.id);
    const whole = rows.filter((row) => row.occupancy === 0);
    return whole.length > 0 ? whole : rows;
  });
  const reporting = new Set(wholes.map((row) => row.meter)).size;
  const energyWh = sum(wholes.map((row) => row.energyWh ?? 0));
  const share = hundredths(wholes.map((row) => row.sharePct));
  const equalShare = hundredths(wholes.map((row) => row.equalSharePct));
  return {
    energyWh,
    charges: {
      consommation_kwh: kilowattHours(energyWh),
      jours_factures: billedDays(context, window, wholes),
      statut: wholes.some((row) => row.activity === 'actif') ? 'actif' : 'inactif',
      part_consommation: share,
      part_egalitaire: equalShare,
      ecart_vs_moyenne: hundredths([share, -equalShare]),
      montant_centimes: amountOf(context, wholes),
      occupations: lot.meters
        .flatMap((meter) => staysOf(meter.id, meterPeriods, window))
        .map((part) => stayOf(context, part)),
      ...certaintyOf(combineCertainty(wholes, reporting < lot.meters.length, window, context.now)),
    },
  };
}

function stayOf(context: AnswerContext, { row, from, to }: Stay): z.infer<typeof stay> {
  return {
    debut: isoInZone(from, context.building.timezone),
    fin: isoInZone(to, context.building.timezone),
    occupant: row.occupant,
    payeur: row.payer,
    consommation_kwh: kilowattHours(row.energyWh ?? 0),
    jours_factures: row.billedDays,
    part_consommation: row.sharePct,
    montant_centimes: amountOf(context, [row]),
  };
}

/** Cents; null in the mode `information` or where nothing is priced. */
function amountOf(context: AnswerContext, rows: readonly MeterPeriod[]): number | null {
  if (context.building.charges.mode === 'information') return null;
  const priced = rows.flatMap((row) => row.amountCents ?? []);
  return priced.length === 0 ? null : sum(priced);
}

/** Local days that the rows touch: the day of a change of occupant counts once for the lot. Without a result: the elapsed days. */
function billedDays(context: AnswerContext, window: TimeWindow, rows: readonly MeterPeriod[]): number {
  const [only] = rows;
  if (only && rows.length === 1) return only.billedDays;
  const spans =
    rows.length === 0 ? [window] : rows.map((row) => ({ start: Math.max(row.start, row.occupancy), end: row.end }));
  const touched = new Set<number>();
  for (const span of spans)
    for (const day of context.calendar.between('day', span.start, Math.min(span.end, context.now)))
      touched.add(day.start);
  return touched.size;
}

/** Sum of percentages of two decimals, exact to the hundredth. */
function hundredths(percentages: readonly number[]): number {
  return sum(percentages.map((percentage) => Math.round(percentage * 100))) / 100;
}
