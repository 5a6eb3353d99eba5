/** The past of a simulated building as readings, in the order of (instant, meter): what the buses would have given. */
import type { Building } from '../../domain/building.ts';
import { createCalendar } from '../../domain/calendar.ts';
import type { Reading } from '../../domain/reading.ts';
import { createSimulation } from './simulation.ts';

export interface HistoryOptions {
  /** Full local days before the day of `end`. */
  readonly days: number;
  /** Epoch ms; the last reading is at or before it. */
  readonly end: number;
  readonly seed: number;
  readonly leakW?: number | undefined;
  readonly leakFrom?: number | undefined;
  /** Distance of the readings of one meter, default 15 minutes. */
  readonly intervalMs?: number | undefined;
  /** Ids of meters that never answer. */
  readonly dead?: readonly string[] | undefined;
}

/** Start of the first day of a history of so many days. */
export function historyStart(building: Building, days: number, end: number): number {
  const calendar = createCalendar(building.timezone);
  let day = calendar.windowOf('day', end);
  for (let back = 0; back < days; back += 1) day = calendar.previous(day);
  return day.start;
}

/** How many readings `history` yields with the same arguments. */
export function historyLength(building: Building, options: HistoryOptions): number {
  const start = historyStart(building, options.days, options.end);
  const instants = Math.max(0, Math.floor((options.end - start) / (options.intervalMs ?? 900_000)) + 1);
  return instants * living(building, options).length;
}

export function* history(building: Building, options: HistoryOptions): Generator<Reading, void, undefined> {
  const simulation = createSimulation(building, options);
  const meters = living(building, options);
  const intervalMs = options.intervalMs ?? 900_000;
  for (let at = historyStart(building, options.days, options.end); at <= options.end; at += intervalMs) {
    for (const meter of meters) {
      const registers = simulation.registersAt(meter.id, at);
      yield {
        building: building.id,
        meter: meter.id,
        at,
        energyImportWh: registers.energyImportWh,
        resolutionWh: registers.resolutionWh,
        powerW: registers.powerW,
        source: 'simulator',
        receivedAt: at,
        serial: meter.serial,
      };
    }
  }
}

function living(building: Building, options: HistoryOptions) {
  return building.meters
    .filter((meter) => !options.dead?.includes(meter.id))
    .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
