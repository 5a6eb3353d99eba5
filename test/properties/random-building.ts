/**
 * Small buildings that misbehave in every way the rules speak of: one general meter and two others over about four days, in zones with and
 * without summer time, with half-hour offsets and with midnights that do not exist. Everything follows from the generated numbers.
 */

import fc from 'fast-check';
import type { Building, Lot, Meter, MeterRole, Occupancy } from '../../domain/building.ts';
import type { DeclaredEvent } from '../../domain/events.ts';
import type { Reading } from '../../domain/reading.ts';
import { mulberry } from '../random.ts';
import { invoicesOf, type PricePlan, tariffsOf } from './random-prices.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
const minuteMs = 60_000;

/** Zone and a UTC instant about which something happens to its clocks. */
const places: readonly (readonly [string, string])[] = [
  ['Europe/Paris', '2026-03-29T01:00Z'],
  ['Europe/Paris', '2026-10-25T01:00Z'],
  ['Europe/Paris', '2026-06-30T22:00Z'],
  ['Africa/Lagos', '2025-12-31T23:00Z'],
  ['Asia/Kolkata', '2026-03-31T18:30Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Africa/Cairo', '2026-04-23T22:00Z'],
  ['Asia/Beirut', '2026-03-28T22:00Z'],
  ['America/Santiago', '2026-09-06T04:00Z'],
  ['America/St_Johns', '2026-11-01T04:30Z'],
  ['Pacific/Chatham', '2026-04-04T14:00Z'],
  ['Atlantic/Azores', '2026-03-29T01:00Z'],
];

export type Incident =
  | { readonly kind: 'gap'; readonly from: number; readonly hours: number }
  | { readonly kind: 'glitch'; readonly from: number; readonly readings: number; readonly index: number }
  | { readonly kind: 'replacement'; readonly from: number; readonly index: number }
  | {
      readonly kind: 'declared';
      readonly from: number;
      readonly offsetMs: number;
      readonly index: number;
      readonly told: 'both' | 'final' | 'initial' | 'none';
    }
  | { readonly kind: 'multiplier'; readonly from: number; readonly offsetMs: number; readonly multiplier: number }
  | { readonly kind: 'duplicate'; readonly from: number; readonly powerW: number | null }
  | { readonly kind: 'conflict'; readonly from: number; readonly deltaWh: number }
  | { readonly kind: 'frozen'; readonly from: number; readonly readings: number }
  | { readonly kind: 'swap'; readonly from: number }
  | { readonly kind: 'late'; readonly from: number; readonly hours: number };

export interface MeterPlan {
  readonly seed: number;
  readonly stepMinutes: number;
  readonly jitterMs: number;
  readonly phaseMinutes: number;
  readonly meanW: number;
  readonly firstIndex: number;
  readonly resolutionWh: number;
  readonly limitWh: number | null;
  readonly maxPowerW: number;
  readonly powers: 'all' | 'some' | 'none';
  readonly apparent: 'all' | 'some' | 'none';
  readonly incidents: readonly Incident[];
}

export interface BuildingPlan extends PricePlan {
  readonly place: number;
  readonly common: boolean;
  /** Both tenant meters in lot 1. */
  readonly sharedLot: boolean;
  /** `silent`: registered, never read. */
  readonly general: 'read' | 'silent' | 'none';
  readonly contractedKva: number;
  readonly cosPhi: number;
  readonly expectedCommonShare: number;
  readonly days: number;
  readonly lateness: '48h' | '7d';
  readonly stays: readonly { readonly lot: number; readonly hour: number; readonly vacant: boolean }[];
  readonly mode: 'repartition' | 'information';
  readonly commonKey: 'prorata' | 'generales';
  readonly meters: readonly MeterPlan[];
}

export interface RandomBuilding {
  readonly plan: BuildingPlan;
  readonly building: Building;
  /** In order of (at, meter). */
  readonly readings: readonly Reading[];
}

const fraction = fc.integer({ min: 0, max: 999 }).map((n) => n / 1000);

