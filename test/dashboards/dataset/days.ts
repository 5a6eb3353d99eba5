/** Results of the days: `meter_day` and `building_day` of the building, and of two smaller neighbours for the park. */
import type { MeterRole } from '../../../domain/building.ts';
import { interpretHomogeneity } from '../../../domain/homogeneity.ts';
import type { BuildingDay, ConsumptionClass, MeterDay } from '../../../domain/results.ts';
import type { TimeWindow, WindowFlag } from '../../../domain/window.ts';
import { calendar, days, firstDay, hour, now, quarterHour, today } from './clock.ts';
import { building, common, energies, general, meters, readingCount, tenants } from './load.ts';

/** LOC02 was replaced, LOC12's day became unknown after it had been published. */
export const replacement = { meter: 'LOC02', date: '2025-12-05' };
export const unknownDay = { meter: 'LOC12', date: '2026-03-28' };

export const roleOf = (meter: string): MeterRole =>
  meter === general ? 'general' : meter === common ? 'common' : 'tenant';
export const lotOf = (meter: string): number | null => (roleOf(meter) === 'tenant' ? Number(meter.slice(3)) : null);

export const meterDays: readonly MeterDay[] = days.flatMap((day) => meters.map((meter) => meterDay(meter, day)));
export const buildingDays: readonly BuildingDay[] = days.map(buildingDay);

/** What had been published before it was found out to be unknown: the store keeps the old fields of these points. */
export const withdrawn: readonly (MeterDay | BuildingDay)[] = [
  { ...meterDayOf(unknownDay.meter, unknownDay.date), energyWh: 99_000, class: 'tres_eleve', revision: 1 },
  { ...buildingDayOf(unknownDay.date), leakRatio: 0.5, leakRatioQuality: 'measured', remainderWh: 99_000, revision: 1 },
];

export const neighbours: readonly BuildingDay[] = ['ACACIAS', 'PEUPLIERS'].flatMap((name, n) =>
  days.slice(-40).map((day, index): BuildingDay => {
    const base = buildingDay(day);
    const generalWh = 60_000 + 1000 * n + 37 * index;
    return {
      ...base,
      building: name,
      generalWh,
      leakRatio: n === 0 ? 0.9 : 0.99,
      homogeneity: 50 + 10 * n,
      metersReporting: n === 0 ? 7 : 8,
      metersExpected: 8,
      anomalies: n === 0 ? 1 : 0,
    };
  }),
);

export function meterDayOf(meter: string, date: string): MeterDay {
  return meterDays.find((day) => day.meter === meter && day.date === date)!;
}
export function buildingDayOf(date: string): BuildingDay {
  return buildingDays.find((day) => day.date === date)!;
}
export const sentenceOf = (day: BuildingDay): string => interpretHomogeneity(day.homogeneity);

/** Quarters of an hour of a window that were read. */
function slots(meter: string, window: TimeWindow): { from: number; to: number } {
  const from = (window.start - firstDay.start) / quarterHour;
  const to = Math.min((window.end - firstDay.start) / quarterHour, readingCount(meter));
  return { from, to: Math.max(from, to) };
}

function meterDay(meter: string, day: TimeWindow): MeterDay {
  const { from, to } = slots(meter, day);
  const drawn = energies.get(meter)!.subarray(from, to);
  const energyWh = drawn.reduce((sum, energy) => sum + energy, 0);
  const peak = drawn.reduce((best, energy, index) => (energy > drawn[best]! ? index : best), 0);
  const isUnknown = meter === unknownDay.meter && day.date === unknownDay.date;
  const isReplaced = meter === replacement.meter && day.date === replacement.date;
  const isOpen = day.start === today.start;
  const flags: WindowFlag[] = isReplaced ? ['replaced'] : isUnknown || isOpen ? ['partial'] : [];
  return {
    v: 1,
    kind: 'meter_day',
    building,
    revision: isUnknown ? 2 : 1,
    meter,
    role: roleOf(meter),
    lot: lotOf(meter),
    date: day.date,
    start: day.start,
    end: day.end,
    energyWh: isUnknown ? null : energyWh,
    powerMaxW: drawn[peak]! * 4,
    powerMaxAt: day.start + peak * quarterHour,
    powerMeanW: (energyWh * hour) / (drawn.length * quarterHour),
    demandMaxW: drawn[peak]! * 4,
    nightFloorW: nightFloor(meter, day),
    readings: drawn.length,
    class: isUnknown || roleOf(meter) !== 'tenant' ? null : classOf(energyWh),
    activity: 'actif',
    status: isOpen ? 'open' : day.end + 48 * hour > now ? 'provisional' : 'final',
    flags,
    startQuality: 'measured',
    endQuality: isOpen || isUnknown ? 'none' : 'measured',
    estimatedWh: 0,
    glitches: isReplaced ? 1 : 0,
    conflicts: 0,
    slotsWh: { hp: energyWh - Math.floor(energyWh / 3), hc: Math.floor(energyWh / 3) },
  };
}

