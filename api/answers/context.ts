/** What every answer is made from: the results, the building asked about, its calendar and the present instant. */
import type { Building } from '../../domain/building.ts';
import type { Calendar } from '../../domain/calendar.ts';
import type { TimeWindow } from '../../domain/window.ts';
import type { ResultsReader } from '../../results/port.ts';

export interface AnswerContext {
  readonly reader: ResultsReader;
  readonly building: Building;
  readonly calendar: Calendar;
  /** Epoch ms. */
  readonly now: number;
}

/** The `count` day windows that end with the local date (default: today), the newest first. */
export function daysBack(context: AnswerContext, count: number, date?: string): TimeWindow[] {
  const { calendar, now } = context;
  const newest = date === undefined ? calendar.windowOf('day', now) : calendar.day(date);
  // Noon is in the right day whatever the clocks do, and going forward is fast.
  const oldest = calendar.windowOf('day', newest.start + 43_200_000 - (count - 1) * 86_400_000);
  return calendar.between('day', oldest.start, newest.end).reverse().slice(0, count);
}

/** The range that holds windows in whatever order. */
export function rangeOf(building: Building, windows: readonly TimeWindow[]) {
  return {
    building: building.id,
    from: Math.min(...windows.map((window) => window.start)),
    to: Math.max(...windows.map((window) => window.end)),
  };
}

/** Results by the start of their window. */
export function groupByStart<T extends { readonly start: number }>(results: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const result of results) {
    const group = groups.get(result.start);
    if (group) group.push(result);
    else groups.set(result.start, [result]);
  }
  return groups;
}
