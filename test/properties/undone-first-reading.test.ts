import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { Reading } from '../../domain/reading.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { naiveCalendar } from '../reference/calendar.ts';
import { referenceResults } from '../reference/reference.ts';
import { allDifferences } from './compare.ts';
import { dayMs, hourMs } from './random-building.ts';
import { calendarOf, run } from './run.ts';

const simulated = simulatedBuilding(1, { id: 'B', tenants: 1 });
const start = calendarOf(simulated.timezone).day('2026-06-01').start;

/**
 * The first reading of a register is a glitch, nonsense follows over midnight, and only a day later three readings agree and undo it. Whether the
 * midnight between was decided meanwhile must change nothing: the nonsense after it is judged from that first reading still.
 */
describe('a first reading that is undone after the next midnight', () => {
  it.each([
    ['of a meter that was replaced', true, 36, 63, 0],
    ['of a new meter', false, 36, 63, 0],
    // The midnight's quality hangs on it: half an hour from the readings beside it, or days.
    ['of a meter that was replaced over a midnight that is final by then', true, 24, 80, hourMs / 2],
    ['of a meter that was replaced over a midnight that would be decided by then', true, 24, 130, hourMs / 2],
  ])('%s', async (_, replaced, wrongFrom, rightFrom, shiftMs) => {
    const building: Building = {
      ...simulated,
      maxGapMs: 2 * hourMs,
      latenessMs: 2 * dayMs,
      events: [{ v: 1, building: 'B', type: 'replacement', meter: 'LOC01', at: start + wrongFrom * hourMs }],
    };
    const readings: Reading[] = [];
    for (let hour = 0; hour <= 10 * 24; hour++) {
      const nonsense = hour === wrongFrom ? 900_000 : hour % 2 === 0 ? 100 : 50_000_000;
      const index = hour < wrongFrom || hour >= rightFrom ? 200 * hour : nonsense;
      const at = start + hour * hourMs;
      const one = { building: 'B', at, source: 'mbus' as const, receivedAt: at };
      readings.push({ ...one, meter: 'GLOBAL', energyImportWh: 500 * hour });
      if (replaced || hour >= wrongFrom)
        readings.push({ ...one, meter: 'LOC01', at: at + shiftMs, receivedAt: at + shiftMs, energyImportWh: index });
    }
    const now = start + 14 * dayMs;
    const theirs = referenceResults(building, readings, now, naiveCalendar(building.timezone));
    for (const every of [1, 50, 1000]) {
      const ours = await run(building, readings, { now, flushAfter: (n) => n % every === 0 });
      const wrong = allDifferences(theirs.results, ours.results);
      expect(wrong.slice(0, 6)).toEqual([]);
      expect(ours.account).toEqual(theirs.account);
    }
  });
});
