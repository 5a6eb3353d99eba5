/** Results of months, quarters and years: shares that make 100, a lot with two stays, a closed month with a later correction. */
import { periodKinds } from '../../../domain/calendar.ts';
import type { Adjustment, BuildingPeriod, MeterPeriod } from '../../../domain/results.ts';
import type { PeriodKind, TimeWindow } from '../../../domain/window.ts';
import { calendar, firstDay, hour, now } from './clock.ts';
import { buildingDays, lotOf, meterDays } from './days.ts';
import { building, common, general, tenants } from './load.ts';

/** Lot 8 changed hands in the middle of February 2026. */
export const movedMeter = 'LOC08';
export const moveIn = calendar.day('2026-02-11').start;
const unshared = { sharePct: 0, equalSharePct: 0, deviationPct: 0, amountCents: null, estimatedWh: 900_000 } as const;
/** Cents a kWh in this data set. */
const centsPerKwh = 20;

export const periods: readonly (MeterPeriod | BuildingPeriod)[] = periodKinds.flatMap((kind) =>
  calendar.between(kind, firstDay.start, now).flatMap((window) => periodResults(kind, window)),
);
export const meterPeriods = periods.filter((period) => period.kind === 'meter_period');
export const buildingPeriods = periods.filter((period) => period.kind === 'building_period');

export const adjustment: Adjustment = {
  v: 1,
  kind: 'adjustment',
  building,
  revision: 1,
  meter: 'LOC04',
  sequence: 1,
  lot: 4,
  period: 'month',
  date: '2026-01-01',
  start: calendar.day('2026-01-01').start,
  energyWh: -1250,
  amountCents: -25,
  reason: 'Relevé retrouvé',
  madeAt: calendar.day('2026-02-20').start + 9 * hour,
  madeBy: 'syndic',
};

export function sumOfDays(meter: string, from: number, to: number): number {
  return meterDays
    .filter((day) => day.meter === meter && day.start >= from && day.start < to)
    .reduce((sum, day) => sum + (day.energyWh ?? 0), 0);
}

function periodResults(kind: PeriodKind, window: TimeWindow): (MeterPeriod | BuildingPeriod)[] {
  const energies = tenants.map((meter) => sumOfDays(meter, window.start, window.end));
  const total = energies.reduce((sum, energy) => sum + energy, 0);
  const hundredths = energies.map((energy) => Math.floor((energy * 10_000) / total));
  const missing = 10_000 - hundredths.reduce((sum, share) => sum + share, 0);
  const status = window.end > now ? 'open' : window.end + 48 * hour > now ? 'provisional' : 'final';
  const days = calendar.between('day', Math.max(window.start, firstDay.start), Math.min(window.end, now)).length;
  const lots = tenants.map((meter, index): MeterPeriod => {
    const energyWh = energies[index]!;
    const share = (hundredths[index]! + (index < missing ? 1 : 0)) / 100;
    return {
      v: 1,
      kind: 'meter_period',
      building,
      revision: 1,
      meter,
      lot: lotOf(meter),
      period: kind,
      occupancy: 0,
      occupant: `occupant-${index + 1}`,
      payer: 'occupant',
      date: window.date,
      start: window.start,
      end: window.end,
      energyWh,
      sharePct: share,
      equalSharePct: 5,
      deviationPct: Math.round((share - 5) * 100) / 100,
      billedDays: days,
      amountCents: Math.round((energyWh * centsPerKwh) / 1000),
      estimatedWh: index === 2 ? 1000 : 0,
      activity: 'actif',
      status,
      flags: window.start < firstDay.start ? ['partial'] : [],
      startQuality: window.start < firstDay.start ? 'none' : 'measured',
      endQuality: 'measured',
      slotsWh: {},
      slotsCents: {},
      commonCents: null,
    };
  });
  // Shares are the lots'; general and common meters have periods all the same.
  const others = [general, common].map((meter): MeterPeriod => {
    const energyWh = sumOfDays(meter, window.start, window.end);
    return { ...lots[0]!, meter, lot: null, occupant: null, payer: 'owner', energyWh, ...unshared };
  });
  const stays = kind === 'month' && window.date === '2026-02-01' ? staysOf(lots[7]!) : [];
  const generalWh = buildingDays
    .filter((day) => day.start >= window.start && day.start < window.end)
    .reduce((sum, day) => sum + day.generalWh!, 0);
  const whole: BuildingPeriod = {
    v: 1,
    kind: 'building_period',
    building,
    revision: 1,
    period: kind,
    date: window.date,
    start: window.start,
    end: window.end,
    generalWh,
    tenantsWh: total,
    remainderWh: generalWh - total,
    activeLots: tenants.length,
    meanWh: total / tenants.length,
    amountCents: lots.reduce((sum, lot) => sum + lot.amountCents!, 0),
    status,
    closedAt: kind === 'month' && window.date === '2026-01-01' ? window.end + 240 * hour : null,
    remainderSlotsWh: {},
    generalSlotsWh: {},
  };
  return [...lots, ...others, ...stays, whole];
}

/** Ten days of one occupant, the rest of a vacancy that the owner pays. */
function staysOf(lot: MeterPeriod): MeterPeriod[] {
  const first = sumOfDays(lot.meter, lot.start, moveIn);
  const rest = lot.energyWh! - first;
  const amount = Math.round((first * centsPerKwh) / 1000);
  return [
    { ...lot, occupancy: lot.start, energyWh: first, billedDays: 10, amountCents: amount },
    {
      ...lot,
      occupancy: moveIn,
      occupant: null,
      payer: 'owner',
      energyWh: rest,
      billedDays: lot.billedDays - 10,
      amountCents: lot.amountCents! - amount,
    },
  ];
}
