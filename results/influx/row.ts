/** From a pivoted row of Flux (tags and fields as columns) back to the item that was written: the inverse of line.ts. */
import {
  type FieldSpec,
  type MeasurementName,
  type MeasurementSpec,
  measurements,
  nullsField,
} from '../../domain/measurements.ts';
import { emptyText, phaseNumbers, slotNamesField } from './line.ts';

export type Row = Readonly<Record<string, unknown>>;

export function fromRow<T>(name: MeasurementName, row: Row): T {
  const spec: MeasurementSpec = measurements[name];
  const item: Record<string, unknown> = { v: 1, kind: name };
  for (const [tag, member] of spec.tags) item[member] = tagValue(member, row[tag]);
  item[spec.time] = Date.parse(String(row._time));
  const nulls = new Set(
    String(row[nullsField] ?? '')
      .trim()
      .split(','),
  );
  for (const field of spec.fields) {
    const value = nulls.has(field.field) ? null : fieldValue(field, row, nulls);
    // A missing optional member is missing, not null.
    if (value === null && optional.has(field.type)) continue;
    item[field.member] = value;
  }
  return item as T;
}

function fieldValue(spec: FieldSpec, row: Row, nulls: ReadonlySet<string>): unknown {
  const { field, type } = spec;
  const value = row[field] === emptyText ? '' : row[field];
  switch (type) {
    case 'i':
    case 'f':
      return value === undefined || value === null || value === '' ? null : Number(value);
    case 's':
      // InfluxDB's CSV writes a line break within a text as CR LF.
      return value === undefined || value === null ? '' : String(value).replaceAll('\r\n', '\n');
    case 'b':
      return value === true || value === 'true';
    case 'list':
      return split(value);
    case 'numbers':
      return split(value).map(Number);
    case 'json':
      return JSON.parse(String(value));
    case 'slots': {
      const names = JSON.parse(String(row[slotNamesField(field)] ?? '[]')) as string[];
      return Object.fromEntries(names.map((slot) => [slot, Number(row[`${field}${slot}_wh`])]));
    }
    case 'phases':
      return phaseNumbers
        .map((number) => field.replace('{}', String(number)))
        .filter((name) => !nulls.has(name))
        .map((name) => Number(row[name]));
  }
}

/** Numbers were made strings as tags; an anomaly's absent meter or bus is null. */
function tagValue(member: string, value: unknown): string | number | null {
  if (value === undefined || value === null || value === '') return nullableTags.has(member) ? null : '';
  return numericTags.has(member) ? Number(value) : String(value);
}

function split(value: unknown): string[] {
  return value === undefined || value === null || value === '' ? [] : String(value).split(',');
}

const optional: ReadonlySet<FieldSpec['type']> = new Set<FieldSpec['type']>(['json', 'phases']);
const numericTags: ReadonlySet<string> = new Set(['occupancy', 'sequence']);
const nullableTags: ReadonlySet<string> = new Set(['meter', 'bus']);
