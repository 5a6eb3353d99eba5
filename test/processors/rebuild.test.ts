import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startProcessing } from '../../bin/embedded.ts';
import type { Building } from '../../domain/building.ts';
import { type DeclaredEvent, declaredEventKey } from '../../domain/events.ts';
import { type Reading, readingValue } from '../../domain/reading.ts';
import { type Result, resultKey } from '../../domain/results.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { allDifferences } from '../properties/compare.ts';
import { buildingPlan, dayMs, realize } from '../properties/random-building.ts';
import { delivered } from '../properties/run.ts';
import { mulberry } from '../random.ts';
import { referenceResults } from '../reference/reference.ts';

/** A file brought in after its days were decided: the building is replayed, and is as if everything had come in time. */
describe('old readings brought in later', () => {
  it.each([1, 2, 3, 4, 5, 6])('give the results of the whole set (building %i)', async (seed) => {
    const [plan] = fc.sample(buildingPlan, { numRuns: 1, seed });
    if (!plan) throw new Error('no plan');
    const { building, readings } = realize({ ...plan, lateness: '48h', days: 7 });
    const random = mulberry(seed);
    const live = readings.map((r): Reading => ({ ...r, receivedAt: r.at }));
    const late = new Set(live.filter(() => random() < 0.15));
    const imported = live.flatMap((r) => (late.has(r) ? [{ ...r, source: 'import' as const }] : []));
    const now = Math.max(...live.map((r) => r.at)) + 3 * dayMs;
    const prompt = delivered(live.filter((r) => !late.has(r)));
    const results = await played(building, [prompt, imported], now);
    const { results: expected } = referenceResults(building, [...prompt, ...imported], now);
    const wrong = allDifferences(expected, results);
    expect(wrong.slice(0, 8)).toEqual([]);
  });
  it.each([1, 2, 3])('do so with a replacement declared afterwards (building %i)', async (seed) => {
    const [plan] = fc.sample(buildingPlan, { numRuns: 1, seed: seed + 50 });
    if (!plan) throw new Error('no plan');
    const { building: planned, readings } = realize({ ...plan, lateness: '48h', days: 7, stays: [] });
    const building = { ...planned, events: [] };
    const live = readings.map((r): Reading => ({ ...r, receivedAt: r.at }));
    const own = live.filter((r) => r.meter === 'LOC01');
    const at = (own[Math.floor(own.length / 3)] as Reading).at;
    const event: DeclaredEvent = { v: 1, building: 'B', type: 'replacement', meter: 'LOC01', at };
    const now = Math.max(...live.map((r) => r.at)) + 3 * dayMs;
    const results = await played(building, [delivered(live), [event]], now);
    const { results: expected } = referenceResults({ ...building, events: [event] }, live, now);
    const wrong = allDifferences(expected, results);
    expect(wrong.slice(0, 8)).toEqual([]);
  });
});

/** What the store answers after the batches have been read, published and replayed, one after the other. */
async function played(
  building: Building,
  batches: readonly (readonly (Reading | DeclaredEvent)[])[],
  now: number,
): Promise<Map<string, Result>> {
  const folder = mkdtempSync(join(tmpdir(), 'releve-rebuild-'));
  const began = Date.now();
  const store = openSqliteStore(join(folder, 'releve.db'), { now: () => now + Date.now() - began });
  const processing = startProcessing({ store, buildings: [building], watching: false });
  for (const batch of batches) {
    await store.journal.append(
      batch.map((item) =>
        'type' in item
          ? { topic: 'events', key: declaredEventKey(item), building: building.id, value: item }
          : { topic: 'readings', key: `B/${item.meter}`, building: building.id, value: readingValue(item) },
      ),
    );
    await processing.drained();
  }
  const range = { building: building.id, from: 0, to: now + 400 * dayMs };
  const { results } = store;
  const all = await Promise.all([
    results.meterDays(range),
    results.buildingDays(range),
    ...(['month', 'quarter', 'year'] as const).flatMap((period) => [
      results.meterPeriods({ ...range, period }),
      results.buildingPeriods({ ...range, period }),
    ]),
  ]);
  await processing.stop();
  store.close();
  rmSync(folder, { recursive: true });
  return new Map(all.flat().map((result) => [resultKey(result), result]));
}
