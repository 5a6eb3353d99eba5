/**
 * Our record model beside the reference's: the same fields under other names. Every disagreement is one line
 * `file field record: ours | theirs`, so that a list of deliberate differences can name it exactly.
 */
import { formatMoment } from '../../ingest/mbus/application/local-moment.ts';
import {
  type DataRecord,
  MANUFACTURER_DATA,
  MORE_RECORDS_FOLLOW,
  rawHex,
} from '../../ingest/mbus/application/record.ts';
import type { Telegram } from '../../ingest/mbus/telegram.ts';
import type { NormFile, NormRecord } from './norm-xml.ts';

export interface Disagreement {
  /** `record 3 value`, `medium` … */
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
}

export function compare(telegram: Telegram, norm: NormFile): Disagreement[] {
  const found: Disagreement[] = [];
  const check = (field: string, ours: unknown, theirs: unknown): void => {
    if (ours !== theirs) found.push({ field, ours: String(ours), theirs: String(theirs) });
  };
  const { header, records } = telegram;
  check('id', header?.id.replace(/^0+(?=.)/, ''), norm.id);
  if (norm.manufacturer !== null) check('manufacturer', header?.manufacturer, norm.manufacturer);
  check('medium', header?.medium, MEDIA[norm.medium] ?? norm.medium);
  check('access number', header?.accessNumber, norm.accessNumber);
  check('status', header?.status, norm.status);
  check('number of records', records.length, norm.records.length);
  for (const [index, theirs] of norm.records.entries()) {
    const ours = records[index];
    if (ours !== undefined) found.push(...compareRecord(ours, theirs, `record ${index}`));
  }
  return found;
}

function compareRecord(ours: DataRecord, theirs: NormRecord, name: string): Disagreement[] {
  const found: Disagreement[] = [];
  const check = (field: string, a: unknown, b: unknown): void => {
    if (a !== b) found.push({ field: `${name} ${field}`, ours: String(a), theirs: String(b) });
  };
  check('function', functionName(ours), FUNCTIONS[theirs.function] ?? theirs.function);
  check('storage', ours.storage, theirs.storage ?? 0);
  check('tariff', ours.tariff, theirs.tariff ?? 0);
  check('subunit', ours.subunit, theirs.device ?? 0);
  const fixedUnit = FIXED_UNITS[theirs.unit ?? ''];
  const unit = theirs.unit === '-' || theirs.unit === null ? '' : (fixedUnit?.unit ?? theirs.unit);
  check('unit', ours.unit, unit);
  if (!sameValue(ours, theirs.value, fixedUnit?.factor ?? 1)) {
    found.push({ field: `${name} value`, ours: valueText(ours), theirs: String(theirs.value) });
  }
  return found;
}

function sameValue(ours: DataRecord, theirs: string | null, factor: number): boolean {
  if (theirs === null) return false;
  const { value } = ours;
  if (isManufacturerData(ours)) return rawHex(ours) === theirs.replaceAll(' ', '');
  if (typeof value === 'number') {
    const number = Number(theirs) * factor;
    return Math.abs(value - number) <= 1e-9 * Math.max(1, Math.abs(number));
  }
  if (typeof value === 'string') {
    if (ours.mantissa !== null) return BigInt(`0x${theirs.replaceAll(' ', '')}`) === BigInt(value);
    return value === theirs;
  }
  if (value === null) return false;
  // The reference prints a date and time with seconds and a Z that the local time of a meter has not.
  return formatMoment(value) === theirs.replace(/(T\d\d:\d\d):00Z$/, '$1').replace(/Z$/, '');
}

function valueText(record: DataRecord): string {
  const { value } = record;
  if (record.error !== null) return record.error;
  if (value === null) return 'null';
  return typeof value === 'object' ? formatMoment(value) : String(value);
}

function functionName(record: DataRecord): string {
  if (!isManufacturerData(record)) return record.function;
  return record.quantity;
}

function isManufacturerData(record: DataRecord): boolean {
  return record.quantity === MANUFACTURER_DATA || record.quantity === MORE_RECORDS_FOLLOW;
}

const FUNCTIONS: Readonly<Record<string, string>> = {
  'Instantaneous value': 'instantaneous',
  'Maximum value': 'maximum',
  'Minimum value': 'minimum',
  'Value during error state': 'error',
  'Actual value': 'instantaneous',
  'Stored value': 'instantaneous',
  'Manufacturer specific': MANUFACTURER_DATA,
  'More records follow': MORE_RECORDS_FOLLOW,
};

/** Units of the fixed structure, which the reference does not bring to base units. */
const FIXED_UNITS: Readonly<Record<string, { unit: string; factor: number }>> = {
  kWh: { unit: 'Wh', factor: 1000 },
  l: { unit: 'm^3', factor: 0.001 },
};

const MEDIA: Readonly<Record<string, string>> = {
  'Breaker: Electricity': 'breaker (electricity)',
  'Bus/System': 'bus or system',
  'Cold water': 'cold water',
  Electricity: 'electricity',
  Gas: 'gas',
  'Heat / Cooling load meter': 'heat and cooling',
  'Heat: Inlet': 'heat (inlet)',
  'Heat: Outlet': 'heat (outlet)',
  Heat: 'heat',
  Oil: 'oil',
  Other: 'other',
  'Warm water (30-90°C)': 'warm water',
  Water: 'water',
};
