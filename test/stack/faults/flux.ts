/** Rows of a measurement by plain Flux, and what they should be by the table of the contracts: no code of the product reads here. */
import { InfluxDB } from '@influxdata/influxdb-client';
import { type MeasurementName, type MeasurementSpec, measurements, nullsField } from '../../../domain/measurements.ts';

export type FluxRow = Readonly<Record<string, unknown>>;

export interface FluxQuestion {
  readonly measurement: MeasurementName;
  readonly building: string;
  readonly from: number;
  readonly to: number;
}

export function fluxRows(
  influx: { readonly url: string; readonly org: string; readonly token: string },
  { measurement, building, from, to }: FluxQuestion,
): Promise<FluxRow[]> {
  const { bucket } = measurements[measurement];
  return new InfluxDB({ url: influx.url, token: influx.token }).getQueryApi(influx.org).collectRows<FluxRow>(`
    from(bucket: "${bucket}")
      |> range(start: ${new Date(from).toISOString()}, stop: ${new Date(to).toISOString()})
      |> filter(fn: (r) => r._measurement == "${measurement}" and r.building == "${building}")
      |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
      |> group()`);
}

/** Tags, simple fields and time of a result as Flux shows them; null where the point has no such field. */
export function expectedRow(measurement: MeasurementName, result: object, without: ReadonlySet<string>): FluxRow {
  const spec: MeasurementSpec = measurements[measurement];
  const source = result as Readonly<Record<string, unknown>>;
  const row: Record<string, unknown> = { _time: new Date(source[spec.time] as number).toISOString() };
  for (const [tag, member] of spec.tags) row[tag] = source[member];
  for (const { field, member, type } of spec.fields) {
    if (without.has(member) || type === 'slots' || type === 'phases' || type === 'json') continue;
    const value = source[member] ?? null;
    row[field] = Array.isArray(value) ? value.join(',') : value;
  }
  return row;
}

/** The same columns of a row that was found; what `nulls` names is null, and one space is the empty text. */
export function foundRow(row: FluxRow, like: FluxRow): FluxRow {
  const nulls = new Set(String(row[nullsField]).split(','));
  return Object.fromEntries(
    Object.keys(like).map((column) => [column, nulls.has(column) ? null : cell(column, row[column])]),
  );
}

function cell(column: string, value: unknown): unknown {
  if (column === '_time') return new Date(String(value)).toISOString();
  return value === ' ' ? '' : value;
}
