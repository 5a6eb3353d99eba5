/**
 * Questions about the way of a reading: what waits, how fast it goes, what was set aside. Counts are cumulative since a component's
 * state began, so that a step's count is a difference; a count that falls is a state begun anew and counts from 0.
 */
import { pipe, select } from './select.ts';

const series = ['component', 'partition'];
const grouped = `group(columns: [${series.map((tag) => `"${tag}"`).join(', ')}])`;
const simple = 'keep(columns: ["_time", "_value", "component", "partition"])';

/** Seconds between the newest point of any component and the end of the range. */
export const newestPointAge = pipe(
  select({ measurement: 'pipeline', fields: ['lag'] }),
  'last()',
  'group()',
  'sort(columns: ["_time"])',
  'tail(n: 1)',
  'map(fn: (r) => ({_value: (int(v: v.timeRangeStop) - int(v: r._time)) / 1000000000}))',
);

/** Records that wait now, over all partitions. */
export const totalLag = pipe(select({ measurement: 'pipeline', fields: ['lag'] }), 'last()', 'group()', 'sum()');

/** A gauge a step, a series a component and partition. */
export const lag = perStep('lag', 'mean');
export const throughput = perStep('throughput', 'mean');

function perStep(field: 'lag' | 'throughput' | 'latency_ms', fn: 'mean' | 'max'): string {
  return pipe(
    select({ measurement: 'pipeline', fields: [field] }),
    `aggregateWindow(every: v.windowPeriod, fn: ${fn}, createEmpty: false)`,
    grouped,
    simple,
    'sort(columns: ["_time"])',
  );
}

/** The slowest of a step, ms. A minute's point is never written again, so that no stale value can hide in it. */
export const latency = perStep('latency_ms', 'max');

type Count = 'used' | 'duplicates' | 'conflicts' | 'glitches' | 'quarantined' | 'late' | 'rejected';

/** What one component counted in the range, over its partitions; all components where none is named. */
export function countInRange(field: Count, component?: string): string {
  return pipe(
    select({ measurement: 'pipeline', fields: [field], where: component ? [`r.component == "${component}"`] : [] }),
    'increase()',
    'last()',
    'group()',
    'sum()',
  );
}

/** The same a step, a series a component and partition. */
export function countPerStep(field: Count, where: readonly string[] = []): string {
  return pipe(
    select({ measurement: 'pipeline', fields: [field], where }),
    'aggregateWindow(every: v.windowPeriod, fn: last, createEmpty: false)',
    'difference(nonNegative: true)',
    grouped,
    simple,
    'sort(columns: ["_time"])',
  );
}

/** The account: a row a component, every reading in exactly one column since its state began. */
export const account = pipe(
  select({
    measurement: 'pipeline',
    fields: ['used', 'duplicates', 'conflicts', 'glitches', 'quarantined', 'late', 'rejected'],
  }),
  'last()',
  'group(columns: ["component", "_field"])',
  'sum()',
  'group()',
  'pivot(rowKey: ["component"], columnKey: ["_field"], valueColumn: "_value")',
  'map(fn: (r) => ({composant: r.component, total: r.used + r.duplicates + r.conflicts + r.glitches + r.quarantined + r.late + r.rejected, retenues: r.used, doublons: r.duplicates, conflits: r.conflicts, glitchs: r.glitches, quarantaine: r.quarantined, tardives: r.late, rejetees: r.rejected}))',
  'sort(columns: ["composant"])',
);

/** Silences of more than three minutes and their ends: a component was away and took up again where it stood. */
export const restores = pipe(
  select({ measurement: 'pipeline', fields: ['used'] }),
  'elapsed(unit: 1s)',
  'filter(fn: (r) => r.elapsed > 180)',
  'group()',
  'map(fn: (r) => ({reprise: r._time, composant: r.component, partition: r.partition, absence: r.elapsed}))',
  'sort(columns: ["reprise"], desc: true)',
);

/** A row a component and partition: when it last spoke and what waits for it. */
export const lastWords = pipe(
  select({ measurement: 'pipeline', fields: ['lag', 'used'] }),
  'last()',
  'pivot(rowKey: ["_time", "component", "partition"], columnKey: ["_field"], valueColumn: "_value")',
  'group()',
  'map(fn: (r) => ({composant: r.component, partition: r.partition, derniere: r._time, retard: r.lag, retenues: r.used}))',
  'sort(columns: ["composant", "partition"])',
);

/** Ends of silences, as annotations. */
export const restoreAnnotations = pipe(
  select({ measurement: 'pipeline', fields: ['used'] }),
  'elapsed(unit: 1s)',
  'filter(fn: (r) => r.elapsed > 180)',
  'group()',
  'map(fn: (r) => ({time: r._time, text: "Reprise de " + r.component + " (partition " + r.partition + ") après " + string(v: r.elapsed) + " s", tags: "reprise"}))',
  'sort(columns: ["time"])',
);
