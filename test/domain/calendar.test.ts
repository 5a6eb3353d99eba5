import { describe, expect, test } from 'vitest';
import { createCalendar, isTimezone } from '../../domain/calendar.ts';

const hourMs = 3_600_000;
const at = Date.parse;

describe('days', () => {
  test.each([
    // zone, date, start, hours
    ['Europe/Paris', '2026-03-28', '2026-03-28T00:00:00+01:00', 24],
    ['Europe/Paris', '2026-03-29', '2026-03-29T00:00:00+01:00', 23],
    ['Europe/Paris', '2026-10-25', '2026-10-25T00:00:00+02:00', 25],
    // Midnight does not exist: the day begins at 01:00.
    ['Africa/Cairo', '2026-04-24', '2026-04-24T01:00:00+03:00', 23],
    ['America/Santiago', '2026-09-06', '2026-09-06T01:00:00-03:00', 23],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T01:00:00-02:00', 23],
    // The clock goes back at midnight: the last hour comes twice.
    ['Africa/Cairo', '2026-10-29', '2026-10-29T00:00:00+03:00', 25],
    ['America/Sao_Paulo', '2018-02-17', '2018-02-17T00:00:00-02:00', 25],
    // Half an hour.
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-05T00:00:00+11:00', 24.5],
    ['Australia/Lord_Howe', '2026-10-04', '2026-10-04T00:00:00+10:30', 23.5],
    ['Asia/Kathmandu', '2026-01-01', '2026-01-01T00:00:00+05:45', 24],
  ])('%s %s', (zone, date, start, hours) => {
    const calendar = createCalendar(zone);
    const day = calendar.day(date);
    expect(day).toEqual({ kind: 'day', date, start: at(start), end: at(start) + hours * hourMs });
    for (const instant of [day.start, day.start + 1, day.end - 1]) {
      expect(calendar.windowOf('day', instant)).toEqual(day);
      expect(createCalendar(zone).dateOf(instant)).toBe(date);
    }
    expect(calendar.previous(calendar.next(day))).toEqual(day);
    expect(calendar.next(day).start).toBe(day.end);
    expect(calendar.previous(day).end).toBe(day.start);
  });

  test.each([
    // Tonga's neighbour left out 30 December 2011.
    ['Pacific/Apia', '2011-12-25', '2012-01-05', 11],
    // The clock went back one minute past midnight: some instants bear the date of the next day already.
    ['America/St_Johns', '2010-11-01', '2010-11-15', 14],
  ])('every instant of %s from %s to %s belongs to one day', (zone, first, last, count) => {
    const calendar = createCalendar(zone);
    const [from, to] = [calendar.day(first).start, calendar.day(last).start];
    const days = calendar.between('day', from, to);
    expect(days).toHaveLength(count - (zone === 'Pacific/Apia' ? 1 : 0));
    days.forEach((day, i) => {
      expect(day.end).toBe(days[i + 1]?.start ?? to);
    });
    for (let instant = from; instant < to; instant += hourMs / 4) {
      const day = createCalendar(zone).windowOf('day', instant);
      expect(instant >= day.start && instant < day.end).toBe(true);
    }
  });

  test.each(['2026-02-30', '2026-13-01', 'yesterday', ''])('%j is no date', (text) => {
    expect(() => createCalendar('Europe/Paris').day(text)).toThrow(RangeError);
  });
});

describe('periods', () => {
  test.each([
    ['month', '2026-10-25T00:30:00Z', '2026-10-01T00:00:00+02:00', '2026-11-01T00:00:00+01:00'],
    ['month', '2026-02-28T23:30:00Z', '2026-03-01T00:00:00+01:00', '2026-04-01T00:00:00+02:00'],
    ['quarter', '2026-06-30T21:59:59Z', '2026-04-01T00:00:00+02:00', '2026-07-01T00:00:00+02:00'],
    ['quarter', '2026-06-30T22:00:00Z', '2026-07-01T00:00:00+02:00', '2026-10-01T00:00:00+02:00'],
    ['year', '2025-12-31T23:00:00Z', '2026-01-01T00:00:00+01:00', '2027-01-01T00:00:00+01:00'],
  ] as const)('%s of %s', (kind, instant, start, end) => {
    const calendar = createCalendar('Europe/Paris');
    const window = calendar.windowOf(kind, at(instant));
    expect(window).toEqual({ kind, date: start.slice(0, 10), start: at(start), end: at(end) });
    const days = calendar.between('day', window.start, window.end);
    expect(days[0]?.start).toBe(window.start);
    expect(days.at(-1)?.end).toBe(window.end);
    expect(days.reduce((sum, day) => sum + day.end - day.start, 0)).toBe(window.end - window.start);
  });

  test('nothing lies between an instant and itself', () => {
    expect(createCalendar('Europe/Paris').between('day', 0, 0)).toEqual([]);
  });
});

test('wall times that a day skips move forward, those that come twice are the first', () => {
  const calendar = createCalendar('Europe/Paris');
  expect(calendar.localTime('2026-03-29', 2, 30)).toBe(at('2026-03-29T03:30:00+02:00'));
  expect(calendar.localTime('2026-10-25', 2, 30)).toBe(at('2026-10-25T02:30:00+02:00'));
  expect(calendar.weekday('2026-11-23')).toBe(1);
  expect(calendar.weekday('2026-11-22')).toBe(7);
});

test.each([
  ['Europe/Paris', true],
  ['UTC', true],
  ['Europe/Paname', false],
  ['', false],
])('%j is a zone: %s', (name, known) => {
  expect(isTimezone(name)).toBe(known);
});

describe('the offset from UTC', () => {
  test.each([
    ['Europe/Paris', '2026-03-29T01:00Z', 60, 120],
    ['Europe/Paris', '2026-10-25T01:00Z', 120, 60],
    ['Australia/Lord_Howe', '2026-04-04T15:00Z', 660, 630],
  ])('%s changes at %s from %i to %i minutes, whichever side is asked for first', (zone, change, before, after) => {
    const instant = at(change);
    for (const order of [
      [-1, 0, hourMs, -30 * hourMs],
      [hourMs, -30 * hourMs, 0, -1],
    ]) {
      const calendar = createCalendar(zone);
      for (const step of order) {
        const { start, end, offsetMs } = calendar.offsetAt(instant + step);
        expect(offsetMs).toBe((step < 0 ? before : after) * 60_000);
        expect(start).toBeLessThanOrEqual(instant + step);
        if (step < 0) expect(end).toBe(instant);
      }
    }
  });

  test('never changes where there is no summer time', () => {
    const { end, offsetMs } = createCalendar('Asia/Kolkata').offsetAt(at('2026-01-01T00:00Z'));
    expect([end, offsetMs]).toEqual([Number.POSITIVE_INFINITY, 5.5 * hourMs]);
  });
});
