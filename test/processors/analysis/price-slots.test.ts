import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it, test } from 'vitest';
import type { PriceSlot, Tariff } from '../../../domain/building.ts';
import { createCalendar } from '../../../domain/calendar.ts';
import { energyCents, monthlyCharges } from '../../../processors/analysis/energy-price.ts';
import { slotSegments, tariffAt } from '../../../processors/analysis/price-slots.ts';
import { holds, hour } from './fixtures.ts';

const calendar = createCalendar('Europe/Paris');
const utc = (text: string): number => Date.parse(`${text}:00Z`);
const tariff = (from: number, slots: readonly PriceSlot[], standingChargeCents = 0, taxesCents = 0): Tariff => ({
  from,
  slots,
  standingChargeCents,
  taxesCents,
});
const slot = (name: string, centsPerKwh: number, ...hours: readonly [number, number][]): PriceSlot => ({
  name,
  centsPerKwh,
  hours: hours.map(([from, to]) => ({ fromMinute: from * 60, toMinute: to * 60 })),
});

const dayNight = tariff(0, [slot('HP', 20, [6, 22]), slot('HC', 15, [22, 6])]);

/** Segments as `slot start..end` in UTC. */
function drawn(window: { start: number; end: number }, tariffs: readonly Tariff[]): string[] {
  const time = (at: number): string => new Date(at).toISOString().slice(8, 16);
  return slotSegments(window, tariffs, calendar).map(
    ({ slot: name, start, end }) => `${name} ${time(start)}..${time(end)}`,
  );
}

describe('price slots of a day', () => {
  test.each<[string, string, readonly Tariff[], string[]]>([
    [
      'a winter day',
      '2026-01-15',
      [dayNight],
      ['HC 14T23:00..15T05:00', 'HP 15T05:00..15T21:00', 'HC 15T21:00..15T23:00'],
    ],
    [
      'the day of 23 hours',
      '2026-03-29',
      [dayNight],
      ['HC 28T23:00..29T04:00', 'HP 29T04:00..29T20:00', 'HC 29T20:00..29T22:00'],
    ],
    [
      'the day of 25 hours',
      '2026-10-25',
      [dayNight],
      ['HC 24T22:00..25T05:00', 'HP 25T05:00..25T21:00', 'HC 25T21:00..25T23:00'],
    ],
    [
      'limits inside the repeated hour hold twice',
      '2026-10-25',
      [tariff(0, [slot('HC', 15, [2.5, 7.5]), slot('HP', 20, [7.5, 2.5])])],
      [
        'HP 24T22:00..25T00:30',
        'HC 25T00:30..25T01:00',
        'HP 25T01:00..25T01:30',
        'HC 25T01:30..25T06:30',
        'HP 25T06:30..25T23:00',
      ],
    ],
    [
      'a limit inside the skipped hour',
      '2026-03-29',
      [tariff(0, [slot('HC', 15, [2.5, 7.5]), slot('HP', 20, [7.5, 2.5])])],
      ['HP 28T23:00..29T01:00', 'HC 29T01:00..29T05:30', 'HP 29T05:30..29T22:00'],
    ],
    ['one slot, whole day', '2026-10-25', [tariff(0, [slot('base', 18, [0, 24])])], ['base 24T22:00..25T23:00']],
    [
      'one slot from and to midnight',
      '2026-10-25',
      [tariff(0, [slot('base', 18, [0, 0])])],
      ['base 24T22:00..25T23:00'],
    ],
    [
      'two ranges of one slot',
      '2026-01-15',
      [tariff(0, [slot('HC', 15, [2, 7], [13, 16]), slot('HP', 20, [7, 13], [16, 2])])],
      [
        'HP 14T23:00..15T01:00',
        'HC 15T01:00..15T06:00',
        'HP 15T06:00..15T12:00',
        'HC 15T12:00..15T15:00',
        'HP 15T15:00..15T23:00',
      ],
    ],
    [
      'a tariff that begins at noon',
      '2026-01-15',
      [tariff(utc('2026-01-15T11:00'), [slot('base', 18, [0, 24])]), dayNight],
      ['HC 14T23:00..15T05:00', 'HP 15T05:00..15T11:00', 'base 15T11:00..15T23:00'],
    ],
    [
      'nothing before the first tariff',
      '2026-01-15',
      [tariff(utc('2026-01-15T11:00'), [slot('base', 18, [0, 24])])],
      ['base 15T11:00..15T23:00'],
    ],
    ['no tariff', '2026-01-15', [], []],
  ])('%s', (_, date, tariffs, expected) => {
    expect(drawn(calendar.day(date), tariffs)).toEqual(expected);
  });

  it('runs across midnight as one segment', () => {
    expect(drawn({ start: utc('2026-01-15T20:00'), end: utc('2026-01-16T06:00') }, [dayNight])).toEqual([
      'HP 15T20:00..15T21:00',
      'HC 15T21:00..16T05:00',
      'HP 16T05:00..16T06:00',
    ]);
  });

  it('keeps two tariffs apart that share a slot', () => {
    const dearer = tariff(utc('2026-01-15T08:00'), [slot('HP', 25, [6, 22]), slot('HC', 16, [22, 6])]);
    const found = slotSegments(calendar.day('2026-01-15'), [dayNight, dearer], calendar);
    expect(found.map(({ slot: name, centsPerKwh, tariffFrom }) => [name, centsPerKwh, tariffFrom])).toEqual([
      ['HC', 15, 0],
      ['HP', 20, 0],
      ['HP', 25, dearer.from],
      ['HC', 16, dearer.from],
    ]);
  });

  it('covers any window and follows the wall clock of any zone', () => {
    const zones = fc.constantFrom(
      'Europe/Paris',
      'Asia/Kathmandu',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Pacific/Auckland',
    );
    const start = fc.integer({ min: utc('2025-06-01T00:00'), max: utc('2027-06-01T00:00') });
    const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 1439 }), { minLength: 2, maxLength: 5 });
    holds(
      fc.property(
        zones,
        start,
        fc.integer({ min: 1, max: 400 * hour }),
        minutes,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (zone, from, length, limits, place) => {
          const sorted = [...limits].sort((a, b) => a - b);
          const slots = sorted.map((fromMinute, i) => ({
            name: `s${i}`,
            centsPerKwh: i,
            hours: [{ fromMinute, toMinute: sorted[(i + 1) % sorted.length]! }],
          }));
          const window = { start: from, end: from + length };
          const found = slotSegments(window, [tariff(0, slots)], createCalendar(zone));
          expect(found[0]!.start).toBe(window.start);
          expect(found.at(-1)!.end).toBe(window.end);
          found.slice(1).forEach((segment, i) => {
            expect(segment.start).toBe(found[i]!.end);
          });
          const at = Math.min(window.end - 1, window.start + Math.floor(place * length));
          const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
          const minuteOfDay = local.hour * 60 + local.minute;
          const index = sorted.findLastIndex((limit) => limit <= minuteOfDay);
          const expected = index === -1 ? sorted.length - 1 : index;
          expect(found.find((segment) => at >= segment.start && at < segment.end)?.slot).toBe(`s${expected}`);
        },
      ),
    );
  });
});

