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
  ...simulatedBuilding(1, { id: 'B', tenants: 1 }),
  maxGapMs: 2 * hourMs,
  latenessMs: 2 * dayMs,
};
const calendar = calendarOf(building.timezone);

/** The first reading after a gap of days comes after the second: it moves every midnight of the gap, which must not be decided before. */
describe('a meter back after days, its first reading slow', () => {
  it.each([3, 6, 12])('%i days of gap', async (gapDays) => {
    const start = calendar.day('2026-06-01').start;
    const back = start + gapDays * dayMs + 10 * hourMs;
    const readings: Reading[] = [];
    for (let at = start; at <= back + 6 * dayMs; at += hourMs)
      for (const { id, role } of building.meters) {
        if (role === 'tenant' && at > start + 5 * hourMs && at < back) continue;
        const isSlow = role === 'tenant' && at === back;
        // The gap took 60 W, then 600 W are drawn: where the gap is thought to end matters.
        const watts =
          at <= back ? 60 * ((at - start) / hourMs) : 60 * ((back - start) / hourMs) + 600 * ((at - back) / hourMs);
        readings.push({
          building: 'B',
          meter: id,
          at,
          energyImportWh: 5000 + watts,
          source: 'mbus',
          receivedAt: isSlow ? at + 30 * hourMs : at,
        });
      }
    const order = [...readings].sort((a, b) => a.receivedAt - b.receivedAt || a.at - b.at);
    const now = back + 12 * dayMs;
    const ours = await run(building, order, { now, flushAfter: (n) => n % 5 === 0 });
    const theirs = referenceResults(building, readings, now, naiveCalendar(building.timezone));
    const wrong = allDifferences(theirs.results, ours.results);
    expect(wrong.slice(0, 6)).toEqual([]);
  });
});
