/**
 * `GET /api/immeuble/releves-de-charges`: the statement of each lot, or of each stay in it, for a billing period: consumption by price
 * slot, price, key and share, amount and who pays, the estimated part, the previous period and the same one a year before, the building's
 * average from five active lots up, and the adjustments: each stands on one statement, that of the first period that was not closed when it was made.
 */
import { z } from 'zod';
import type { Building, Tariff } from '../../domain/building.ts';
import type { Adjustment, BuildingPeriod, MeterPeriod } from '../../domain/results.ts';
import type { TimeWindow } from '../../domain/window.ts';
import { type ChargesParameters, periodWindow } from './charges.ts';
import { certainty, certaintyOf, sum } from './consumption.ts';
import type { AnswerContext } from './context.ts';
import { buildingConfiguration, configurationOf, type MeteredLot, meteredLots, minimumLotsForAverage } from './lots.ts';
import { billedParts, type Stay } from './stays.ts';
import { isoInZone, kilowattHours, kilowattHoursOrNull, periodKindOf, stateNames } from './units.ts';

const slotLine = z.object({
  tranche: z.string(),
  consommation_kwh: z.number(),
  prix_centimes_kwh: z.number().nullable(),
  montant_centimes: z.int().nullable(),
});

const adjustmentLine = z.object({
  periode: z.string(),
  date: z.iso.date(),
  consommation_kwh: z.number(),
  montant_centimes: z.int().nullable(),
  motif: z.string(),
  etabli_le: z.string(),
});

export const statement = z.object({
  lot: z.int(),
  compteur: z.string(),
  occupant: z.string().nullable(),
  payeur: z.enum(['occupant', 'owner']),
  debut: z.string(),
  fin: z.string(),
  jours_factures: z.int(),
  statut: z.enum(['actif', 'inactif']),
  consommation_kwh: z.number(),
  tranches: z.array(slotLine),
  part_consommation: z.number().nullable().describe('%; null: réservée au syndic, voir docs/privacy.md'),
  part_egalitaire: z.number().nullable().describe('%'),
  ecart_vs_moyenne: z.number().nullable().describe('points de %'),
  cle: z.string(),
  tantiemes: z.number().nullable(),
  tantiemes_total: z.number().nullable(),
  communs_centimes: z.int().nullable().describe('reste commun, abonnement et taxes'),
  montant_centimes: z.int().nullable(),
  periode_precedente_kwh: z.number().nullable(),
  annee_precedente_kwh: z.number().nullable(),
  moyenne_immeuble_kwh: z.number().nullable(),
  regularisations: z.array(adjustmentLine),
  ...certainty,
});
export type Statement = z.infer<typeof statement>;

export const statementsAnswer = z.object({
  config_immeuble: buildingConfiguration,
  periode: z.object({
    debut: z.string(),
    fin: z.string(),
    type: z.enum(['mois', 'trimestre', 'annee']),
    date: z.iso.date(),
    etat: certainty.etat,
    cloturee_le: z.string().nullable(),
    mode: z.enum(['repartition', 'information']),
    montant_centimes: z.int().nullable(),
  }),
  releves: z.array(statement),
});
export type StatementsAnswer = z.infer<typeof statementsAnswer>;

export interface StatementsParameters extends ChargesParameters {
  readonly lot?: number | undefined;
  /** Stays that begin earlier are withheld (epoch ms): the tenant's move-in. */
  readonly since?: number | undefined;
  /** For the tenant alone: nothing by which others could be worked out, unless it is needed to check what is to be paid. */
  readonly tenant?: boolean | undefined;
}

export async function statements(context: AnswerContext, parameters: StatementsParameters): Promise<StatementsAnswer> {
  const { reader, building } = context;
  const window = periodWindow(context, parameters);
  const previous = context.calendar.previous(window);
  const yearBefore = sameAYearBefore(context, window);
  const query = {
    building: building.id,
    period: periodKindOf[parameters.period],
    from: Math.min(yearBefore.start, previous.start),
    to: window.end,
  };
  const adjustmentsFrom = Math.min(yearBefore.start, window.start - 3 * 366 * 86_400_000);
  const [meterPeriods, buildingPeriods, adjustments] = await Promise.all([
    reader.meterPeriods(query),
    reader.buildingPeriods({ ...query, from: Math.min(query.from, adjustmentsFrom) }),
    reader.adjustments({ building: building.id, from: adjustmentsFrom, to: window.end }),
  ]);
  const buildingPeriod = buildingPeriods.find((row) => row.start === window.start);
  const lots = meteredLots(building).filter((lot) => parameters.lot === undefined || lot.number === parameters.lot);
  const shown = adjustments.filter((row) => statementStartOf(row, buildingPeriods) === window.start);
  const since = parameters.since ?? Number.NEGATIVE_INFINITY;
  const few = (buildingPeriod?.activeLots ?? 0) < minimumLotsForAverage;
  const withoutShares = parameters.tenant === true && few && building.charges.mode === 'information';
  return {
    config_immeuble: configurationOf(building),
    periode: {
      debut: isoInZone(window.start, building.timezone),
      fin: isoInZone(window.end, building.timezone),
      type: parameters.period,
      date: window.date,
      etat: buildingPeriod ? stateNames[buildingPeriod.status] : context.now < window.end ? 'ouvert' : 'provisoire',
      cloturee_le: buildingPeriod?.closedAt == null ? null : isoInZone(buildingPeriod.closedAt, building.timezone),
      mode: building.charges.mode,
      montant_centimes: priced(building, buildingPeriod?.amountCents ?? null),
    },
    releves: lots.flatMap((lot) =>
      lot.meters.flatMap((meter) =>
        billedParts(meter.id, meterPeriods, window)
          .filter((part) => part.from >= since)
          .map((part, position) =>
            statementOf(building, lot, part, {
              buildingPeriod,
              withoutShares,
              previous: comparable(part, meterPeriods, previous, since),
              yearBefore: comparable(part, meterPeriods, yearBefore, since),
              // Where the lot changed hands within the period, the first part carries it: it follows the adjusted period.
              adjustments:
                position > 0 ? [] : shown.filter((row) => row.meter === part.row.meter && row.start >= since),
            }),
          ),
      ),
    ),
  };
}