describe('the tariff in force', () => {
  const first = tariff(100, [slot('a', 1, [0, 24])]);
  const second = tariff(200, [slot('b', 1, [0, 24])]);
  const corrected = tariff(200, [slot('c', 1, [0, 24])]);
  test.each([
    [99, undefined],
    [100, first],
    [199, first],
    [200, corrected],
  ])('at %i', (at, expected) => {
    expect(tariffAt([second, first, corrected], at)).toBe(expected);
  });
});

describe('the price of energy', () => {
  test.each([
    // 1.234 × 18.47 = 22.79198
    ['rounded once', [{ energyWh: 1234, centsPerKwh: 18.47 }], 23],
    // 0.1 kWh × 25 = 2.5
    ['half up', [{ energyWh: 100, centsPerKwh: 25 }], 3],
    ['half up below 0', [{ energyWh: 100, centsPerKwh: -25 }], -2],
    ['just below half', [{ energyWh: 99, centsPerKwh: 25 }], 2],
    // 1.005 × 100 is below 100.5 in binary, and is 100.5
    ['exact decimals', [{ energyWh: 100_000, centsPerKwh: 1.005 }], 101],
    // 1.4 + 1.4 = 2.8, not 1 + 1
    [
      'two prices of one pool',
      [
        { energyWh: 100, centsPerKwh: 14 },
        { energyWh: 70, centsPerKwh: 20 },
      ],
      3,
    ],
    ['nothing', [], 0],
    ['a tiny price', [{ energyWh: 5_000_000_000_000, centsPerKwh: 1e-7 }], 500],
    ['a round price', [{ energyWh: 2000, centsPerKwh: 1e21 }], 2e21],
  ])('%s', (_, parts, expected) => {
    expect(energyCents(parts)).toBe(expected);
  });

  it('refuses a fraction of a Wh', () => {
    expect(() => energyCents([{ energyWh: 0.5, centsPerKwh: 1 }])).toThrow(RangeError);
  });
});

describe('monthly charges', () => {
  const old = tariff(0, [], 1000, 100);
  const fresh = tariff(utc('2026-02-10T00:00'), [], 2000, 300);
  const quarter = calendar.windowOf('quarter', utc('2026-02-01T12:00'));
  test.each([
    ['a month', calendar.windowOf('month', utc('2026-01-10T00:00')), [old], 1000, 100],
    ['a quarter whose tariff changes', quarter, [fresh, old], 1000 + 1000 + 2000, 100 + 100 + 300],
    ['from the first tariff on', quarter, [fresh], 4000, 600],
    ['a month begun counts whole', { start: quarter.start, end: utc('2026-02-02T00:00') }, [old], 2000, 200],
    ['no tariff', quarter, [], 0, 0],
  ])('%s', (_, window, tariffs, standingChargeCents, taxesCents) => {
    expect(monthlyCharges(window, tariffs, calendar)).toEqual({ standingChargeCents, taxesCents });
  });
});
