/** The promises of the demonstration: plausible, reproducible, and a hidden load that shows while its absence does not. */
import { expect, test } from 'vitest';
import { createCalendar } from '../../../domain/calendar.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';
import { history, historyLength } from '../../../ingest/simulator/history.ts';

const calendar = createCalendar('Europe/Paris');
const end = Date.parse('2026-11-24T08:07:00Z');
const dayMs = 86_400_000;

interface Summary {
  readonly tenantDaysWh: number[];
  readonly generalDaysWh: number[];
  readonly ratios: number[];
  /** Lowest hour of the remainder in the night, W, each day. */
  readonly floorsW: number[];
  readonly greatestW: number;
}

function summarise(seed: number, days: number, leak: { leakW?: number; leakFrom?: number } = {}, at = end): Summary {
  const building = simulatedBuilding(seed);
  const byInstant = new Map<number, { general: number; tenants: number[] }>();
  let greatestW = 0;
  for (const reading of history(building, { days, end: at, seed, ...leak })) {
    const instant = byInstant.get(reading.at) ?? { general: 0, tenants: [] };
    byInstant.set(reading.at, instant);
    if (reading.meter === 'GLOBAL') {
      instant.general = reading.energyImportWh;
      greatestW = Math.max(greatestW, reading.powerW ?? 0);
    } else instant.tenants.push(reading.energyImportWh);
  }
  const summary = { tenantDaysWh: [], generalDaysWh: [], ratios: [], floorsW: [] } as unknown as Summary;
  for (const day of calendar.between('day', at - days * dayMs, calendar.windowOf('day', at).start)) {
    const first = byInstant.get(day.start);
    const last = byInstant.get(day.end);
    if (!first || !last) throw new Error(`nothing at the ends of ${day.date}`);
    const used = last.tenants.map((index, meter) => index - first.tenants[meter]!);
    summary.tenantDaysWh.push(...used);
    summary.generalDaysWh.push(last.general - first.general);
    summary.ratios.push(sum(used) / (last.general - first.general));
    const remainder = (t: number) => byInstant.get(t)!.general - sum(byInstant.get(t)!.tenants);
    const floors = [];
    for (let t = calendar.localTime(day.date, 1, 0); t + 3_600_000 <= calendar.localTime(day.date, 5, 0); t += 900_000)
      floors.push(remainder(t + 3_600_000) - remainder(t));
    summary.floorsW.push(Math.min(...floors));
  }
  return { ...summary, greatestW };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  'seed %i: lots of 2 to 25 kWh, a building of 120 to 300 kWh, no sign of a leak',
  (seed) => {
    const { tenantDaysWh, generalDaysWh, ratios, floorsW, greatestW } = summarise(seed, 60);
    expect(Math.min(...tenantDaysWh)).toBeGreaterThanOrEqual(2000);
    expect(Math.max(...tenantDaysWh)).toBeLessThanOrEqual(25_000);
    expect(Math.min(...generalDaysWh)).toBeGreaterThanOrEqual(120_000);
    expect(Math.max(...generalDaysWh)).toBeLessThanOrEqual(300_000);
    expect(Math.min(...ratios)).toBeGreaterThan(0.95);
    expect(Math.max(...ratios)).toBeLessThan(1);
    expect(greatestW).toBeLessThan(0.9 * 36_000);
    floorsW.forEach((floor, day) => {
      if (day >= 7) expect(floor - median(floorsW.slice(Math.max(0, day - 14), day))).toBeLessThan(100);
    });
  },
);

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  'seed %i: a hidden 300 W raises the night floor by more than 200 W in its first whole day',
  (seed) => {
    const leakFrom = end - 14 * dayMs;
    const { floorsW } = summarise(seed, 60, { leakW: 300, leakFrom });
    const firstWhole = floorsW.length - 13;
    expect(floorsW[firstWhole]! - median(floorsW.slice(firstWhole - 14, firstWhole))).toBeGreaterThan(250);
  },
);

test.each(['2026-03-30T12:00:00Z', '2026-10-26T12:00:00Z'])('holds over the change of the clocks before %s', (at) => {
  const { tenantDaysWh, ratios } = summarise(3, 4, {}, Date.parse(at));
  expect(Math.min(...tenantDaysWh)).toBeGreaterThanOrEqual(2000);
  expect(Math.min(...ratios)).toBeGreaterThan(0.95);
});

test('same seed, same history; another seed, another one; every index rises by what the power says', () => {
  const building = simulatedBuilding(4);
  const options = { days: 2, end, seed: 4 };
  const first = [...history(building, options)];
  expect([...history(building, options)]).toEqual(first);
  expect([...history(building, { ...options, seed: 5 })]).not.toEqual(first);
  expect(first).toHaveLength(historyLength(building, options));
  expect(first.length).toBeGreaterThan(2 * 96 * 21);
  const last = new Map<string, { index: number; power: number }>();
  for (const { meter, energyImportWh, powerW = 0, at, receivedAt } of first) {
    expect(receivedAt).toBe(at);
    const before = last.get(meter);
    if (before) {
      expect(energyImportWh).toBeGreaterThanOrEqual(before.index);
      expect(energyImportWh - before.index).toBeLessThan(36_000 / 4);
    }
    last.set(meter, { index: energyImportWh, power: powerW });
  }
});

test('a part of a history is the part of a longer one', () => {
  const building = simulatedBuilding(6);
  const long = [...history(building, { days: 9, end, seed: 6 })];
  const short = [...history(building, { days: 1, end, seed: 6 })];
  expect(long.slice(-short.length)).toEqual(short);
});

test('instants and meters come in order', () => {
  const keys = [...history(simulatedBuilding(1), { days: 1, end, seed: 1 })].map(({ at, meter }) => `${at} ${meter}`);
  expect(keys).toEqual(keys.toSorted());
});
