/**
 * The civil calendar of a zone: which day, month, quarter or year an instant belongs to, and where they begin and end.
 *
 * Days have 23, 24 or 25 hours; where midnight does not exist the day starts at its first instant (Temporal `startOfDay`).
 * Temporal is slow, so windows are kept once computed: a calendar holds one entry a window asked for, and one a day of UTC to find them by.
 */
import { Temporal } from 'temporal-polyfill';
import type { PeriodKind, TimeWindow, WindowKind } from './window.ts';

export const periodKinds: readonly PeriodKind[] = ['month', 'quarter', 'year'];

export interface Calendar {
  readonly timezone: string;
  /** The window of that kind which holds the instant (epoch ms). */
  windowOf(kind: WindowKind, at: number): TimeWindow;
  next(window: TimeWindow): TimeWindow;
  previous(window: TimeWindow): TimeWindow;
  /** The day window of a local date `YYYY-MM-DD`; throws RangeError for a date that is none. */
  day(date: string): TimeWindow;
  /** The windows of that kind that overlap `[from, to)`, in order. */
  between(kind: WindowKind, from: number, to: number): TimeWindow[];
  /** Epoch ms of a local wall time on the window's first date; skipped times move forward, repeated ones are the first. */
  localTime(date: string, hour: number, minute: number): number;
  /** The days that begin in `[window.start, end)`, in order, of a window that is no day itself. */
  daysOf(window: TimeWindow, end: number): readonly TimeWindow[];
  /** The time around the instant in which local time is UTC + `offsetMs`; `start` is no earlier than was asked for yet. */
  offsetAt(at: number): OffsetSpan;
  /** Local date of an instant. */
  dateOf(at: number): string;
  /** ISO weekday 1 (Monday) to 7 of a local date. */
  weekday(date: string): number;
}

/** Epoch ms `[start, end)`; Infinity where no change is to come. */
export interface OffsetSpan {
  readonly start: number;
  readonly end: number;
  readonly offsetMs: number;
}

export function createCalendar(timezone: string): Calendar {
  const byStart: Record<WindowKind, Map<number, TimeWindow>> = {
    day: new Map(),
    month: new Map(),
    quarter: new Map(),
    year: new Map(),
  };
  const byDate: Record<WindowKind, Map<string, TimeWindow>> = {
    day: new Map(),
    month: new Map(),
    quarter: new Map(),
    year: new Map(),
  };
  /** A window that holds some of each day of UTC that was asked for. */
  const near: Record<WindowKind, Map<number, TimeWindow>> = {
    day: new Map(),
    month: new Map(),
    quarter: new Map(),
    year: new Map(),
  };
  const daysByWindow = new Map<TimeWindow, readonly TimeWindow[]>();
  const weekdays = new Map<string, number>();
  /** By their ends. */
  const offsets = new Map<number, OffsetSpan>();
  const localTimes = new Map<string, Map<number, number>>();

  function build(kind: WindowKind, first: Temporal.PlainDate): TimeWindow {
    const date = first.toString();
    const known = byDate[kind].get(date);
    if (known) return known;
    const start = first.toZonedDateTime(timezone).epochMilliseconds;
    const end = first.add(lengths[kind]).toZonedDateTime(timezone).epochMilliseconds;
    const window: TimeWindow = { kind, start, end, date };
    byDate[kind].set(date, window);
    if (end > start) byStart[kind].set(start, window);
    return window;
  }

  function windowOf(kind: WindowKind, at: number): TimeWindow {
    const utcDay = Math.floor(at / utcDayMs);
    const known = near[kind].get(utcDay);
    if (known) {
      if (at >= known.start && at < known.end) return known;
      const following = byStart[kind].get(known.end);
      if (following && at >= following.start && at < following.end) return following;
    }
    const date = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(timezone).toPlainDate();
    let window = build(kind, firstDate(kind, date));
    // Where a clock went back over midnight, a date came twice: the day is the one whose window holds the instant.
    while (at >= window.end) window = next(window);
    while (at < window.start) window = previous(window);
    // The earliest is kept: the instants after it find their window by its end.
    if (known === undefined || window.start < known.start) near[kind].set(utcDay, window);
    return window;
  }

  function next(window: TimeWindow): TimeWindow {
    const known = byStart[window.kind].get(window.end);
    if (known) return known;
    let date = Temporal.PlainDate.from(window.date);
    for (;;) {
      date = date.add(lengths[window.kind]);
      const following = build(window.kind, date);
      // A date that a zone left out when it changed sides of the date line holds no instant.
      if (following.end > following.start) return following;
    }
  }

  function previous(window: TimeWindow): TimeWindow {
    let date = Temporal.PlainDate.from(window.date);
    for (;;) {
      date = date.subtract(lengths[window.kind]);
      const before = build(window.kind, date);
      if (before.end > before.start) return before;
    }
  }

  function between(kind: WindowKind, from: number, to: number): TimeWindow[] {
    const windows: TimeWindow[] = [];
    if (to <= from) return windows;
    for (let window = windowOf(kind, from); window.start < to; window = next(window)) windows.push(window);
    return windows;
  }

  function daysOf(window: TimeWindow, end: number): readonly TimeWindow[] {
    let days = daysByWindow.get(window);
    if (!days) {
      days = between('day', window.start, window.end);
      daysByWindow.set(window, days);
    }
    if (end >= window.end) return days;
    let count = 0;
    for (let high = days.length; count < high; ) {
      const middle = (count + high) >> 1;
      if ((days[middle] as TimeWindow).start < end) count = middle + 1;
      else high = middle;
    }
    return days.slice(0, count);
  }

  function offsetAt(at: number): OffsetSpan {
    for (const known of offsets.values()) if (at >= known.start && at < known.end) return known;
    const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(timezone);
    const end = zoned.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
    const span = { start: at, end, offsetMs: zoned.offsetNanoseconds / 1e6 };
    offsets.set(end, span);
    return span;
  }

  function localTime(date: string, hour: number, minute: number): number {
    let times = localTimes.get(date);
    if (!times) {
      times = new Map();
      localTimes.set(date, times);
    }
    let at = times.get(hour * 60 + minute);
    if (at === undefined) {
      const plainTime = new Temporal.PlainTime(hour, minute);
      at = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: timezone, plainTime }).epochMilliseconds;
      times.set(hour * 60 + minute, at);
    }
    return at;
  }

  function weekday(date: string): number {
    let day = weekdays.get(date);
    if (day === undefined) {
      day = Temporal.PlainDate.from(date).dayOfWeek;
      weekdays.set(date, day);
    }
    return day;
  }

  return {
    timezone,
    windowOf,
    next,
    previous,
    day: (date) => build('day', Temporal.PlainDate.from(date, { overflow: 'reject' })),
    between,
    daysOf,
    localTime,
    offsetAt,
    dateOf: (at) => windowOf('day', at).date,
    weekday,
  };
}

const utcDayMs = 86_400_000;

/** True where the runtime knows the zone's rules. */
export function isTimezone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

const lengths: Record<WindowKind, Temporal.DurationLike> = {
  day: { days: 1 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { years: 1 },
};

function firstDate(kind: WindowKind, date: Temporal.PlainDate): Temporal.PlainDate {
  switch (kind) {
    case 'day':
      return date;
    case 'month':
      return date.with({ day: 1 });
    case 'quarter':
      return date.with({ month: date.month - ((date.month - 1) % 3), day: 1 });
    case 'year':
      return date.with({ month: 1, day: 1 });
  }
}
