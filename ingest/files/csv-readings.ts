/**
 * Readings from a CSV file: header `meter,at,energy_import_wh[,power_w][,building]`, columns in any order, lines in any order.
 *
 * `at` is ISO 8601 with an offset. Every line becomes a reading or a rejection with its number and a code; nothing is lost. Lines are those of the
 * file, the header being line 1.
 */
import { parse } from 'csv-parse/sync';
import { type Outcome, ok, type RejectCode, rejected } from '../../domain/errors.ts';
import { maximumClockAheadMs, type Reading } from '../../domain/reading.ts';

export interface RejectedLine {
  readonly line: number;
  readonly code: RejectCode;
  readonly facts: Readonly<Record<string, unknown>>;
  /** The line as it stood. */
  readonly text: string;
}

export interface CsvReadings {
  /** Sorted by (at, meter). */
  readonly readings: readonly Reading[];
  readonly rejects: readonly RejectedLine[];
}

export interface CsvScope {
  /** For lines without a building. */
  readonly defaultBuilding: string;
  /** Meter ids and their installation (epoch ms) by building. */
  readonly meters: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly receivedAt: number;
}

/** `Rejected` where the header lacks a column. */
export function readCsvReadings(text: string, scope: CsvScope): Outcome<CsvReadings> {
  const rows = parse(text, {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
    raw: true,
    relax_quotes: true,
    trim: true,
  }) as unknown as Row[];
  const header = rows[0]?.record.map((name) => name.toLowerCase());
  if (!header) return rejected('COLUMNS_MISMATCH', { reason: 'empty file' });
  const columns = new Map(header.map((name, index) => [name, index]));
  const missing = ['meter', 'at', 'energy_import_wh'].filter((name) => !columns.has(name));
  if (missing.length > 0) return rejected('COLUMNS_MISMATCH', { missing });
  const readings: Reading[] = [];
  const rejects: RejectedLine[] = [];
  for (const { record, info, raw } of rows.slice(1)) {
    // The columns that may be left out may be missing at the end of a line too.
    const outcome =
      record.length <= header.length
        ? readLine(record, columns, scope)
        : rejected('COLUMNS_MISMATCH', { columns: record.length, expected: header.length });
    if (outcome.ok) readings.push(outcome.value);
    else rejects.push({ line: info.lines, code: outcome.code, facts: outcome.facts, text: raw.replace(/\r?\n$/, '') });
  }
  readings.sort((a, b) => a.at - b.at || (a.meter < b.meter ? -1 : a.meter > b.meter ? 1 : 0));
  return ok({ readings, rejects });
}

interface Row {
  readonly record: string[];
  readonly info: { readonly lines: number };
  readonly raw: string;
}

function readLine(record: readonly string[], columns: ReadonlyMap<string, number>, scope: CsvScope): Outcome<Reading> {
  const cell = (name: string): string => record[columns.get(name) ?? -1] ?? '';
  const building = cell('building') || scope.defaultBuilding;
  const meters = scope.meters.get(building);
  if (!meters) return rejected('BUILDING_UNKNOWN', { building });
  const meter = cell('meter');
  const installedAt = meters.get(meter);
  if (installedAt === undefined) return rejected('METER_UNKNOWN', { meter });
  const at = parseInstant(cell('at'));
  if (at === null) return rejected('INSTANT_INVALID', { at: cell('at') });
  const index = cell('energy_import_wh');
  if (/^-\d+$/.test(index)) return rejected('INDEX_NEGATIVE', { energyImportWh: index });
  if (!/^\d+$/.test(index) || !Number.isSafeInteger(Number(index)))
    return rejected('INDEX_NOT_INTEGER', { energyImportWh: index });
  const power = cell('power_w');
  const powerW = power === '' ? undefined : Number(power);
  if (powerW !== undefined && (!Number.isFinite(powerW) || !/^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(power)))
    return rejected('POWER_NOT_FINITE', { powerW: power });
  if (at > scope.receivedAt + maximumClockAheadMs)
    return rejected('INSTANT_IN_FUTURE', { at, receivedAt: scope.receivedAt });
  if (at < installedAt) return rejected('BEFORE_INSTALLATION', { at, installedAt });
  return ok({
    building,
    meter,
    at,
    energyImportWh: Number(index),
    powerW,
    source: 'import',
    receivedAt: scope.receivedAt,
  });
}

const instantPattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?([Zz]|[+-]\d{2}(?::?\d{2})?)$/;

/** Epoch ms, truncated; null where it is no date with an offset. */
export function parseInstant(text: string): number | null {
  const match = instantPattern.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone = 'Z'] = match as unknown as string[];
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const local = Date.UTC(y, mo - 1, d, h, mi, s);
  const date = new Date(local);
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d || h > 23 || mi > 59 || s > 59) return null;
  return local + Number(fraction.padEnd(3, '0').slice(0, 3)) - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return (zone.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4))) * 60_000;
}
