/** Quiet hours and digest in local time, over the days of the time change. */
import { describe, expect, test } from 'vitest';
import { createCalendar } from '../../domain/calendar.ts';
import type { Severity } from '../../domain/results.ts';
import { quietUntil, sendTime, type TimingRules } from '../../notify/timing.ts';

const paris = createCalendar('Europe/Paris');
const night = { quietHours: { fromMinute: 22 * 60, toMinute: 7 * 60 } };
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

describe('quiet hours 22:00-07:00 in Paris', () => {
  test.each([
    ['2026-03-03T20:59:59Z', null],
    ['2026-03-03T21:00:00Z', '2026-03-04T06:00:00.000Z'],
    ['2026-03-04T05:59:59Z', '2026-03-04T06:00:00.000Z'],
    ['2026-03-04T06:00:00Z', null],
    // The night of 28 to 29 March has 8 quiet hours, that of 24 to 25 October 10.
    ['2026-03-28T20:59:59Z', null],
    ['2026-03-28T21:00:00Z', '2026-03-29T05:00:00.000Z'],
    ['2026-03-29T04:59:59Z', '2026-03-29T05:00:00.000Z'],
    ['2026-03-29T05:00:00Z', null],
    ['2026-10-24T20:00:00Z', '2026-10-25T06:00:00.000Z'],
    ['2026-10-25T05:59:59Z', '2026-10-25T06:00:00.000Z'],
    ['2026-10-25T06:00:00Z', null],
  ])('at %s until %s', (at, until) => {
    expect(iso(quietUntil(Date.parse(at), paris, night))).toBe(until);
  });

  test('a time that does not exist moves forward, one that exists twice is the first', () => {
    const rules = { quietHours: { fromMinute: 60, toMinute: 150 } };
    // 2026-03-29 02:30 does not exist: 03:30 summer time.
    expect(iso(quietUntil(Date.parse('2026-03-29T00:30:00Z'), paris, rules))).toBe('2026-03-29T01:30:00.000Z');
    // 2026-10-25 02:30 exists at 00:30Z and 01:30Z.
    expect(iso(quietUntil(Date.parse('2026-10-24T23:30:00Z'), paris, rules))).toBe('2026-10-25T00:30:00.000Z');
    expect(quietUntil(Date.parse('2026-10-25T00:30:00Z'), paris, rules)).toBeNull();
  });

  test('hours to midnight, hours within a day, none', () => {
    const toMidnight = { quietHours: { fromMinute: 20 * 60, toMinute: 1440 } };
    expect(iso(quietUntil(Date.parse('2026-03-03T22:59:59Z'), paris, toMidnight))).toBe('2026-03-03T23:00:00.000Z');
    expect(quietUntil(Date.parse('2026-03-03T23:00:00Z'), paris, toMidnight)).toBeNull();
    const nap = { quietHours: { fromMinute: 13 * 60, toMinute: 14 * 60 } };
    expect(iso(quietUntil(Date.parse('2026-07-01T11:30:00Z'), paris, nap))).toBe('2026-07-01T12:00:00.000Z');
    expect(quietUntil(Date.parse('2026-07-01T12:00:00Z'), paris, nap)).toBeNull();
    expect(quietUntil(Date.parse('2026-07-01T12:00:00Z'), paris, {})).toBeNull();
  });
});

describe('when a message goes out', () => {
  const rules: TimingRules = { ...night, digestMinute: 18 * 60, criticalPasses: true };
  const dead = Date.parse('2026-03-04T01:00:00Z');
  const rows: [string, Severity, 'mail' | 'webhook', TimingRules, string, string | null][] = [
    ['critical passes the night', 'critique', 'mail', rules, '2026-03-04T01:00:00.000Z', null],
    ['unless it may not', 'critique', 'mail', { ...rules, criticalPasses: false }, '2026-03-04T06:00:00.000Z', null],
    ['the rest waits for the digest', 'majeur', 'mail', rules, '2026-03-04T17:00:00.000Z', '2026-03-04'],
    ['a webhook for the morning', 'mineur', 'webhook', rules, '2026-03-04T06:00:00.000Z', null],
    [
      'without a digest the morning',
      'mineur',
      'mail',
      { ...night, criticalPasses: true },
      '2026-03-04T06:00:00.000Z',
      null,
    ],
    ['without rules at once', 'mineur', 'mail', { criticalPasses: true }, '2026-03-04T01:00:00.000Z', null],
  ];
  test.each(rows)('%s', (_name, severity, channel, given, sendAt, digest) => {
    const found = sendTime(severity, channel, dead, paris, given);
    expect({ sendAt: iso(found.sendAt), digest: found.digest }).toEqual({ sendAt, digest });
  });

  test('the digest of 18:00 is at 18:00 on both sides of the time change', () => {
    const at = (now: string) => iso(sendTime('mineur', 'mail', Date.parse(now), paris, rules).sendAt);
    expect(at('2026-03-28T16:59:59Z')).toBe('2026-03-28T17:00:00.000Z');
    expect(at('2026-03-28T17:00:00Z')).toBe('2026-03-29T16:00:00.000Z');
    expect(at('2026-10-24T16:00:00Z')).toBe('2026-10-25T17:00:00.000Z');
  });
});