const incident: fc.Arbitrary<Incident> = fc.oneof(
  fc.record({ kind: fc.constant('gap' as const), from: fraction, hours: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    kind: fc.constant('glitch' as const),
    from: fraction,
    readings: fc.integer({ min: 1, max: 4 }),
    index: fc.constantFrom(0, 0, 7, 250_000, 99_999_999),
  }),
  fc.record({ kind: fc.constant('replacement' as const), from: fraction, index: fc.constantFrom(0, 1234, 7_654_321) }),
  fc.record({
    kind: fc.constant('declared' as const),
    from: fraction,
    offsetMs: fc.constantFrom(0, 0, -1, 1, 130_000),
    index: fc.constantFrom(0, 500, 9_000_000),
    told: fc.constantFrom('both' as const, 'final' as const, 'initial' as const, 'none' as const),
  }),
  fc.record({
    kind: fc.constant('multiplier' as const),
    from: fraction,
    offsetMs: fc.constantFrom(0, -1, 1, 400_000),
    multiplier: fc.constantFrom(2, 0.5, 20),
  }),
  fc.record({
    kind: fc.constant('duplicate' as const),
    from: fraction,
    powerW: fc.option(fc.integer({ min: 0, max: 9000 })),
  }),
  fc.record({
    kind: fc.constant('conflict' as const),
    from: fraction,
    deltaWh: fc.constantFrom(1, -1, 400, -400, 9e6),
  }),
  fc.record({ kind: fc.constant('frozen' as const), from: fraction, readings: fc.integer({ min: 2, max: 30 }) }),
  fc.record({ kind: fc.constant('swap' as const), from: fraction }),
  fc.record({ kind: fc.constant('late' as const), from: fraction, hours: fc.integer({ min: 1, max: 120 }) }),
);

const meterPlan: fc.Arbitrary<MeterPlan> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  stepMinutes: fc.constantFrom(15, 15, 30, 60, 20, 7, 90, 125, 300),
  jitterMs: fc.constantFrom(0, 0, 1000, 240_000),
  phaseMinutes: fc.constantFrom(0, 0, 5, -720, 333),
  meanW: fc.constantFrom(0, 90, 600, 2500, 9000),
  firstIndex: fc.constantFrom(0, 1, 123_456, 8_999_000, 9_999_500),
  resolutionWh: fc.constantFrom(1, 1, 1, 10, 100, 500),
  limitWh: fc.constantFrom(null, null, 10_000_000),
  maxPowerW: fc.constantFrom(36_000, 36_000, 12_000),
  powers: fc.constantFrom('all' as const, 'all' as const, 'some' as const, 'none' as const),
  apparent: fc.constantFrom('none' as const, 'none' as const, 'some' as const, 'all' as const),
  incidents: fc.array(incident, { maxLength: 5 }),
});

export const buildingPlan: fc.Arbitrary<BuildingPlan> = fc.record({
  place: fc.integer({ min: 0, max: places.length - 1 }),
  common: fc.boolean(),
  sharedLot: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
  general: fc.constantFrom(...Array.from({ length: 10 }, () => 'read' as const), 'silent' as const, 'none' as const),
  contractedKva: fc.constantFrom(36, 36, 12, 9, 60),
  cosPhi: fc.constantFrom(1, 1, 0.8, 0.93),
  expectedCommonShare: fc.constantFrom(0, 0, 0.12),
  days: fc.constantFrom(4, 4, 4, 2, 1, 7),
  lateness: fc.constantFrom('48h' as const, '7d' as const),
  stays: fc.array(
    fc.record({ lot: fc.integer({ min: 1, max: 2 }), hour: fc.integer({ min: -30, max: 100 }), vacant: fc.boolean() }),
    { maxLength: 3 },
  ),
  tariff: fc.constantFrom(
    'none' as const,
    'base' as const,
    'slots' as const,
    'changing' as const,
    'many' as const,
    'beginning' as const,
  ),
  mode: fc.constantFrom('repartition' as const, 'information' as const),
  commonKey: fc.constantFrom('prorata' as const, 'generales' as const),
  invoiceCents: fc.option(fc.integer({ min: 0, max: 200_000 })),
  invoiceOf: fc.constantFrom(
    'month' as const,
    'month' as const,
    'quarter' as const,
    'year' as const,
    'months' as const,
  ),
  invoiceSlots: fc.constantFrom(['base'], ['hc', 'hp'], ['base', 'pointe', 'hc']),
  meters: fc.array(meterPlan, { minLength: 3, maxLength: 3 }),
});