/** Lowest full-hour mean between 01:00 and 05:00 local. */
function nightFloor(meter: string, day: TimeWindow): number {
  const drawn = energies.get(meter)!;
  const first = (calendar.localTime(day.date, 1, 0) - firstDay.start) / quarterHour;
  const last = (calendar.localTime(day.date, 5, 0) - firstDay.start) / quarterHour;
  let lowest = Number.POSITIVE_INFINITY;
  for (let at = first; at < last; at += 4) {
    lowest = Math.min(lowest, drawn[at]! + drawn[at + 1]! + drawn[at + 2]! + drawn[at + 3]!);
  }
  return lowest;
}

function classOf(energyWh: number): ConsumptionClass {
  if (energyWh <= 5000) return 'faible';
  if (energyWh <= 10_000) return 'moyen';
  return energyWh <= 15_000 ? 'eleve' : 'tres_eleve';
}

function buildingDay(day: TimeWindow): BuildingDay {
  const of = new Map(meters.map((meter) => [meter, meterDay(meter, day)]));
  const whole = of.get(general)!;
  const known = tenants.flatMap((meter) => of.get(meter)!.energyWh ?? []).sort((a, b) => a - b);
  const sum = known.reduce((total, energy) => total + energy, 0);
  const mean = sum / known.length;
  const stdev = Math.sqrt(known.reduce((total, energy) => total + (energy - mean) ** 2, 0) / (known.length - 1));
  const isComplete = known.length === tenants.length;
  const isOpen = day.start === today.start;
  const commonWh = of.get(common)!.energyWh!;
  const classes = tenants.map((meter) => of.get(meter)!.class);
  const count = (name: ConsumptionClass): number => classes.filter((found) => found === name).length;
  const middle = known.length / 2;
  return {
    v: 1,
    kind: 'building_day',
    building,
    revision: isComplete ? 1 : 2,
    date: day.date,
    start: day.start,
    end: day.end,
    generalWh: whole.energyWh,
    tenantsWh: sum,
    commonWh,
    remainderWh: isComplete && !isOpen ? whole.energyWh! - sum - commonWh : null,
    leakRatio: isComplete && !isOpen ? (sum + commonWh) / whole.energyWh! : null,
    leakRatioQuality: isComplete && !isOpen ? 'measured' : 'none',
    powerMaxW: whole.powerMaxW,
    powerMaxAt: whole.powerMaxAt,
    powerMeanW: whole.powerMeanW,
    demandMaxW: whole.demandMaxW,
    contractedVa: 36_000,
    cosPhi: 0.95,
    peakVa: whole.powerMaxW! / 0.95,
    knownCount: known.length,
    meanWh: mean,
    medianWh: Number.isInteger(middle) ? (known[middle - 1]! + known[middle]!) / 2 : known[Math.floor(middle)]!,
    minWh: known[0]!,
    maxWh: known.at(-1)!,
    stdevWh: stdev,
    coefficientOfVariation: stdev / mean,
    homogeneity: Math.max(0, 1 - stdev / mean) * 100,
    homogeneityCount: known.length,
    classFaible: count('faible'),
    classMoyen: count('moyen'),
    classEleve: count('eleve'),
    classTresEleve: count('tres_eleve'),
    metersReporting: isOpen ? 0 : known.length,
    metersExpected: tenants.length,
    nightFloorW: whole.nightFloorW,
    remainderFloorW: null,
    anomalies: 0,
    status: whole.status,
  };
}
