import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../domain/reading.ts';
import { type Adjustment, type MeterPeriod, type Result, resultKey } from '../../domain/results.ts';
import { noEffects } from '../../processors/effects.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { mulberry } from '../random.ts';
import { buildingPlan, dayMs, hourMs, realize } from './random-building.ts';
import { calendarOf, casesOf, delivered, replay, run } from './run.ts';

/** A month closed in the middle of what comes: what was billed stays, billed + adjustments = what is true in the end, to the Wh and the cent. */
describe('a period closed for billing', () => {
  it('never changes, and its adjustments add up to the truth', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        buildingPlan,
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 0, max: 999 }),
        async (plan, seed, when) => {
          const { building, readings } = realize({ ...plan, mode: 'repartition', lateness: '48h' });
          const calendar = calendarOf(building.timezone);
          const random = mulberry(seed);
          const order = delivered(
            readings.map((r): Reading => ({ ...r, receivedAt: r.at + Math.floor(random() ** 2 * 47 * hourMs) })),
          );
          const month = calendar.windowOf('month', (order[Math.floor(random() * order.length)] as Reading).at);
          const closeAt = Math.floor((when / 1000) * order.length);
          const now = Math.max(...order.map((r) => r.receivedAt)) + 3 * dayMs;
          let processor = new BuildingProcessor(building, new Workspace(), undefined, calendar);
          const retellDue = async (read: number, clock: number): Promise<void> => {
            if (processor.state.rebuildFrom !== null)
              processor = await replay(processor, order.slice(0, read), effects, clock);
          };
          const effects = noEffects();
          let billed: Map<string, Result> | undefined;
          for (const [i, reading] of order.entries()) {
            processor.step({ type: 'reading', reading }, effects);
            if (random() < 0.01) processor.step({ type: 'flush', now: reading.receivedAt, settled: true }, effects);
            await retellDue(i + 1, reading.receivedAt);
            if (i !== closeAt) continue;
            const event = {
              v: 1,
              building: 'B',
              at: reading.receivedAt,
              type: 'close',
              period: 'month',
              date: month.date,
              by: 'syndic',
            } as const;
            processor.step({ type: 'declared', event, now: Math.max(reading.receivedAt, month.end) }, effects);
            billed = inMonth(effects.results, month.start);
          }
          processor.step({ type: 'flush', now, settled: true }, effects);
          await retellDue(order.length, now);
          const final = inMonth(effects.results, month.start);
          expect(billed).toBeDefined();
          for (const [key, result] of billed ?? []) expect(final.get(key)).toEqual(result);
          expect(final.size).toBe(billed?.size);
          const { results: truth } = await run(building, order, { now });
          const adjustments = effects.results.filter((r): r is Adjustment => r.kind === 'adjustment');
          for (const result of billed?.values() ?? []) {
            if (result.kind !== 'meter_period' || result.occupancy !== 0) continue;
            const own = adjustments.filter((a) => a.meter === result.meter && a.start === month.start);
            expect(own.map((a) => a.sequence)).toEqual(own.map((_, i) => i + 1));
            const real = truth.get(resultKey(result)) as MeterPeriod;
            expect((result.energyWh ?? 0) + sum(own.map((a) => a.energyWh))).toBe(real.energyWh ?? 0);
            if (result.amountCents !== null && real.amountCents !== null)
              expect(result.amountCents + sum(own.map((a) => a.amountCents ?? 0))).toBe(real.amountCents);
          }
        },
      ),
      { numRuns: casesOf(200) },
    );
  });
});

/** The last published state of the month's results. */
function inMonth(results: readonly Result[], start: number): Map<string, Result> {
  const found = new Map<string, Result>();
  for (const result of results)
    if (
      (result.kind === 'meter_period' || result.kind === 'building_period') &&
      result.period === 'month' &&
      result.start === start
    )
      found.set(resultKey(result), result);
  return found;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