export function realize(plan: BuildingPlan): RandomBuilding {
  const [timezone, about] = places[plan.place] as (typeof places)[number];
  const middle = Date.parse(about);
  const start = Math.floor((middle - (plan.days * dayMs) / 2) / hourMs) * hourMs;
  const roles: MeterRole[] = ['tenant', plan.common ? 'common' : 'tenant', 'general'];
  const events: DeclaredEvent[] = [];
  const readings: Reading[] = [];
  const meters = plan.meters.map((meterPlan, i): Meter => {
    const role = roles[i] as MeterRole;
    const id = role === 'general' ? 'GLOBAL' : role === 'common' ? 'COM' : `LOC0${i + 1}`;
    if (role !== 'general' || plan.general === 'read') readings.push(...readingsOf(id, meterPlan, start, plan, events));
    return {
      id,
      role,
      lot: role === 'tenant' ? (plan.sharedLot ? 1 : i + 1) : null,
      multiplier: 1,
      registerLimitWh: meterPlan.limitWh ?? undefined,
      maxPowerW: meterPlan.maxPowerW,
      installedAt: Number.NEGATIVE_INFINITY,
    };
  });
  readings.sort((a, b) => a.at - b.at || (a.meter < b.meter ? -1 : a.meter > b.meter ? 1 : 0));
  const lots = [1, 2]
    .filter((number) => number === 1 || !(plan.common || plan.sharedLot))
    .map(
      (number): Lot => ({
        number,
        owner: `P${number}`,
        tantiemes: { generales: 40 + number * 11 },
        occupancy: staysOf(plan, number, start),
      }),
    );
  const building: Building = {
    id: 'B',
    name: 'B',
    address: '',
    syndic: '',
    timezone,
    contractedPowerKva: plan.contractedKva,
    cosPhi: plan.cosPhi,
    expectedCommonShare: plan.expectedCommonShare,
    lots,
    meters: meters.filter(({ role }) => role !== 'general' || plan.general !== 'none'),
    thresholds: {
      classesKwh: [5, 10, 15],
      leakRatio: 0.95,
      incoherenceRatio: 1.02,
      powerRatio: 0.9,
      nightFloorRiseW: 200,
      overconsumptionKwh: 15,
      coefficientOfVariation: 0.3,
      busFailureShare: 0.05,
      silentIntervals: 3,
      frozenMs: 2 * hourMs,
      nightFloorShare: 0.2,
    },
    tariffs: tariffsOf(plan, middle),
    invoices: invoicesOf(plan, middle),
    charges: { mode: plan.mode, commonKey: plan.commonKey, closeAfterMs: 100 * dayMs },
    events,
    contacts: [],
    maxGapMs: 2 * hourMs,
    latenessMs: plan.lateness === '48h' ? 2 * dayMs : 7 * dayMs,
    intervalMs: minuteMs,
  };
  return { plan, building, readings };
}

