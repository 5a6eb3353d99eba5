import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../domain/reading.ts';
import type { MeterDay } from '../../domain/results.ts';
import { mulberry } from '../random.ts';
import { buildingPlan, dayMs, hourMs, realize } from './random-building.ts';
import { casesOf, run } from './run.ts';

const minuteMs = 60_000;

describe('a glitch shorter than an hour', () => {
  it('books no phantom Wh and keeps the true energy', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        buildingPlan,
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.constantFrom(5, 15, 25, 59),
        fc.constantFrom('zero' as const, 'high' as const),
        fc.boolean(),
        async (plan, seed, stepMinutes, kind, atTheStart) => {
          const { building: planned } = realize(plan);
          const meters = planned.meters.map((meter) => ({ ...meter, registerLimitWh: undefined }));
          const building = { ...planned, meters, events: [] };
          const random = mulberry(seed);
          const start = Date.UTC(2026, 5, 1, 22);
          const step = stepMinutes * minuteMs;
          const count = Math.floor((2 * dayMs) / step);
          const width = atTheStart ? 1 : 1 + Math.floor(random() * Math.min(3, Math.floor((hourMs - 1) / step) + 1));
          const position = atTheStart ? 0 : 2 + Math.floor(random() * (count - 10));
          const isGlitch = (i: number): boolean => i >= position && i < position + width;
          let index = 5_000_000;
          const truth: { at: number; wh: number }[] = [];
          for (let i = 0; i <= count; i++) {
            truth.push({ at: start + i * step, wh: index });
            index += Math.floor((random() * 3000 * step) / hourMs);
          }
          const readings = truth.map(
            ({ at, wh }, i): Reading => ({
              building: 'B',
              meter: 'LOC01',
              at,
              energyImportWh: isGlitch(i) ? (kind === 'zero' ? i - position : wh + 10_000_000) : wh,
              source: 'mbus',
              receivedAt: at,
            }),
          );
          const { results, account } = await run(building, readings, { now: start + 6 * dayMs });
          const days = [...results.values()].filter(
            (r): r is MeterDay => r.kind === 'meter_day' && r.meter === 'LOC01',
          );
          const believed = truth.filter((_, i) => !isGlitch(i));
          const [first, last] = [believed[0], believed.at(-1)];
          expect(days.reduce((sum, d) => sum + (d.energyWh ?? 0), 0)).toBe(
            (last?.wh as number) - (first?.wh as number),
          );
          expect(account.glitches).toBe(width);
          expect(account.used).toBe(truth.length - width);
          expect(days.reduce((sum, d) => sum + d.glitches, 0)).toBe(width);
          for (const day of days) expect(day.flags.includes('glitch')).toBe(day.glitches > 0);
        },
      ),
      { numRuns: casesOf(200) },
    );
  });
});
