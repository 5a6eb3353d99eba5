import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Result, resultKey } from '../../domain/results.ts';
import { mulberry } from '../random.ts';
import { dayAnomalies } from '../reference/anomalies.ts';
import { type NaiveCalendar, naiveCalendar } from '../reference/calendar.ts';
import { referenceResults } from '../reference/reference.ts';
import { differences } from './compare.ts';
import { buildingPlan, dayMs, realize } from './random-building.ts';
import { asReplayed, casesOf, delivered, run } from './run.ts';

const naiveCalendars = new Map<string, NaiveCalendar>();

function naive(timezone: string): NaiveCalendar {
  const known = naiveCalendars.get(timezone) ?? naiveCalendar(timezone);
  naiveCalendars.set(timezone, known);
  return known;
}

describe('the results equal a second implementation of the rules', () => {
  it('field by field, whatever was published in between', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        buildingPlan,
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(0, 3 * dayMs, 12 * dayMs),
        async (plan, batches, seed, wait) => {
          const { building, readings } = realize(plan);
          const order = delivered(readings);
          const now = Math.max(...order.map((r) => r.receivedAt), ...order.map((r) => r.at)) + wait;
          const random = mulberry(seed);
          const share = batches / Math.max(1, order.length);
          const ours = await run(building, order, { now, flushAfter: () => random() < share });
          const theirs = referenceResults(building, asReplayed(order, ours.replayed), now, naive(building.timezone));
          const wrong = [...theirs.results].flatMap(([key, fields]) => {
            const [kind, ...rest] = key.split('/');
            return differences(key, fields, fieldsOf(ours.results.get(`${kind}/B/${rest.join('/')}`)));
          });
          expect(wrong.slice(0, 12)).toEqual([]);
          expect(ours.account).toEqual(theirs.account);
          expect(openOnes(ours.results)).toEqual([...dayAnomalies(building, theirs.results, now)].sort());
          expectRevisions(ours.published);
        },
      ),
      { numRuns: casesOf(200) },
    );
  });
});

/** Those that the second implementation knows: no floor is judged before seven days, standstills have tests of their own. */
function openOnes(results: ReadonlyMap<string, Result>): string[] {
  return [...results.values()]
    .flatMap((r) => (r.kind === 'anomaly' && r.open && r.type !== 'compteur_fige' ? [r] : []))
    .map((r) => `${r.type}/${r.meter ?? ''}/${r.start}`)
    .sort();
}

/** 1, 2, 3, … and never the same content twice in a row. */
function expectRevisions(published: readonly Result[]): void {
  const last = new Map<string, { revision: number; content: string }>();
  for (const result of published) {
    const before = last.get(resultKey(result));
    const content = JSON.stringify({ ...result, revision: 0 });
    last.set(resultKey(result), { revision: result.revision, content });
    if (result.revision === (before?.revision ?? 0) + 1 && content !== before?.content) continue;
    expect({ before, result }).toBe('a new content with the next revision');
  }
}

function fieldsOf(result: object | undefined): Record<string, unknown> | undefined {
  return result && { ...result };
}
