/** Outdoor temperatures from a CSV file: header `at,celsius` (instants with offset, averaged by local day) or `date,celsius` (daily means). */
import { parse } from 'csv-parse/sync';
import type { Calendar } from '../../domain/calendar.ts';
import { type Outcome, ok, rejected } from '../../domain/errors.ts';
import { parseInstant, type RejectedLine } from './csv-readings.ts';

export interface DailyTemperature {
  readonly date: string;
  /** Start of the local day, epoch ms. */
  readonly start: number;
  readonly celsius: number;
}

export function readCsvWeather(
  text: string,
  calendar: Calendar,
): Outcome<{ readonly days: readonly DailyTemperature[]; readonly rejects: readonly RejectedLine[] }> {
  const rows = parse(text, {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
    raw: true,
    trim: true,
  }) as unknown as { record: string[]; info: { lines: number }; raw: string }[];
  const header = rows[0]?.record.map((name) => name.toLowerCase()) ?? [];
  const celsiusColumn = header.indexOf('celsius');
  const whenColumn = header.includes('at') ? header.indexOf('at') : header.indexOf('date');
  if (celsiusColumn < 0 || whenColumn < 0) return rejected('COLUMNS_MISMATCH', { missing: ['at or date', 'celsius'] });
  const sums = new Map<string, { sum: number; count: number }>();
  const rejects: RejectedLine[] = [];
  for (const { record, info, raw } of rows.slice(1)) {
    const date = dateOf(record[whenColumn] ?? '', header[whenColumn] === 'at', calendar);
    const celsius = Number(record[celsiusColumn]);
    if (date === null || record[celsiusColumn] === '' || !Number.isFinite(celsius)) {
      rejects.push({
        line: info.lines,
        code: date === null ? 'INSTANT_INVALID' : 'RECORD_MALFORMED',
        facts: {},
        text: raw.replace(/\r?\n$/, ''),
      });
      continue;
    }
    const day = sums.get(date) ?? { sum: 0, count: 0 };
    sums.set(date, { sum: day.sum + celsius, count: day.count + 1 });
  }
  const days = [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, { sum, count }]) => ({ date, start: calendar.day(date).start, celsius: sum / count }));
  return ok({ days, rejects });
}

function dateOf(text: string, isInstant: boolean, calendar: Calendar): string | null {
  if (isInstant) {
    const at = parseInstant(text);
    return at === null ? null : calendar.dateOf(at);
  }
  try {
    return calendar.day(text).date;
  } catch {
    return null;
  }
}
