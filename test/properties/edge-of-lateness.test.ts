import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { Reading } from '../../domain/reading.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { naiveCalendar } from '../reference/calendar.ts';
import { referenceResults } from '../reference/reference.ts';
import { allDifferences } from './compare.ts';
import { dayMs, hourMs } from './random-building.ts';
import { calendarOf, run } from './run.ts';

const minuteMs = 60_000;
const building: Building = {
  ...simulatedBuilding(1, { id: 'B', tenants: 1 }),
  maxGapMs: 2 * hourMs,
  latenessMs: 2 * dayMs,
};
const calendar = calendarOf(building.timezone);

/**
 * A reading a few minutes after a midnight that arrives just before its own day is closed: it moves the boundary of the day before too,
 * so that day must still be open to it, however long the days are and however far the gateway's clock runs ahead.
 */
describe('a reading in the last minutes of its lateness', () => {
  it.each([
    ['a day of 25 hours', '2026-10-25', 0],
    ['a day of 24 hours, a clock ahead by 5 minutes', '2026-06-10', 5 * minuteMs],
    ['a day of 25 hours, a clock ahead by 5 minutes', '2026-10-25', 5 * minuteMs],
    ['a day of 23 hours, a clock ahead by 5 minutes', '2026-03-29', 5 * minuteMs],
  ])('%s (%s)', async (_, date, aheadMs) => {
    const day = calendar.day(date);
    const closed = day.end + building.latenessMs;
    const readings: Reading[] = [];
    for (let at = day.start - 30 * hourMs + 2 * minuteMs; at <= closed + dayMs; at += 5 * minuteMs)
      building.meters.forEach(({ id, role }) => {
        const isSlow = role === 'tenant' && at === day.start + 2 * minuteMs;
        const index = Math.round(((at - day.start) / hourMs + 40) * 300) + (isSlow ? 7 : 0);
        readings.push({
          building: 'B',
          meter: id,
          at,
          energyImportWh: index,
          source: 'mbus',
          receivedAt: isSlow ? closed : at - aheadMs,
        });
      });
    const order = readings.sort((a, b) => a.receivedAt - b.receivedAt || a.at - b.at);
    const now = closed + 3 * dayMs;
    const ours = await run(building, order, {
      now,
      flushAfter: (n) => Math.abs((order[n]?.receivedAt as number) - closed) < 8 * minuteMs,
    });
    const theirs = referenceResults(building, readings, now, naiveCalendar(building.timezone));
    const wrong = allDifferences(theirs.results, ours.results);
    expect(wrong.slice(0, 6)).toEqual([]);
    expect(ours.account).toEqual(theirs.account);
  });
});
