/**
 * A naive calendar on `Intl` alone: the local date of an instant is asked, midnights are found by bisection, wall times by looking at
 * every minute. Slow, plain, and nothing of the product in it.
 */

export interface NaiveWindow {
  /** Local date of the first day, `YYYY-MM-DD`. */
  readonly date: string;
  /** Epoch ms. */
  readonly start: number;
  readonly end: number;
}

export interface NaiveCalendar {
  dateOf(at: number): string;
  /** Minute of the local day that clocks show at the instant. */
  minuteOf(at: number): number;
  day(date: string): NaiveWindow;
  days(from: number, to: number): NaiveWindow[];
  /** Month, quarter or year that holds the instant. */
  period(months: 1 | 3 | 12, at: number): NaiveWindow;
}

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;

export function naiveCalendar(timezone: string): NaiveCalendar {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const midnights = new Map<string, number>();
  const offsets = new Map<number, number>();
  const dates = new Map<number, string>();

  function parts(at: number): Record<string, string> {
    return Object.fromEntries(format.formatToParts(new Date(at)).map((part) => [part.type, part.value]));
  }
  /** Clocks only ever change, and days begin, at full quarters of an hour, so each is asked once. */
  function dateOf(at: number): string {
    const quarter = Math.floor(at / quarterMs);
    let date = dates.get(quarter);
    if (date === undefined) {
      const { year, month, day } = parts(quarter * quarterMs);
      date = `${year}-${month}-${day}`;
      dates.set(quarter, date);
    }
    return date;
  }
  function minuteOf(at: number): number {
    const quarter = Math.floor(at / quarterMs);
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      const { hour, minute } = parts(quarter * quarterMs);
      offset = Number(hour) * 60 + Number(minute) - quarter * 15;
      offsets.set(quarter, offset);
    }
    const minutes = Math.floor(at / minuteMs) + offset;
    return ((minutes % 1440) + 1440) % 1440;
  }
  /** First instant whose local date is `date` or later. */
  function midnight(date: string): number {
    const known = midnights.get(date);
    if (known !== undefined) return known;
    const utc = Date.parse(`${date}T00:00:00Z`);
    let before = utc - 16 * 60 * minuteMs;
    let after = utc + 16 * 60 * minuteMs;
    while (after - before > minuteMs) {
      const middle = before + Math.floor((after - before) / 2 / minuteMs) * minuteMs;
      if (dateOf(middle) >= date) after = middle;
      else before = middle;
    }
    midnights.set(date, after);
    return after;
  }
  function day(date: string): NaiveWindow {
    return { date, start: midnight(date), end: midnight(shift(date, 1)) };
  }
  function days(from: number, to: number): NaiveWindow[] {
    const found: NaiveWindow[] = [];
    for (let window = day(dateOf(from)); window.start < to; window = day(shift(window.date, 1))) found.push(window);
    return found;
  }
  function period(months: 1 | 3 | 12, at: number): NaiveWindow {
    const [year, month] = dateOf(at).split('-').map(Number) as [number, number];
    const first = Math.floor((month - 1) / months) * months;
    const date = firstOfMonth(year, first);
    return { date, start: midnight(date), end: midnight(firstOfMonth(year, first + months)) };
  }
  return { dateOf, minuteOf, day, days, period };
}

const tomorrows = new Map<string, string>();

/** A date so many days later. */
export function shift(date: string, days: number): string {
  const known = days === 1 ? tomorrows.get(date) : undefined;
  if (known !== undefined) return known;
  const shifted = new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  if (days === 1) tomorrows.set(date, shifted);
  return shifted;
}

function firstOfMonth(year: number, monthFromZero: number): string {
  return new Date(Date.UTC(year, monthFromZero, 1)).toISOString().slice(0, 10);
}
