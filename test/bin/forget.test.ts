/** Forgetting a former occupant: which stay, what goes, what stays, and the trace. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { forget } from '../../bin/forget.ts';
import type { Lot } from '../../domain/building.ts';
import { parseConfig } from '../../domain/config/parse.ts';
import { stayToForget } from '../../domain/forget.ts';
import { readingValue } from '../../domain/reading.ts';
import { type Result, resultKey } from '../../domain/results.ts';
import { openSqliteStore, type SqliteStore } from '../../results/sqlite/open.ts';
import {
  buildingDay,
  day0,
  dayMs,
  meterDay,
  meterPeriod,
  meterState,
  storedReading,
} from '../contract/results.fixtures.ts';

const config = parseConfig(
  [
    {
      name: 'test',
      text: `
version: 1
buildings:
  - id: tilleuls
    lots:
      - { number: 1, occupancy: [{ from: 2020-01-01, to: 2026-03-11, occupant: A }, { from: 2026-03-11, to: 2026-06-01, occupant: B }, { from: 2026-06-01, occupant: C }] }
      - { number: 2, occupancy: [{ from: 2020-01-01, occupant: D }] }
      - { number: 3, occupancy: [{ from: 2020-01-01, vacant: true }] }
      - { number: 4, occupancy: [{ from: 2020-01-01, to: 2026-03-11, occupant: E }, { from: 2026-03-11, vacant: true }] }
    meters: [{ id: LOC01, role: tenant, lot: 1 }, { id: LOC02, role: tenant, lot: 2 }, { id: LOC04, role: tenant, lot: 4 }]
`,
    },
  ],
  () => '',
);
const building = config.buildings[0]!;
const at = (date: string): number => Date.parse(`${date}T12:00:00+01:00`);

describe('which stay', () => {
  const lot = (number: number): Lot => building.lots.find((each) => each.number === number)!;
  test.each([
    // lot, until, now, what
    [1, '2026-09-01', '2026-09-01', 'B'],
    [1, '2026-05-01', '2026-09-01', 'B'],
    [1, '2026-03-01', '2026-09-01', 'A'],
    [1, '2026-08-01', '2026-09-01', 'occupied'],
    [1, '2019-01-01', '2026-09-01', 'none'],
    [1, '2026-06-02', '2026-06-02', 'recent'],
    [1, '2026-06-04', '2026-06-04', 'B'],
    [2, '2026-09-01', '2026-09-01', 'occupied'],
    [3, '2026-09-01', '2026-09-01', 'none'],
    [4, '2026-09-01', '2026-09-01', 'E'],
  ])('of lot %i before %s, asked on %s: %s', (number, until, now, expected) => {
    const choice = stayToForget(building, lot(number), at(until), at(now));
    expect(choice.found ? choice.stay.occupant : choice.reason).toBe(expected);
  });

  test('one that lasts is offered up to the date, for those who insist', () => {
    const choice = stayToForget(building, lot(2), at('2026-08-01'), at('2026-09-01'));
    expect(choice).toMatchObject({ found: false, reason: 'occupied', stay: { occupant: 'D', to: at('2026-08-01') } });
  });
});

describe('what goes', () => {
  let store: SqliteStore;
  beforeEach(() => {
    store = openSqliteStore(':memory:', { now: () => day0 + 20 * dayMs });
  });
  afterEach(() => store.close());

  test('the stay’s readings, states, days and statements; not the successor’s, the neighbour’s or the building’s', async () => {
    const days = Array.from({ length: 15 }, (_, n) => n);
    // A stay's part of a period is known by where it begins in the period.
    const month = { meter: 'LOC01', start: day0, end: day0 + 31 * dayMs, date: '2026-03-01' };
    const from = building.lots[0]!.occupancy[0]!.from;
    const moved = day0 + 10 * dayMs;
    const results: Result[] = days.flatMap((n) => [
      meterDay('tilleuls', n),
      meterDay('tilleuls', n, { meter: 'LOC02', lot: 2 }),
      buildingDay('tilleuls', n),
    ]);
    results.push(
      meterPeriod('tilleuls', { ...month, occupancy: 0 }),
      meterPeriod('tilleuls', { ...month, occupancy: day0 }),
      meterPeriod('tilleuls', { ...month, occupancy: moved }),
    );
    const records = results.map((value) => ({
      topic: 'results' as const,
      key: resultKey(value),
      building: 'tilleuls',
      value,
    }));
    await store.journal.append(records);
    await store.journal.append(
      days.flatMap((n) =>
        ['LOC01', 'LOC02'].flatMap((meter) => [
          {
            topic: 'readings' as const,
            key: 'tilleuls',
            building: 'tilleuls',
            value: { ...readingValue(storedReading('tilleuls', meter, 0)), at: day0 + n * dayMs },
          },
          {
            topic: 'telemetry' as const,
            key: 'tilleuls',
            building: 'tilleuls',
            value: { ...meterState('tilleuls', 0), meter, at: day0 + n * dayMs },
          },
        ]),
      ),
    );
    const lot = building.lots[0]!;
    const stay = { from, to: moved, occupant: 'A' };
    const request = {
      journal: store.journal,
      eraser: store.results,
      building,
      lot,
      stay,
      by: 'gardien',
      now: day0 + 20 * dayMs,
    };
    // Ten days and the stay's statement from the journal; ten readings and ten states from the store.
    expect(await forget(request)).toEqual({ lot: 1, stay, meters: ['LOC01'], results: 11, stored: 20 });

    const query = { building: 'tilleuls', from: day0 - 400 * dayMs, to: day0 + 40 * dayMs };
    expect(
      (await store.results.meterDays({ ...query, meter: 'LOC01' })).map(({ start }) => (start - day0) / dayMs),
    ).toEqual([10, 11, 12, 13, 14]);
    expect(await store.results.meterDays({ ...query, meter: 'LOC02' })).toHaveLength(15);
    expect(await store.results.buildingDays(query)).toHaveLength(15);
    const periods = await store.results.meterPeriods({ ...query, period: 'month' });
    expect(periods.map(({ occupancy }) => occupancy)).toEqual([0, moved]);
    const left = new Map<string, number>();
    for await (const batch of store.results.readings(query))
      for (const { meter } of batch) left.set(meter, (left.get(meter) ?? 0) + 1);
    expect(Object.fromEntries(left)).toEqual({ LOC01: 5, LOC02: 15 });

    const events: unknown[] = [];
    for await (const batch of store.journal.read('events', 0)) events.push(...batch.map(({ value }) => value));
    expect(events).toEqual([
      {
        v: 1,
        building: 'tilleuls',
        type: 'forget',
        at: day0 + 20 * dayMs,
        lot: 1,
        from,
        to: moved,
        by: 'gardien',
        results: 11,
        stored: 20,
      },
    ]);
    // Again: nothing left, harms nothing.
    expect(await forget({ ...request, now: day0 + 21 * dayMs })).toMatchObject({ results: 0, stored: 0 });
  });
});
