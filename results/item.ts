/** Tells apart what a results store is given: results and telemetry have a `kind`, readings have none. */
import type { Reading } from '../domain/reading.ts';
import { type Result, resultKey } from '../domain/results.ts';
import type { Telemetry } from '../domain/telemetry.ts';

export type StoredItem = Result | Reading | Telemetry;
export type MeasurementKind = Result['kind'] | Telemetry['kind'] | 'reading';

export function kindOf(item: StoredItem): MeasurementKind {
  return 'kind' in item ? item.kind : 'reading';
}

export function isTelemetry(item: StoredItem): item is Telemetry {
  return 'kind' in item && (item.kind === 'meter_state' || item.kind === 'bus_health' || item.kind === 'pipeline');
}

export function isReading(item: StoredItem): item is Reading {
  return !('kind' in item);
}

/** What identifies the item in a store: two items with one key are one point. */
export function itemKey(item: StoredItem): string {
  if (isReading(item)) return `reading/${item.building}/${item.meter}/${item.at}`;
  switch (item.kind) {
    case 'meter_state':
      return `meter_state/${item.building}/${item.meter}/${item.at}`;
    case 'bus_health':
      return `bus_health/${item.building}/${item.bus}/${item.at}`;
    case 'pipeline':
      return `pipeline/${item.component}/${item.partition}/${item.at}`;
    default:
      return resultKey(item);
  }
}
