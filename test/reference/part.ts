/** A stay in a lot within a period and what its meter counted in it. */
import type { MeterEnergy } from './building-day.ts';
import type { NaiveWindow } from './calendar.ts';
import type { WindowFacts } from './energy.ts';

export interface Stay {
  /** 0: the whole period. */
  readonly occupancy: number;
  readonly start: number;
  readonly end: number;
  readonly occupant: string | null;
  readonly vacant: boolean;
}

export interface Part {
  readonly owner: MeterEnergy;
  readonly stay: Stay;
  readonly facts: WindowFacts;
  readonly slotsWh: Record<string, number>;
  /** From long intervals that cross an edge of the stay, or a boundary between two prices in it. */
  readonly pricedEstimatedWh: number;
  readonly active: boolean;
}

/** Where any meter knows anything of the window: elsewhere no slot holds energy. */
export function known(meters: readonly MeterEnergy[], window: NaiveWindow): [start: number, end: number] {
  const firsts = meters.map(({ energy }) => energy.first ?? Number.POSITIVE_INFINITY);
  const lasts = meters.map(({ energy }) => energy.last ?? Number.NEGATIVE_INFINITY);
  const start = Math.max(window.start, Math.min(...firsts));
  return [start, Math.max(start, Math.min(window.end, Math.max(...lasts)))];
}

/** The whole parts of each lot, lots in the order of their numbers. */
export function lotsOf(wholes: readonly Part[]): Part[][] {
  const numbers = [...new Set(wholes.map(({ owner }) => owner.meter.lot as number))].sort((a, b) => a - b);
  return numbers.map((number) => wholes.filter(({ owner }) => owner.meter.lot === number));
}
