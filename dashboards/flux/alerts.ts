/**
 * What the alert rules ask: `_time`, `_value` and labels that are tags, nothing else outside the group key, so that a series keeps its
 * identity from one evaluation to the next. No dashboard variables here; every window is written out.
 *
 * Heartbeats answer for silence: an age grows while nothing comes, so that an alert stays when its series would have vanished.
 */
import type { AnomalyType } from '../../domain/results.ts';
import type { MeterStateName } from '../../domain/telemetry.ts';
import { pipe, select } from './select.ts';

const nanosecondsAgo = 'int(v: v.timeRangeStop) - int(v: r._time)';

/** 1 while the newest of the anomaly's days within the range is open, else 0; a series a building and meter or bus. */
export function openAnomaly(type: AnomalyType, subject: 'meter' | 'bus' | null): string {
  const labels = ['building', ...(subject === null ? [] : [subject])];
  return pipe(
    select({ measurement: 'anomaly', fields: ['open'], where: [`r.type == "${type}"`] }),
    `group(columns: [${labels.map((label) => `"${label}"`).join(', ')}])`,
    'sort(columns: ["_time"])',
    'last()',
    `map(fn: (r) => ({_time: v.timeRangeStop, ${labels.map((label) => `${label}: r.${label}, `).join('')}_value: if r._value then 1.0 else 0.0}))`,
    `group(columns: [${labels.map((label) => `"${label}"`).join(', ')}])`,
  );
}

/** 1 while the meter's newest state is this one, else 0; a series a registered meter. States that are passed over tell nothing of it. */
export function meterState(state: MeterStateName, passedOver?: MeterStateName): string {
  return pipe(
    select({ measurement: 'meter_state', fields: ['state'] }),
    ...(passedOver === undefined ? [] : [`filter(fn: (r) => r._value != "${passedOver}")`]),
    'last()',
    `map(fn: (r) => ({_time: v.timeRangeStop, building: r.building, meter: r.meter, _value: if r._value == "${state}" then 1.0 else 0.0}))`,
    'group(columns: ["building", "meter"])',
  );
}

/** Seconds since the building's newest meter state: whether anybody still watches its meters. */
export const stateAge = pipe(
  select({ measurement: 'meter_state', fields: ['state'] }),
  'last()',
  'group(columns: ["building"])',
  'sort(columns: ["_time"])',
  'last()',
  `map(fn: (r) => ({_time: v.timeRangeStop, building: r.building, _value: float(v: ${nanosecondsAgo}) / 1000000000.0}))`,
  'group(columns: ["building"])',
);

/** Seconds since the building's freshest reading, by the meters' own heartbeat and its age. */
export const readingAge = pipe(
  select({ measurement: 'meter_state', fields: ['seconds_since_reading'] }),
  'last()',
  `map(fn: (r) => ({_time: v.timeRangeStop, building: r.building, _value: float(v: r._value) + float(v: ${nanosecondsAgo}) / 1000000000.0}))`,
  'group(columns: ["building"])',
  'min()',
  'keep(columns: ["_time", "_value", "building"])',
);

/** Seconds since a component's newest point, over its partitions: those move from one process to another. */
export const componentAge = pipe(
  select({ measurement: 'pipeline', fields: ['lag'] }),
  'last()',
  'group(columns: ["component"])',
  'sort(columns: ["_time"])',
  'last()',
  `map(fn: (r) => ({_time: v.timeRangeStop, component: r.component, _value: float(v: ${nanosecondsAgo}) / 1000000000.0}))`,
  'group(columns: ["component"])',
);

/** The least of a gauge over the range, the greatest of the partitions: only what stays high is high. */
export function sustained(field: 'lag' | 'latency_ms'): string {
  return pipe(
    select({ measurement: 'pipeline', fields: [field] }),
    'min()',
    `map(fn: (r) => ({_time: v.timeRangeStop, component: r.component, _value: float(v: r._value)}))`,
    'group(columns: ["component"])',
    'max()',
  );
}

/** What a component counted within the range, over its partitions. */
export function counted(field: 'late' | 'rejected', component: RegExp): string {
  return pipe(
    select({ measurement: 'pipeline', fields: [field], where: [`r.component =~ ${String(component)}`] }),
    'increase()',
    'last()',
    'map(fn: (r) => ({component: r.component, _value: float(v: r._value)}))',
    'group(columns: ["component"])',
    'sum()',
    'map(fn: (r) => ({_time: v.timeRangeStop, component: r.component, _value: r._value}))',
  );
}
