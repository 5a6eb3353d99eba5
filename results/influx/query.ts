/** The few Flux queries of the product: one measurement, a range, some tags; fields pivoted to columns. No rules live in Flux. */
import { type InfluxDB, toFluxValue } from '@influxdata/influxdb-client';
import { type MeasurementName, type MeasurementSpec, measurements } from '../../domain/measurements.ts';
import type { Row } from './row.ts';

export interface RowsQuery {
  readonly measurement: MeasurementName;
  /** Epoch ms, `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** Tags that must have exactly this value. */
  readonly tags: Readonly<Record<string, string | undefined>>;
  /** Only the oldest or newest value of each field of each series. */
  readonly only?: 'first' | 'last' | undefined;
}

/** What InfluxDB can express. */
const farthest = { from: Date.UTC(1680, 0, 1), to: Date.UTC(2260, 0, 1) };

export async function queryRows(client: InfluxDB, org: string, query: RowsQuery): Promise<Row[]> {
  const from = Math.max(query.from, farthest.from);
  const to = Math.min(query.to, farthest.to);
  if (!(from < to)) return [];
  const spec: MeasurementSpec = measurements[query.measurement];
  const conditions = [`r._measurement == ${text(spec.measurement)}`];
  for (const [tag, value] of Object.entries(query.tags)) {
    if (value !== undefined) conditions.push(`r[${text(tag)}] == ${text(value)}`);
  }
  const columns = spec.tags.map(([tag]) => text(tag)).join(', ');
  const flux = [
    `from(bucket: ${text(spec.bucket)})`,
    `range(start: ${new Date(from).toISOString()}, stop: ${new Date(to).toISOString()})`,
    `filter(fn: (r) => ${conditions.join(' and ')})`,
    ...(query.only ? [`${query.only}()`] : []),
    `group(columns: [${columns}, "_field"])`,
    'drop(columns: ["_start", "_stop", "_measurement"])',
    'pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
  ].join(' |> ');
  const rows: Row[] = [];
  for await (const { values, tableMeta } of client.getQueryApi(org).iterateRows(flux))
    rows.push(tableMeta.toObject(values));
  return rows;
}

function text(value: string): string {
  return toFluxValue(value);
}
