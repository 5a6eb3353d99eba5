import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { Reading } from '../../domain/reading.ts';
import type { MeterDay } from '../../domain/results.ts';
import { buildingPlan, dayMs, hourMs, realize } from './random-building.ts';
import { calendarOf, run } from './run.ts';

const minuteMs = 60_000;

/** Any building of the generator, without its troubles: the readings are ours. */
function plainBuilding(timezone: string): Building {
  const [plan] = fc.sample(buildingPlan, { numRuns: 1, seed: 4 });
  if (!plan) throw new Error('no plan');
  const { building } = realize({ ...plan, tariff: 'none', invoiceCents: null });
  return { ...building, timezone, events: [], latenessMs: 2 * dayMs };
}

/** Constant power on every meter, the general one counting the sum; index floored to Wh. */
function constant(building: Building, from: number, to: number, stepMs: number, watts: number): Reading[] {
  const readings: Reading[] = [];
  for (let at = from; at <= to; at += stepMs)
    for (const { id, role } of building.meters) {
      const own = role === 'general' ? 2 * watts : watts;
      readings.push({
        building: building.id,
        meter: id,
        at,
        energyImportWh: Math.floor((own * (at - from)) / hourMs) + 1000,
        source: 'mbus',
        receivedAt: at,
      });
    }
  return readings;
}

describe('1 kW, constant, over the days when the clocks change', () => {
  it.each([
    ['Europe/Paris', '2026-03-29', 23_000],
    ['Europe/Paris', '2026-10-25', 25_000],
    ['Europe/Paris', '2026-07-14', 24_000],
    ['Australia/Lord_Howe', '2026-04-05', 24_500],
    ['Australia/Lord_Howe', '2026-10-04', 23_500],
    ['Africa/Cairo', '2026-04-24', 23_000],
    ['Africa/Cairo', '2026-10-29', 25_000],
    ['Asia/Beirut', '2026-03-29', 23_000],
    ['America/Santiago', '2026-09-06', 23_000],
    ['Asia/Kolkata', '2026-03-29', 24_000],
    ['Africa/Lagos', '2026-10-25', 24_000],
  ])('%s %s: %i Wh, whatever the steps of the readings', async (timezone, date, wh) => {
    const building = plainBuilding(timezone);
    const day = calendarOf(timezone).day(date);
    for (const stepMs of [15 * minuteMs, hourMs, 37 * minuteMs, 7 * hourMs]) {
      const from = day.start - dayMs - 11 * minuteMs;
      const readings = constant(building, from, day.end + dayMs, stepMs, 1000);
      const { results } = await run(building, readings, { now: day.end + 2 * dayMs });
      const result = results.get(`meter_day/B/LOC01/${day.start}`) as MeterDay;
      expect(result.date).toBe(date);
      expect(Math.abs((result.energyWh as number) - wh)).toBeLessThanOrEqual(stepMs === 37 * minuteMs ? 1 : 0);
      expect(result.status).toBe('final');
      expect(result.startQuality).toBe(stepMs > 2 * hourMs ? 'estimated' : 'measured');
    }
  });
});
