/** Outdoor temperatures from a CSV file: header `at,celsius` (instants with offset, averaged by local day) or `date,celsius` (daily means). */
import type { Calendar } from '../../domain/calendar.ts';
import { type Outcome, ok, rejected } from '../../domain/errors.ts';
import { cellsOf, type RejectedLine, readCsvTable } from './csv-lines.ts';
import { decimal, parseInstant } from './csv-readings.ts';

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
  const table = readCsvTable(text);
  if (!table.ok) return table;
  const { columns, lines } = table.value;
  const when = columns.has('at') ? 'at' : 'date';
  const required = [when, 'celsius'];
  if (!required.every((name) => columns.has(name))) return rejected('COLUMNS_MISMATCH', { missing: required });
  const sums = new Map<string, { sum: number; count: number }>();
  const rejects: RejectedLine[] = [];
  const cellsIn = cellsOf(table.value, required);
  for (const line of lines) {
    const cells = cellsIn(line);
    const outcome = cells.ok ? readLine(cells.value, when === 'at', calendar) : cells;
    if (outcome.ok) {
      const { date, celsius } = outcome.value;
      const day = sums.get(date) ?? { sum: 0, count: 0 };
      sums.set(date, { sum: day.sum + celsius, count: day.count + 1 });
    } else rejects.push({ line: line.number, code: outcome.code, facts: outcome.facts, text: line.text });
  }
  const days = [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, { sum, count }]) => ({ date, start: calendar.day(date).start, celsius: sum / count }));
  return ok({ days, rejects });
}

function readLine(
  cell: (name: string) => string,
  isInstant: boolean,
  calendar: Calendar,
): Outcome<{ readonly date: string; readonly celsius: number }> {
  const when = cell(isInstant ? 'at' : 'date');
  const date = dateOf(when, isInstant, calendar);
  if (date === null) return rejected('INSTANT_INVALID', { at: when });
  const celsius = cell('celsius');
  if (!decimal.test(celsius) || !(Math.abs(Number(celsius)) <= maximumCelsius))
    return rejected('RECORD_MALFORMED', { celsius });
  return ok({ date, celsius: Number(celsius) });
}

/** No outdoor air has been hotter or colder. */
const maximumCelsius = 95;

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
