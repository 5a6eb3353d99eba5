import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Anomaly, Result } from '../../domain/results.ts';
import { resultKey } from '../../domain/results.ts';
import { noEffects } from '../../processors/effects.ts';
import { decodeState, encodeState } from '../../processors/snapshot.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { mulberry } from '../random.ts';
import { type NaiveCalendar, naiveCalendar } from '../reference/calendar.ts';
import { referenceResults } from '../reference/reference.ts';
import { differences } from './compare.ts';
import { buildingPlan, dayMs, realize } from './random-building.ts';
import { asReplayed, calendarOf, casesOf, delivered, replay } from './run.ts';

const hourMs = 3_600_000;
const naiveCalendars = new Map<string, NaiveCalendar>();

/** Watched by the wall clock every few hours, restarted now and then: the same figures, and every registered meter accounted for. */
describe('a building that is watched', () => {
  it('has the days of the second implementation, and days by the clock beyond', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(buildingPlan, fc.integer({ min: 1, max: 1_000_000 }), async (plan, seed) => {
        const { building: planned, readings } = realize({ ...plan, days: Math.min(plan.days, 4) });
        const building = { ...planned, intervalMs: hourMs };
        const order = delivered(readings);
        const random = mulberry(seed);
        const began = (order[0]?.receivedAt ?? 0) - 1;
        const now = Math.max(...order.map((r) => r.receivedAt), ...order.map((r) => r.at)) + 2 * dayMs;
        const effects = noEffects();
        const calendar = calendarOf(building.timezone);
        let replayed = 0;
        const retellDue = async (clock: number): Promise<void> => {
          if (processor.state.rebuildFrom === null) return;
          replayed = next;
          processor = await replay(processor, order.slice(0, next), effects, clock);
        };
        let processor = new BuildingProcessor(building, new Workspace(), undefined, calendar);
        let next = 0;
        for (let clock = began; clock < now; clock += Math.floor((0.5 + 9 * random()) * hourMs)) {
          for (; next < order.length && (order[next]?.receivedAt as number) <= clock; next++)
            processor.step({ type: 'reading', reading: order[next] as (typeof order)[number] }, effects);
          processor.step({ type: 'watch', now: clock, since: began }, effects);
          await retellDue(clock);
          if (random() < 0.02)
            processor = new BuildingProcessor(
              building,
              new Workspace(),
              decodeState(encodeState(processor.state)),
              calendar,
            );
        }
        const told = effects.telemetry.length;
        processor.step({ type: 'watch', now, since: began }, effects);
        await retellDue(now);
        const states = effects.telemetry.slice(told).filter((point) => point.kind === 'meter_state');
        expect(states.map(({ meter }) => meter).sort()).toEqual(building.meters.map(({ id }) => id).sort());
        const results = new Map(effects.results.map((result): [string, Result] => [resultKey(result), result]));
        const naive = naiveCalendars.get(building.timezone) ?? naiveCalendar(building.timezone);
        naiveCalendars.set(building.timezone, naive);
        const wrong = [...referenceResults(building, asReplayed(order, replayed), now, naive).results].flatMap(
          ([key, fields]) => {
            const [kind, ...rest] = key.split('/');
            if (fields.kind === 'building_period' || fields.kind === 'meter_period') return [];
            const found = results.get(`${kind}/B/${rest.join('/')}`);
            return differences(key, fields, found && { ...found });
          },
        );
        expect(wrong.slice(0, 6)).toEqual([]);
        for (let day = calendar.windowOf('day', began); day.start <= now; day = calendar.next(day))
          expect(results.get(`building_day/B/${day.start}`)).toMatchObject({
            status: now < day.end ? 'open' : expect.any(String),
          });
        for (const { id } of building.meters) expectSilence(effects.results, id, order, now);
      }),
      { numRuns: casesOf(200) },
    );
  });
});

/** At the end a meter is told as silent exactly where its last reading is more than three intervals old. */
function expectSilence(
  published: readonly Result[],
  meter: string,
  order: readonly { meter: string; at: number }[],
  now: number,
): void {
  const last = Math.max(...order.filter((r) => r.meter === meter).map((r) => r.at));
  const latest = new Map(
    published
      .filter((r): r is Anomaly => r.kind === 'anomaly' && r.type === 'compteur_silencieux' && r.meter === meter)
      .map((r): [string, Anomaly] => [resultKey(r), r]),
  );
  const open = [...latest.values()].filter((r) => r.open);
  expect(open.length).toBe(Number.isFinite(last) && now - last <= 3 * hourMs ? 0 : 1);
}
