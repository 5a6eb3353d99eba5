import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { Reading } from '../../domain/reading.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { naiveCalendar } from '../reference/calendar.ts';
import { referenceResults } from '../reference/reference.ts';
import { allDifferences } from './compare.ts';
import { dayMs, hourMs } from './random-building.ts';
import { calendarOf, run } from './run.ts';

const building: Building = {
  ...simulatedBuilding(1, { id: 'B', tenants: 2 }),
  maxGapMs: 2 * hourMs,
  latenessMs: 2 * dayMs,
};
const start = calendarOf(building.timezone).day('2026-06-01').start;

/**
 * LOC01 speaks until the second day, is replaced without a word and read three times in days: what it had of the second day is known only when
 * the third reading is believed, long after the other meters' part of that day was decided. LOC02 begins in the middle of that day, so whole
 * days do not tell the balance.
 *
 *     LOC01  ├────────────┤ r1                      r2                      r3
 *     LOC02            ├──────────────────────────────────────────────────────
 */
describe('a quarantine resolved after the days of the others were decided', () => {
  it.each([
    ['the reading is the last of its day', 20],
    ['two of the quarantine are of one day', 20.25],
    ['the reading is before the other meter began', 9],
  ])('%s', async (_, firstHour) => {
    const readings: Reading[] = [];
    const read = (meter: string, hours: number, energyImportWh: number): void => {
      const at = start + hours * hourMs;
      readings.push({ building: 'B', meter, at, energyImportWh, source: 'mbus', receivedAt: at });
    };
    for (let hour = 0; hour <= 12 * 24; hour++) {
      read('GLOBAL', hour, 90_000 + 1000 * hour);
      if (hour <= 24 + 6) read('LOC01', hour, 800_000 + 200 * hour);
      if (hour >= 24 + 12) read('LOC02', hour, 5000 + 300 * hour);
    }
    for (const hour of [24 + firstHour, 6 * 24 + 3, 7 * 24 + 5]) read('LOC01', hour, 100 + 200 * hour);
    if (firstHour % 1 !== 0) read('LOC01', 24 + firstHour + 0.5, 100 + 200 * (24 + firstHour + 0.5));
    readings.sort((a, b) => a.receivedAt - b.receivedAt);
    const now = start + 16 * dayMs;
    const ours = await run(building, readings, { now, flushAfter: (n) => n % 7 === 0 });
    const theirs = referenceResults(building, readings, now, naiveCalendar(building.timezone));
    const wrong = allDifferences(theirs.results, ours.results);
    expect(wrong.slice(0, 6)).toEqual([]);
    expect(ours.replayed).toBeGreaterThan(0);
    expect(ours.processor.state.rebuildFrom).toBe(null);
  });
});

/**
 * Three readings of a new register are believed, then a fourth comes late, in their midst, and with it they agree no more: the end of the
 * second day, decided for the others, is as unknown as before, though the day's consumption stays the same.
 */
describe('a replacement that a late reading takes back after the days of the others were decided', () => {
  it.each([1, 7, 1000])('told every %i readings', async (every) => {
    const readings: Reading[] = [];
    const read = (meter: string, hours: number, energyImportWh: number, receivedHours = hours): void => {
      const [at, receivedAt] = [start + hours * hourMs, start + receivedHours * hourMs];
      readings.push({ building: 'B', meter, at, energyImportWh, source: 'mbus', receivedAt });
    };
    for (let hour = 0; hour <= 6 * 24; hour++) {
      read('GLOBAL', hour, 90_000 + 1000 * hour);
      read('LOC02', hour, 5000 + 300 * hour);
      if (hour <= 24 + 15) read('LOC01', hour, 800_000 + 200 * hour);
    }
    for (const [k, hour] of [126, 126.7, 127.4].entries()) read('LOC01', hour, 10 * k);
    read('LOC01', 126.3, 50_000_000, 130);
    readings.sort((a, b) => a.receivedAt - b.receivedAt);
    const now = start + 9 * dayMs;
    const ours = await run(building, readings, { now, flushAfter: (n) => n % every === 0 });
    const theirs = referenceResults(building, readings, now, naiveCalendar(building.timezone));
    expect(ours.account.quarantined).toBe(2);
    expect(allDifferences(theirs.results, ours.results).slice(0, 6)).toEqual([]);
  });
});
