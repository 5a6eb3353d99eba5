/**
 * Readings from a CSV file: header `meter,at,energy_import_wh[,power_w][,building]`, columns in any order, lines in any order.
 *
 * `at` is ISO 8601 with an offset. Every line becomes a reading or a rejection with its number and a code; nothing is lost. Lines are those of the
 * file, the header being line 1.
 */
import { type Outcome, ok, rejected } from '../../domain/errors.ts';
import { maximumClockAheadMs, type Reading } from '../../domain/reading.ts';
import { cellsOf, type RejectedLine, readCsvTable } from './csv-lines.ts';

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

/** `Rejected` where the header lacks a column or has one twice. */
export function readCsvReadings(text: string, scope: CsvScope): Outcome<CsvReadings> {
  const table = readCsvTable(text);
  if (!table.ok) return table;
  const { columns, lines } = table.value;
  const missing = required.filter((name) => !columns.has(name));
  if (missing.length > 0) return rejected('COLUMNS_MISMATCH', { missing });
  const readings: Reading[] = [];
  const rejects: RejectedLine[] = [];
  const cellsIn = cellsOf(table.value, required);
  const instantOf = createInstantParser();
  for (const line of lines) {
    const cells = cellsIn(line);
    const outcome = cells.ok ? readLine(cells.value, scope, instantOf) : cells;
    if (outcome.ok) readings.push(outcome.value);
    else rejects.push({ line: line.number, code: outcome.code, facts: outcome.facts, text: line.text });
  }
  readings.sort((a, b) => a.at - b.at || (a.meter < b.meter ? -1 : a.meter > b.meter ? 1 : 0));
  return ok({ readings, rejects });
}

const required = ['meter', 'at', 'energy_import_wh'];

function readLine(cell: (name: string) => string, scope: CsvScope, instantOf: typeof parseInstant): Outcome<Reading> {
  const building = cell('building') || scope.defaultBuilding;
  const meters = scope.meters.get(building);
  if (!meters) return rejected('BUILDING_UNKNOWN', { building });
  const meter = cell('meter');
  const installedAt = meters.get(meter);
  if (installedAt === undefined) return rejected('METER_UNKNOWN', { meter });
  const at = instantOf(cell('at'));
  if (at === null) return rejected('INSTANT_INVALID', { at: cell('at') });
  const index = cell('energy_import_wh');
  if (/^-\d+$/.test(index) && Number(index) !== 0) return rejected('INDEX_NEGATIVE', { energyImportWh: index });
  if (!/^\d+$/.test(index) || !Number.isSafeInteger(Number(index)))
    return rejected('INDEX_NOT_INTEGER', { energyImportWh: index });
  const power = cell('power_w');
  const powerW = power === '' ? undefined : Number(power);
  if (powerW !== undefined && (!Number.isFinite(powerW) || !decimal.test(power)))
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

/** {@link parseInstant}, once for lines of one instant that follow one another. */
function createInstantParser(): typeof parseInstant {
  let last = '';
  let at: number | null = null;
  return (text) => {
    if (text !== last) [last, at] = [text, parseInstant(text)];
    return at;
  };
}

/** A decimal number with a point; JavaScript alone would take `0x1F`, too. */
export const decimal = /^[-+]?[\d.]+(e[-+]?\d+)?$/i;

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
  const offset = offsetMs(zone);
  // Years below 100 would be taken for those of the twentieth century.
  if (date.getUTCFullYear() !== y || date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d) return null;
  if (h > 23 || mi > 59 || s > 59 || offset === null) return null;
  return local + Number(fraction.padEnd(3, '0').slice(0, 3)) - offset;
}

/** Null beyond a day. */
function offsetMs(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2, 4))];
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
