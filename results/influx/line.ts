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
  const kind = kindOf(item);
  const spec: MeasurementSpec = measurements[kind];
  const source = item as unknown as Readonly<Record<string, unknown>>;
  const time = source[spec.time];
  if (!Number.isSafeInteger(time)) return `${spec.time} is no instant`;
  let text = spec.measurement;
  for (const [tag, member] of sortedTags.get(kind)!) {
    const value = source[member];
    if (value === null || value === undefined || value === '') continue;
    const name = String(value);
    if (name.endsWith('\\')) return `${member} ends with a backslash`;
    text += `,${tag}=${isPlain(name) ? name : escaped.tag(name)}`;
  }
  const fields: string[] = [];
  const nulls: string[] = [];
  for (const field of spec.fields) {
    const value = source[field.member];
    if (value === null || value === undefined) {
      nulls.push(field.field);
      continue;
    }
    const added = fieldText(field, value, nulls);
    if (typeof added !== 'string') return added.refused;
    if (added !== '') fields.push(added);
  }
  fields.push(`${nullsField}=${quoted(nulls.join(','))}`);
  return { item, bucket: spec.bucket, text: `${text} ${fields.join(',')} ${time}` };
}

/** The string field that lists the slots of a `slots` field. */
export function slotNamesField(prefix: string): string {
  return `${prefix}slots`;
}

/** What stands for an empty text. */
export const emptyText = ' ';

interface Refused {
  readonly refused: string;
}

/** `name=value`, or several of them; phases that are missing are added to the nulls. */
function fieldText({ field, type }: FieldSpec, value: unknown, nulls: string[]): string | Refused {
  switch (type) {
    case 'i':
      return integerText(field, value);
    case 'f':
      return Number.isFinite(value) ? `${field}=${value}` : { refused: `${field} is ${String(value)}, not a number` };
    case 's':
      return `${field}=${quoted(String(value))}`;
    case 'b':
      return `${field}=${value === true ? 'true' : 'false'}`;
    case 'list':
    case 'numbers':
      return `${field}=${quoted((value as readonly unknown[]).join(','))}`;
    case 'json':
      return `${field}=${escaped.quoted(JSON.stringify(value))}`;
    case 'slots': {
      const slots = Object.entries(value as Readonly<Record<string, unknown>>);
      const names = JSON.stringify(slots.map(([name]) => name));
      return joined([
        `${slotNamesField(field)}=${escaped.quoted(names)}`,
        ...slots.map(([name, wh]) => integerText(escaped.tag(`${field}${name}_wh`), wh)),
      ]);
    }
    case 'phases': {
      const phases = phaseNumbers.map((number) => {
        const name = field.replace('{}', String(number));
        const phase = (value as readonly unknown[])[number - 1];
        if (phase !== undefined && phase !== null)
          return fieldText({ field: name, member: name, type: 'f' }, phase, nulls);
        nulls.push(name);
        return '';
      });
      return joined(phases.filter((phase) => phase !== ''));
    }
  }
}

function integerText(field: string, value: unknown): string | Refused {
  return Number.isSafeInteger(value)
    ? `${field}=${value}i`
    : { refused: `${field} is ${String(value)}, not an integer` };
}

/** All of them, or the first refusal. */
function joined(texts: readonly (string | Refused)[]): string | Refused {
  return texts.find((text) => typeof text !== 'string') ?? texts.join(',');
}

function quoted(text: string): string {
  if (text === '') return `"${emptyText}"`;
  return isPlain(text) ? `"${text}"` : escaped.quoted(text);
}

/** Nothing that any of the client's escapes looks for. */
function isPlain(text: string): boolean {
  return !special.test(text);
}

const special = /[\s,="\\]/;

/** InfluxDB stores faster what comes with its tags sorted. */
const sortedTags: ReadonlyMap<string, MeasurementSpec['tags']> = new Map(
  Object.entries(measurements).map(([kind, { tags }]) => [kind, [...tags].sort(([a], [b]) => (a < b ? -1 : 1))]),
);