function readingsOf(
  meter: string,
  plan: MeterPlan,
  start: number,
  { days, lateness }: BuildingPlan,
  events: DeclaredEvent[],
): Reading[] {
  const random = mulberry(plan.seed);
  const grid: { at: number; wh: number }[] = [];
  const end = start + days * dayMs + plan.phaseMinutes * minuteMs;
  let energy = plan.firstIndex;
  let before = start + plan.phaseMinutes * minuteMs;
  for (let at = before; at <= end; at += plan.stepMinutes * minuteMs) {
    const instant = at + (plan.jitterMs === 0 ? 0 : Math.floor(random() * plan.jitterMs));
    energy += (plan.meanW * random() * 2 * (instant - before)) / hourMs;
    before = instant;
    grid.push({ at: instant, wh: Math.floor(energy) });
  }
  const quantized = (wh: number): number => {
    const step = Math.floor(wh / plan.resolutionWh) * plan.resolutionWh;
    return plan.limitWh === null ? step : step % plan.limitWh;
  };
  let rows = grid.map(({ at, wh }) => ({ at, wh, index: quantized(wh), delayHours: 0 }));
  const extra: { at: number; index: number; powerW: number | null | undefined }[] = [];
  for (const incident of plan.incidents) {
    if (rows.length === 0) break;
    const i = Math.min(rows.length - 1, Math.floor(incident.from * rows.length));
    const row = rows[i] as (typeof rows)[number];
    switch (incident.kind) {
      case 'gap':
        rows = rows.filter(({ at }) => at <= row.at || at > row.at + incident.hours * hourMs);
        break;
      case 'glitch':
        for (const r of rows.slice(i, i + incident.readings)) r.index = incident.index;
        break;
      case 'replacement':
        for (const r of rows.slice(i)) r.index = quantized(incident.index + r.wh - row.wh);
        break;
      case 'declared': {
        const told = incident.told;
        const isTold = events.some(
          (e) => e.type === 'replacement' && e.meter === meter && e.at === row.at + incident.offsetMs,
        );
        if (isTold) break;
        events.push({
          v: 1,
          building: 'B',
          at: row.at + incident.offsetMs,
          type: 'replacement',
          meter,
          finalIndexWh: told === 'both' || told === 'final' ? row.index : undefined,
          initialIndexWh: told === 'both' || told === 'initial' ? quantized(incident.index) : undefined,
        });
        for (const r of rows.slice(i))
          if (r.at >= row.at + incident.offsetMs) r.index = quantized(incident.index + r.wh - row.wh);
        break;
      }
      case 'multiplier':
        events.push({
          v: 1,
          building: 'B',
          at: row.at + incident.offsetMs,
          type: 'multiplier',
          meter,
          multiplier: incident.multiplier,
        });
        for (const r of rows)
          if (r.at >= row.at + incident.offsetMs) r.index = quantized(Math.floor(r.wh * incident.multiplier));
        break;
      case 'duplicate':
        extra.push({ at: row.at, index: row.index, powerW: incident.powerW });
        break;
      case 'conflict':
        extra.push({ at: row.at, index: Math.max(0, row.index + incident.deltaWh), powerW: undefined });
        break;
      case 'frozen':
        for (const r of rows.slice(i, i + incident.readings)) r.index = row.index;
        break;
      case 'swap': {
        const next = rows[i + 1];
        if (next) [row.index, next.index] = [next.index, row.index];
        break;
      }
      case 'late':
        row.delayHours = incident.hours;
        break;
    }
  }
  const latenessMs = lateness === '48h' ? 2 * dayMs : 7 * dayMs;
  const all = [
    ...rows.map((row) => ({ ...row, powerW: undefined as number | null | undefined })),
    ...extra.map((row) => ({ ...row, wh: 0, delayHours: 0 })),
  ];
  return all.map(({ at, index, powerW, delayHours }): Reading => {
    const generated = Math.round(plan.meanW * random() * 2);
    const hasPower = plan.powers === 'all' || (plan.powers === 'some' && random() < 0.5);
    const hasApparent = plan.apparent === 'all' || (plan.apparent === 'some' && random() < 0.5);
    const delay = delayHours > 0 ? delayHours * hourMs : Math.floor(random() ** 8 * (latenessMs - hourMs));
    return {
      building: 'B',
      meter,
      at,
      energyImportWh: index,
      resolutionWh: plan.resolutionWh === 1 ? undefined : plan.resolutionWh,
      powerW: powerW === undefined ? (hasPower ? generated : undefined) : (powerW ?? undefined),
      apparentPowerVa: hasApparent ? generated + Math.round(random() * 4000) : undefined,
      source: 'mbus',
      receivedAt: at + delay,
    };
  });
}

function staysOf(plan: BuildingPlan, lot: number, start: number): Occupancy[] {
  const changes = plan.stays.filter((stay) => stay.lot === lot).sort((a, b) => a.hour - b.hour);
  const distinct = changes.filter((stay, i) => stay.hour !== changes[i - 1]?.hour);
  return [
    { from: 0, to: distinct[0] === undefined ? undefined : start + distinct[0].hour * hourMs, occupant: `L${lot}` },
    ...distinct.map((stay, i): Occupancy => {
      const next = distinct[i + 1];
      return {
        from: start + stay.hour * hourMs,
        to: next === undefined ? undefined : start + next.hour * hourMs,
        occupant: stay.vacant ? null : `L${lot}-${i}`,
      };
    }),
  ];
}
