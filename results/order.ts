/** The order in which both stores answer: by start, then meter, type or code, then whatever else tells two results apart. */
import type { Result } from '../domain/results.ts';
import { itemKey, type StoredItem } from './item.ts';

const resultMembers = ['start', 'meter', 'type', 'code', 'bus', 'period', 'occupancy', 'sequence'] as const;
const telemetryMembers = ['at', 'meter', 'bus', 'component', 'partition'] as const;

export function sortResults<R extends Result>(results: R[]): R[] {
  return results.sort((a, b) => compareMembers(a, b, resultMembers));
}

export function sortTelemetry<T extends { readonly at: number }>(items: T[]): T[] {
  return items.sort((a, b) => compareMembers(a, b, telemetryMembers));
}

export function sortByMeter<T extends { readonly meter: string }>(items: T[]): T[] {
  return items.sort((a, b) => compareMembers(a, b, ['meter']));
}

/** Of items with one key the last stays. */
export function lastOfEach<T extends StoredItem>(items: readonly T[]): T[] {
  const last = new Map<string, T>();
  for (const item of items) last.set(itemKey(item), item);
  return last.size === items.length ? [...items] : [...last.values()];
}

/** By code units for strings, by value for numbers; what is missing comes first. */
function compareMembers(a: object, b: object, members: readonly string[]): number {
  for (const member of members) {
    const left = (a as Record<string, string | number | null | undefined>)[member] ?? '';
    const right = (b as Record<string, string | number | null | undefined>)[member] ?? '';
    if (left < right) return -1;
    if (left > right) return 1;
  }
  return 0;
}
