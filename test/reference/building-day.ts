/** A building's day: distribution, classes, homogeneity, ratio and remainder at two shared instants, completeness, floors. */
import type { Building, Lot, Meter } from '../../domain/building.ts';
import type { NaiveCalendar, NaiveWindow } from './calendar.ts';
import type { Energy } from './energy.ts';
import { nightFloor } from './meter-day.ts';

type Fields = Record<string, unknown>;

export interface MeterEnergy {
  readonly meter: Meter;
  readonly energy: Energy;
  readonly day: Fields;
}

/** The fields of a published `building_day`, but for revision and the count of anomalies. */
export function buildingDay(
  building: Building,
  calendar: NaiveCalendar,
  meters: readonly MeterEnergy[],
  day: NaiveWindow,
  now: number,
): Fields {
  const of = (role: string) => meters.filter(({ meter }) => meter.role === role);
  const general = of('general')[0];
  const known = of('tenant').flatMap(({ day: d }) => (d.energyWh === null ? [] : [d.energyWh as number]));
  const sum = known.reduce((a, b) => a + b, 0);
  const mean = known.length === 0 ? null : sum / known.length;
  const stdev = mean === null ? null : deviation(known, mean);
  const classes = of('tenant').map(({ day: d }) => d.class);
  const even = of('tenant').flatMap(({ meter, day: d }) => {
    const lot = building.lots.find((l) => l.number === meter.lot);
    const wh = d.energyWh as number | null;
    return wh !== null && wh > 0 && !(lot && vacantThroughout(lot, day)) ? [wh] : [];
  });
  const evenMean = even.reduce((a, b) => a + b, 0) / even.length;
  const commons = of('common').map(({ day: d }) => d.energyWh as number | null);
  const shared = balance(meters, day, now);
  const statuses = meters.map(({ day: d }) => d.status);
  return {
    v: 1,
    kind: 'building_day',
    building: building.id,
    date: day.date,
    start: day.start,
    end: day.end,
    generalWh: general?.day.energyWh ?? null,
    tenantsWh: sum,
    commonWh: commons.includes(null) ? null : (commons as number[]).reduce((a, b) => a + b, 0),
    ...shared,
    powerMaxW: general?.day.powerMaxW ?? null,
    powerMaxAt: general?.day.powerMaxAt ?? null,
    powerMeanW: general?.day.powerMeanW ?? null,
    demandMaxW: general?.day.demandMaxW ?? null,
    contractedVa: building.contractedPowerKva * 1000,
    cosPhi: building.cosPhi,
    peakVa: general === undefined ? null : peakVa(building, general, day),
    knownCount: known.length,
    meanWh: mean,
    medianWh: median(known),
    minWh: known.length === 0 ? null : Math.min(...known),
    maxWh: known.length === 0 ? null : Math.max(...known),
    stdevWh: stdev,
    coefficientOfVariation: mean === null || mean === 0 || stdev === null ? null : stdev / mean,
    homogeneity: even.length < 2 ? null : Math.max(0, 1 - deviation(even, evenMean) / evenMean) * 100,
    homogeneityCount: even.length,
    classFaible: classes.filter((c) => c === 'faible').length,
    classMoyen: classes.filter((c) => c === 'moyen').length,
    classEleve: classes.filter((c) => c === 'eleve').length,
    classTresEleve: classes.filter((c) => c === 'tres_eleve').length,
    metersReporting: of('tenant').filter(({ day: d }) => d.startQuality !== 'none' && d.endQuality !== 'none').length,
    metersExpected: of('tenant').length,
    nightFloorW: general?.day.nightFloorW ?? null,
    remainderFloorW: remainderFloor(calendar, meters, day),
    status: statuses.includes('open') ? 'open' : statuses.every((s) => s === 'final') ? 'final' : 'provisional',
  };
}

/** Up to 36 kVA the greatest reading in VA, or W / cos φ where the meter gives none; above, the greatest demand. */
function peakVa(building: Building, { energy, day }: MeterEnergy, window: NaiveWindow): number | null {
  const overCosPhi = (watts: unknown): number | null => (watts === null ? null : (watts as number) / building.cosPhi);
  if (building.contractedPowerKva > 36) return overCosPhi(day.demandMaxW);
  const given = energy.readings('used', window.start, window.end).flatMap((r) => r.apparent ?? []);
  return given.length > 0 ? Math.max(...given) : overCosPhi(day.powerMaxW);
}

/** Ratio and remainder over the intersection of what is known of every registered meter and the window. */
export function balance(
  meters: readonly MeterEnergy[],
  window: NaiveWindow,
  now: number,
): { remainderWh: number | null; leakRatio: number | null; leakRatioQuality: string } {
  const unknown = { remainderWh: null, leakRatio: null, leakRatioQuality: 'none' };
  const general = meters.find(({ meter }) => meter.role === 'general');
  if (!general || meters.some(({ energy }) => energy.first === null)) return unknown;
  const from = Math.max(window.start, ...meters.map(({ energy }) => energy.first as number));
  const to = Math.min(window.end, ...meters.map(({ energy }) => energy.last as number));
  const elapsed = Math.min(window.end, Math.max(now, window.start)) - window.start;
  if (from >= to || (to - from) * 2 < elapsed) return unknown;
  const wh = ({ energy }: MeterEnergy): number => Number(energy.at(to) - energy.at(from));
  const generalWh = wh(general);
  const metered = meters.filter((m) => m !== general).reduce((sum, m) => sum + wh(m), 0);
  const remainderWh = generalWh - metered;
  if (generalWh === 0) return { ...unknown, remainderWh };
  const estimated = meters.some(({ energy }) => [from, to].some((b) => energy.quality(b) === 'estimated'));
  return {
    remainderWh,
    leakRatio: metered / generalWh,
    leakRatioQuality: from === window.start && to === window.end && !estimated ? 'measured' : 'estimated',
  };
}

function remainderFloor(calendar: NaiveCalendar, meters: readonly MeterEnergy[], day: NaiveWindow): number | null {
  if (!meters.some(({ meter }) => meter.role === 'general')) return null;
  const steps = meters.map(({ energy }) =>
    Math.max(1, ...energy.readings('used', day.start, day.end).map((r) => r.resolution)),
  );
  return nightFloor(
    calendar,
    day,
    steps.reduce((a, b) => a + b, 0),
    (from, to) => {
      let rest = 0;
      for (const { meter, energy } of meters) {
        const wh = energy.measuredWh(from, to);
        if (wh === null) return null;
        rest += meter.role === 'general' ? wh : -wh;
      }
      return rest;
    },
  );
}

export function vacantThroughout(lot: Lot, window: { start: number; end: number }): boolean {
  let from = window.start;
  for (const stay of [...lot.occupancy].sort((a, b) => a.from - b.from)) {
    if (stay.occupant === null && stay.from <= from) from = Math.max(from, stay.to ?? Number.POSITIVE_INFINITY);
  }
  return from >= window.end;
}

function deviation(values: readonly number[], mean: number): number {
  if (values.length < 2) return 0;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return null;
  return n % 2 === 1
    ? (sorted[(n - 1) / 2] as number)
    : ((sorted[n / 2 - 1] as number) + (sorted[n / 2] as number)) / 2;
}
