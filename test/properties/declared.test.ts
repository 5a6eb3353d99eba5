import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeclaredEvent } from '../../domain/events.ts';
import type { Reading } from '../../domain/reading.ts';
import { type Result, resultKey } from '../../domain/results.ts';
import { noEffects } from '../../processors/effects.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { mulberry } from '../random.ts';
import { buildingPlan, dayMs, hourMs, realize } from './random-building.ts';
import { calendarOf, casesOf, lasting, run } from './run.ts';

/** Replacements and moves told on the topic, at any moment before their days are decided, do what the configuration would have done. */
describe('events declared while it runs', () => {
  it('give the results of the same events in the configuration', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(buildingPlan, fc.integer({ min: 1, max: 1_000_000 }), async (plan, seed) => {
        const { building, readings } = realize({ ...plan, lateness: '7d', days: Math.min(plan.days, 4) });
        const receivedAt = Math.max(...readings.map((r) => r.at)) + hourMs;
        const now = receivedAt + dayMs;
        const order = readings.map((r): Reading => ({ ...r, receivedAt }));
        const random = mulberry(seed);
        const lot = building.lots[0]?.number ?? 1;
        const at = (order[0]?.at ?? 0) + Math.floor(random() * 3 * dayMs);
        const moves: DeclaredEvent[] = [
          { v: 1, building: 'B', type: random() < 0.5 ? 'vacancy' : 'move-out', lot, at },
          { v: 1, building: 'B', type: 'move-in', lot, occupant: 'N', at: at + Math.floor(random() * dayMs) + 1 },
        ];
        const told = [...building.events, ...moves].map((event) => ({
          event,
          position: Math.floor(random() * order.length),
        }));
        const effects = noEffects();
        const processor = new BuildingProcessor(
          { ...building, events: [] },
          new Workspace(),
          undefined,
          calendarOf(building.timezone),
        );
        order.forEach((reading, i) => {
          for (const { event, position } of told)
            if (position === i) processor.step({ type: 'declared', event, now: receivedAt }, effects);
          processor.step({ type: 'reading', reading }, effects);
          if (random() < 0.01) processor.step({ type: 'flush', now: receivedAt, settled: true }, effects);
        });
        processor.step({ type: 'flush', now, settled: true }, effects);
        const configured = new BuildingProcessor(
          { ...building, events: [] },
          new Workspace(),
          undefined,
          calendarOf(building.timezone),
        );
        for (const { event } of told) configured.step({ type: 'declared', event, now: 0 }, noEffects());
        const plain = await run(configured.context.building, order, { now });
        const results = new Map(effects.results.map((result): [string, Result] => [resultKey(result), result]));
        expectSame(lasting(plain.results), lasting(results), effects.results);
      }),
      { numRuns: casesOf(200) },
    );
  });
});

/** Stays that were told and then split by a later declaration are rewritten, not left behind. */
function expectSame(plain: Record<string, string>, told: Record<string, string>, _all: readonly Result[]): void {
  const keys = [...new Set([...Object.keys(plain), ...Object.keys(told)])];
  const wrong = keys.filter((key) => plain[key] !== told[key]);
  expect(wrong.slice(0, 3).map((key) => ({ key, plain: plain[key], told: told[key] }))).toEqual([]);
}