/** Start of the first later period of its kind that was not closed yet when the adjustment was made; undefined: none is there yet. */
function statementStartOf(adjustment: Adjustment, periods: readonly BuildingPeriod[]): number | undefined {
  const starts = periods
    .filter(
      ({ period, start, closedAt }) =>
        period === adjustment.period && start > adjustment.start && (closedAt === null || closedAt > adjustment.madeAt),
    )
    .map(({ start }) => start);
  return starts.length === 0 ? undefined : Math.min(...starts);
}

interface Comparisons {
  readonly buildingPeriod: BuildingPeriod | undefined;
  /** The own consumption and its share give the sum of the others, which is one neighbour's where they are two. */
  readonly withoutShares: boolean;
  readonly previous: number | null;
  readonly yearBefore: number | null;
  readonly adjustments: readonly Adjustment[];
}

function statementOf(building: Building, lot: MeteredLot, { row, from, to }: Stay, compared: Comparisons): Statement {
  const key = building.charges.commonKey;
  const tantiemes = key === 'prorata' ? null : (lot.lot?.tantiemes[key] ?? null);
  const { buildingPeriod, withoutShares } = compared;
  return {
    lot: lot.number,
    compteur: row.meter,
    occupant: row.occupant,
    payeur: row.payer,
    debut: isoInZone(from, building.timezone),
    fin: isoInZone(to, building.timezone),
    jours_factures: row.billedDays,
    statut: row.activity,
    consommation_kwh: kilowattHours(row.energyWh ?? 0),
    tranches: slotLines(building, row),
    part_consommation: withoutShares ? null : row.sharePct,
    part_egalitaire: withoutShares ? null : row.equalSharePct,
    ecart_vs_moyenne: withoutShares ? null : row.deviationPct,
    cle: key,
    tantiemes,
    tantiemes_total: tantiemes === null ? null : sum(building.lots.map((other) => other.tantiemes[key] ?? 0)),
    communs_centimes: priced(building, row.commonCents),
    montant_centimes: priced(building, row.amountCents),
    periode_precedente_kwh: kilowattHoursOrNull(compared.previous),
    annee_precedente_kwh: kilowattHoursOrNull(compared.yearBefore),
    moyenne_immeuble_kwh:
      (buildingPeriod?.activeLots ?? 0) >= minimumLotsForAverage ? kilowattHoursOrNull(buildingPeriod?.meanWh) : null,
    regularisations: compared.adjustments.map((adjustment) => ({
      periode: periodNames[adjustment.period],
      date: adjustment.date,
      consommation_kwh: kilowattHours(adjustment.energyWh),
      montant_centimes: priced(building, adjustment.amountCents),
      motif: adjustment.reason,
      etabli_le: isoInZone(adjustment.madeAt, building.timezone),
    })),
    ...certaintyOf({ ...row, estimatedWh: row.pricedEstimatedWh ?? row.estimatedWh }),
  };
}

/** Wh of the same meter and occupant in another window; null where there is none, it was not wholly counted, or it is withheld. */
function comparable({ row }: Stay, rows: readonly MeterPeriod[], window: TimeWindow, since: number): number | null {
  const others = billedParts(row.meter, rows, window).filter(
    (other) =>
      other.row.occupant === row.occupant &&
      other.row.startQuality !== 'none' &&
      other.row.endQuality !== 'none' &&
      other.from >= since,
  );
  const known = others.flatMap((other) => other.row.energyWh ?? []);
  return known.length === 0 ? null : sum(known);
}

function sameAYearBefore(context: AnswerContext, window: TimeWindow): TimeWindow {
  const [year = '', ...rest] = window.date.split('-');
  const date = [String(Number(year) - 1).padStart(4, '0'), ...rest].join('-');
  return context.calendar.windowOf(window.kind, context.calendar.day(date).start);
}

/** Energy by price slot beside the price of the tariff in force when the period began, in the tariff's order. */
function slotLines(building: Building, row: MeterPeriod): Statement['tranches'] {
  const tariff = building.tariffs.reduce<Tariff | undefined>(
    (latest, candidate) =>
      candidate.from <= row.start && (!latest || candidate.from > latest.from) ? candidate : latest,
    undefined,
  );
  const order = (name: string) => (tariff?.slots ?? []).findIndex((slot) => slot.name === name);
  const slots = Object.entries(row.slotsWh).sort(([a], [b]) => order(a) - order(b) || (a < b ? -1 : 1));
  return slots.map(([name, wh]) => ({
    tranche: name,
    consommation_kwh: kilowattHours(wh),
    prix_centimes_kwh:
      building.charges.mode === 'information'
        ? null
        : (tariff?.slots.find((slot) => slot.name === name)?.centsPerKwh ?? null),
    montant_centimes: priced(building, row.slotsCents[name] ?? null),
  }));
}

function priced(building: Building, cents: number | null): number | null {
  return building.charges.mode === 'information' ? null : cents;
}

const periodNames = { month: 'mois', quarter: 'trimestre', year: 'annee' } as const;
