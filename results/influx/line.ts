/**
 * From an item to its line of line protocol, by the table of measurements:
 *
 *     meter_day,building=B1,meter=LOC01,role=tenant energy_wh=8123i,power_max_w=5,flags=" ",nulls="lot" 1772319600000
 *
 * Members that are null or missing are named in `nulls`, for a point cannot lose a field and an older revision may have had them. An empty
 * text is written as one space: InfluxDB 2.7 gives empty strings out of order, under the times of other rows (influxdb issue 26916).
 * What line protocol cannot hold is refused here, with the reason.
 */
import { escape as escaped } from '@influxdata/influxdb-client';
import {
  type BucketName,
  type FieldSpec,
  type MeasurementSpec,
  measurements,
  nullsField,
} from '../../domain/measurements.ts';
import { kindOf, type StoredItem } from '../item.ts';

export interface Line {
  readonly item: StoredItem;
  readonly bucket: BucketName;
  readonly text: string;
}

/** Phase fields are numbered 1 to 3. */
export const phaseNumbers = [1, 2, 3] as const;

/** The line, or the reason why there can be none. */
export function toLine(item: StoredItem): Line | string {
  const spec: MeasurementSpec = measurements[kindOf(item)];
  const source = item as unknown as Readonly<Record<string, unknown>>;
  const time = source[spec.time];
  if (!Number.isSafeInteger(time)) return `${spec.time} is no instant`;
  let text = spec.measurement;
  for (const [tag, member] of sortedTags(spec)) {
    const value = source[member];
    if (value === null || value === undefined || value === '') continue;
    const name = String(value);
    if (name.endsWith('\\')) return `${member} ends with a backslash`;
    text += `,${tag}=${escaped.tag(name)}`;
  }
  const fields: string[] = [];
  const nulls: string[] = [];
  for (const field of spec.fields) {
    const refused = addField(field, source[field.member], fields, nulls);
    if (refused !== undefined) return refused;
  }
  fields.push(`${nullsField}=${quoted(nulls.join(','))}`);
  return { item, bucket: spec.bucket, text: `${text} ${fields.join(',')} ${time}` };
}

/** The string field that lists the slots of a `slots` field. */
export function slotNamesField(prefix: string): string {
  return `${prefix}slots`;
}

function addField(spec: FieldSpec, value: unknown, fields: string[], nulls: string[]): string | undefined {
  const { field, type } = spec;
  if (value === null || value === undefined) {
    nulls.push(field);
    return undefined;
  }
  switch (type) {
    case 'i':
      return addNumber(field, value, fields, 'i');
    case 'f':
      return addNumber(field, value, fields, '');
    case 's':
      fields.push(`${field}=${quoted(String(value))}`);
      return undefined;
    case 'b':
      fields.push(`${field}=${value === true ? 'true' : 'false'}`);
      return undefined;
    case 'list':
    case 'numbers':
      fields.push(`${field}=${quoted((value as readonly unknown[]).join(','))}`);
      return undefined;
    case 'json':
      fields.push(`${field}=${escaped.quoted(JSON.stringify(value))}`);
      return undefined;
    case 'slots': {
      const slots = Object.entries(value as Readonly<Record<string, unknown>>);
      fields.push(`${slotNamesField(field)}=${escaped.quoted(JSON.stringify(slots.map(([name]) => name)))}`);
      return firstRefusal(slots.map(([name, wh]) => addNumber(escaped.tag(`${field}${name}_wh`), wh, fields, 'i')));
    }
    case 'phases':
      return firstRefusal(
        phaseNumbers.map((number) => {
          const name = field.replace('{}', String(number));
          const phase = (value as readonly unknown[])[number - 1];
          if (phase !== undefined && phase !== null) return addNumber(name, phase, fields, '');
          nulls.push(name);
          return undefined;
        }),
      );
  }
}

/** What stands for an empty text. */
export const emptyText = ' ';

function quoted(text: string): string {
  return escaped.quoted(text === '' ? emptyText : text);
}

function addNumber(field: string, value: unknown, fields: string[], suffix: 'i' | ''): string | undefined {
  const fits = suffix === 'i' ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!fits) return `${field} is ${String(value)}, not ${suffix === 'i' ? 'an integer' : 'a number'}`;
  fields.push(`${field}=${value}${suffix}`);
  return undefined;
}

function firstRefusal(refusals: readonly (string | undefined)[]): string | undefined {
  return refusals.find((refused) => refused !== undefined);
}

/** InfluxDB stores faster what comes with its tags sorted. */
function sortedTags(spec: MeasurementSpec): MeasurementSpec['tags'] {
  return [...spec.tags].sort(([a], [b]) => (a < b ? -1 : 1));
}
