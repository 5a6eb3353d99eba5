/** Price slots by asking the local clock at every minute, and the energy of each. */
import type { Tariff } from '../../domain/building.ts';
import type { NaiveCalendar } from './calendar.ts';
import type { Energy } from './energy.ts';

export interface PriceRun {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly tariff: Tariff;
}

const asked = new WeakMap<readonly Tariff[], Map<string, readonly PriceRun[]>>();

/** Runs of one slot of one tariff; tariffs begin at whole minutes. */
export function priceRuns(
  calendar: NaiveCalendar,
  tariffs: readonly Tariff[],
  start: number,
  end: number,
): readonly PriceRun[] {
  const known = asked.get(tariffs) ?? new Map<string, readonly PriceRun[]>();
  asked.set(tariffs, known);
  const key = `${start}/${end}`;
  const runs = known.get(key) ?? runsOf(calendar, tariffs, start, end);
  known.set(key, runs);
  return runs;
}

function runsOf(calendar: NaiveCalendar, tariffs: readonly Tariff[], start: number, end: number): PriceRun[] {
  const runs: PriceRun[] = [];
  if (tariffs.length === 0) return runs;
  for (let at = start; at < end; ) {
    const next = Math.min(end, (Math.floor(at / 60_000) + 1) * 60_000);
    const tariff = tariffs.filter((t) => t.from <= at).at(-1);
    const slot = tariff?.slots.find((s) => s.hours.some((h) => holds(h, calendar.minuteOf(at))));
    const last = runs.at(-1);
    if (tariff && slot) {
      if (last && last.end === at && last.name === slot.name && last.tariff === tariff)
        runs[runs.length - 1] = { ...last, end: next };
      else runs.push({ start: at, end: next, name: slot.name, tariff });
    }
    at = next;
  }
  return runs;
}

export function slotEnergies(energy: Energy, runs: readonly PriceRun[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const run of runs) sums[run.name] = (sums[run.name] ?? 0) + (energy.window(run.start, run.end).energyWh ?? 0);
  return sums;
}

function holds(hours: { fromMinute: number; toMinute: number }, minute: number): boolean {
  return hours.fromMinute < hours.toMinute
    ? minute >= hours.fromMinute && minute < hours.toMinute
    : minute >= hours.fromMinute || minute < hours.toMinute;
}
