import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../domain/reading.ts';
import { mulberry } from '../random.ts';
import { buildingPlan, dayMs, hourMs, realize } from './random-building.ts';
import { casesOf, delivered, lasting, run } from './run.ts';

const seeds = fc.integer({ min: 1, max: 1_000_000 });

describe('the order of delivery changes nothing', () => {
  it('any permutation and duplication, published at any moments', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(buildingPlan, seeds, fc.integer({ min: 0, max: 4 }), async (plan, seed, flushes) => {
        const { building, readings } = realize({ ...plan, lateness: '7d', days: Math.min(plan.days, 4) });
        const receivedAt = Math.max(...readings.map((r) => r.at)) + 1000;
        const sorted = readings.map((r) => ({ ...r, receivedAt }));
        const random = mulberry(seed);
        const mixed = shuffled([...sorted, ...sorted.filter(() => random() < 0.1)], random);
        const moments = new Set(Array.from({ length: flushes }, () => Math.floor(random() * mixed.length)));
        const plain = await run(building, sorted, { now: receivedAt });
        const disturbed = await run(building, mixed, { now: receivedAt, flushAfter: (n) => moments.has(n) });
        expectSame(lasting(plain.results), lasting(disturbed.results));
        expect({ ...disturbed.account, duplicates: 0 }).toEqual({ ...plain.account, duplicates: 0 });
        expect(disturbed.account.duplicates - plain.account.duplicates).toBe(mixed.length - sorted.length);
      }),
      { numRuns: casesOf(200) },
    );
  });

  it('two histories of delays within the lateness, with days decided in between', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(buildingPlan, seeds, fc.integer({ min: 0, max: 6 }), async (plan, seed, flushes) => {
        const { building, readings } = realize({ ...plan, lateness: '48h', days: 7 });
        const random = mulberry(seed);
        const prompt = readings.map((r) => ({ ...r, receivedAt: r.at }));
        const slow = readings.map(
          (r): Reading => ({ ...r, receivedAt: r.at + Math.floor(random() ** 3 * 47 * hourMs) }),
        );
        const now = Math.max(...readings.map((r) => r.at)) + 2 * dayMs;
        const moments = new Set(Array.from({ length: flushes }, () => Math.floor(random() * readings.length)));
        const plain = await run(building, delivered(prompt), { now, flushAfter: (n) => moments.has(n) });
        const disturbed = await run(building, delivered(slow), { now, flushAfter: (n) => moments.has(n + 50) });
        expect(disturbed.account).toEqual(plain.account);
        expectSame(lasting(plain.results), lasting(disturbed.results));
      }),
      { numRuns: casesOf(200) },
    );
  });
});

function expectSame(plain: Record<string, string>, disturbed: Record<string, string>): void {
  const keys = [...new Set([...Object.keys(plain), ...Object.keys(disturbed)])];
  const wrong = keys.filter((key) => plain[key] !== disturbed[key]);
  expect(wrong.slice(0, 3).map((key) => ({ key, plain: plain[key], disturbed: disturbed[key] }))).toEqual([]);
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
  }
  return mixed;
}
