import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeState } from '../../processors/snapshot.ts';
import { mulberry } from '../random.ts';
import { buildingPlan, dayMs, realize } from './random-building.ts';
import { casesOf, delivered, run } from './run.ts';

describe('a process killed and restarted', () => {
  it('publishes what an uninterrupted one does, revisions included', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        buildingPlan,
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        async (plan, seed, restarts, flushes) => {
          const { building, readings } = realize(plan);
          const order = delivered(readings);
          const now = Math.max(...order.map((r) => r.receivedAt)) + 3 * dayMs;
          const random = mulberry(seed);
          const positions = (count: number) =>
            new Set(Array.from({ length: count }, () => Math.floor(random() * order.length)));
          const moments = positions(flushes);
          const deaths = positions(restarts);
          const whole = await run(building, order, { now, flushAfter: (n) => moments.has(n) });
          const cut = await run(building, order, {
            now,
            flushAfter: (n) => moments.has(n),
            restartAfter: (n) => deaths.has(n),
          });
          const wrong = whole.published.findIndex((r, i) => JSON.stringify(r) !== JSON.stringify(cut.published[i]));
          expect({ whole: whole.published[wrong], cut: cut.published[wrong] }).toEqual({});
          expect(cut.published.length).toBe(whole.published.length);
          expect(cut.effects.late).toEqual(whole.effects.late);
          expect(cut.account).toEqual(whole.account);
          expect(encodeState(cut.processor.state)).toEqual(encodeState(whole.processor.state));
        },
      ),
      { numRuns: casesOf(200) },
    );
  });
});
