import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { DeclaredEvent } from '../../domain/events.ts';
import type { Reading } from '../../domain/reading.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { naiveCalendar } from '../reference/calendar.ts';
import { referenceResults } from '../reference/reference.ts';
import { allDifferences } from './compare.ts';
import { dayMs, hourMs } from './random-building.ts';
import { calendarOf, run } from './run.ts';

const simulated = simulatedBuilding(1, { id: 'B', tenants: 1 });
const start = calendarOf(simulated.timezone).day('2026-06-01').start;
const at = start + 46 * hourMs;

/** A meter is replaced at 22:00 of the second day and first read at 03:00: the midnight between is decided before, at, or long after that. */
describe('a declared replacement whose break crosses a midnight', () => {
  const told: readonly Partial<DeclaredEvent>[] = [
    {},
    { finalIndexWh: 9300 },
    { initialIndexWh: 20 },
    { finalIndexWh: 9300, initialIndexWh: 20 },
  ];
  it.each(told.map((indices) => [JSON.stringify(indices), indices] as const))('told with %s', async (_, indices) => {
    const event = { v: 1, building: 'B', type: 'replacement', meter: 'LOC01', at, ...indices } as DeclaredEvent;
    const building: Building = { ...simulated, maxGapMs: 2 * hourMs, latenessMs: 2 * dayMs, events: [event] };
    const readings: Reading[] = [];
    for (let hour = 0; hour <= 9 * 24; hour++) {
      const one = {
        building: 'B',
        at: start + hour * hourMs,
        source: 'mbus' as const,
        receivedAt: start + hour * hourMs,
      };
      readings.push({ ...one, meter: 'GLOBAL', energyImportWh: 500 * hour });
      if (hour <= 45) readings.push({ ...one, meter: 'LOC01', energyImportWh: 200 * hour });
      // The new register stands above the old one, as an advance would.
      if (hour >= 51) readings.push({ ...one, meter: 'LOC01', energyImportWh: 9400 + 200 * (hour - 51) });
    }
    const now = start + 13 * dayMs;
    const theirs = referenceResults(building, readings, now, naiveCalendar(building.timezone));
    for (const every of [1, 40, 1000]) {
      const ours = await run(building, readings, { now, flushAfter: (n) => n % every === 0 });
      const wrong = allDifferences(theirs.results, ours.results);
      expect(wrong.slice(0, 6)).toEqual([]);
      expect(ours.account).toEqual(theirs.account);
    }
  });
});

/** A meter whose first index is declared before its first reading, and before the midnight between: the day before knows its end, whoever comes first. */
describe('a first index declared the day before the first reading', () => {
  it.each([
    ['in their order', 0],
    ['the first reading last', 1],
  ])('readings %s', async (_, moved) => {
    const event = { v: 1, building: 'B', type: 'replacement', meter: 'LOC01', at: start - 1, initialIndexWh: 0 };
    const building: Building = { ...simulated, latenessMs: 2 * dayMs, events: [event as DeclaredEvent] };
    const readings = Array.from({ length: 30 }, (_, hour): Reading[] => {
      const at = start + hour * hourMs;
      const one = { building: 'B', at, source: 'mbus' as const, receivedAt: start + 30 * hourMs };
      return [
        { ...one, meter: 'GLOBAL', energyImportWh: 500 * hour },
        { ...one, meter: 'LOC01', energyImportWh: 200 * hour },
      ];
    }).flat();
    const now = start + 2 * dayMs;
    const theirs = referenceResults(building, readings, now, naiveCalendar(building.timezone));
    const ours = await run(building, [...readings.slice(2 * moved), ...readings.slice(0, 2 * moved)], { now });
    expect(ours.results.get(`meter_day/B/LOC01/${start - dayMs}`)).toMatchObject({
      energyWh: 0,
      endQuality: 'measured',
    });
    expect(allDifferences(theirs.results, ours.results).slice(0, 6)).toEqual([]);
  });
});
