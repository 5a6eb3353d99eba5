import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { apportion } from '../../../processors/analysis/largest-remainder.ts';
import { shareOut, splitShare } from '../../../processors/analysis/shares.ts';
import { holds } from './fixtures.ts';

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('largest remainder', () => {
  test.each<[string, number, number[], number[]]>([
    // quotas 3.33 each: floors 9, the missing one to the lowest lot
    ['a tie', 10, [1, 1, 1], [4, 3, 3]],
    // quotas 41.67, 33.33, 25: floors 99, remainders .67 .33 0
    ['the greatest remainder', 100, [5, 4, 3], [42, 33, 25]],
    // Hare quota classic: 100 seats, 47 000, 16 000, 15 900, 12 000, 6 000, 3 100 of 10 seats → 4.7 1.6 1.59 1.2 .6 .31
    ['ten seats', 10, [47_000, 16_000, 15_900, 12_000, 6000, 3100], [5, 2, 1, 1, 1, 0]],
    ['no weight', 100, [0, 0], [0, 0]],
    ['a weight of 0 gets nothing', 7, [0, 3, 0], [0, 7, 0]],
    ['nothing to share', 0, [1, 2], [0, 0]],
    ['a credit', -10, [1, 1, 1], [-4, -3, -3]],
    ['nobody', 10, [], []],
  ])('%s', (_, total, weights, expected) => {
    expect(apportion(total, weights, range(weights.length))).toEqual(expected);
  });

  it('breaks ties by lot number, not by place', () => {
    expect(apportion(10, [1, 1, 1], [3, 2, 1])).toEqual([3, 3, 4]);
  });

  it('is exact beyond 2^53', () => {
    const weight = 2 ** 53 - 1;
    // w² / (2w + 1) = 2^52 − 0.75 and a trifle, twice; w / (2w + 1) is just below 0.5, the greatest remainder
    expect(apportion(weight, [weight, weight, 1], [1, 2, 3])).toEqual([4503599627370495, 4503599627370495, 1]);
  });

  test.each<[string, () => unknown]>([
    ['a negative weight', () => apportion(1, [-1, 2], [1, 2])],
    ['a fraction', () => apportion(1, [0.5], [1])],
    ['equal order numbers', () => apportion(1, [1, 1], [1, 1])],
    ['too few order numbers', () => apportion(1, [1, 1], [1])],
  ])('refuses %s', (_, run) => {
    expect(run).toThrow(RangeError);
  });

  const weighted = fc
    .array(fc.record({ weight: fc.integer({ min: 0, max: 10_000_000 }), lot: fc.integer({ min: 1, max: 500 }) }), {
      minLength: 1,
      maxLength: 40,
    })
    .map((list) => [...new Map(list.map((entry) => [entry.lot, entry])).values()]);

  it('adds up, stays within one unit of the quota, and forgets the order', () => {
    holds(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000_000 }),
        weighted,
        fc.infiniteStream(fc.nat()),
        (total, list, random) => {
          const shares = apportion(
            total,
            list.map(({ weight }) => weight),
            list.map(({ lot }) => lot),
          );
          const sum = list.reduce((partial, { weight }) => partial + weight, 0);
          expect(shares.reduce((partial, share) => partial + share, 0)).toBe(sum === 0 ? 0 : total);
          list.forEach(({ weight }, index) => {
            if (sum > 0) expect(Math.abs(shares[index]! - (total * weight) / sum)).toBeLessThan(1.000001);
          });
          const keys = new Map(list.map(({ lot }) => [lot, random.next().value as number]));
          const shuffled = [...list].sort((a, b) => keys.get(a.lot)! - keys.get(b.lot)!);
          const again = apportion(
            total,
            shuffled.map(({ weight }) => weight),
            shuffled.map(({ lot }) => lot),
          );
          const byLot = new Map(shuffled.map(({ lot }, index) => [lot, again[index]]));
          expect(list.map(({ lot }) => byLot.get(lot))).toEqual(shares);
        },
      ),
    );
  });

  it('gives no less to a greater weight', () => {
    holds(
      fc.property(fc.nat(100_000), weighted, (total, list) => {
        const shares = apportion(
          total,
          list.map(({ weight }) => weight),
          list.map(({ lot }) => lot),
        );
        const ranked = list
          .map(({ weight }, index) => ({ weight, share: shares[index]! }))
          .sort((a, b) => a.weight - b.weight || a.share - b.share);
        ranked.slice(1).forEach(({ share }, index) => {
          expect(share).toBeGreaterThanOrEqual(ranked[index]!.share);
        });
      }),
    );
  });
});

describe('shares', () => {
  it('gives percent with two decimals that add up to 100.00', () => {
    // 1/3 each: 33.33, the missing 0.01 to lot 1; two active lots: 50.00 each
    expect(
      shareOut([
        { number: 1, energyWh: 10, active: true },
        { number: 2, energyWh: 10, active: true },
        { number: 3, energyWh: 10, active: false },
      ]),
    ).toEqual([
      { number: 1, sharePct: 33.34, equalSharePct: 50, deviationPct: -16.66 },
      { number: 2, sharePct: 33.33, equalSharePct: 50, deviationPct: -16.67 },
      { number: 3, sharePct: 33.33, equalSharePct: 0, deviationPct: 33.33 },
    ]);
  });

  it('has nothing to share where nothing was consumed, and equal shares all the same', () => {
    expect(
      shareOut([
        { number: 1, energyWh: 0, active: true },
        { number: 2, energyWh: 0, active: false },
      ]),
    ).toEqual([
      { number: 1, sharePct: 0, equalSharePct: 100, deviationPct: -100 },
      { number: 2, sharePct: 0, equalSharePct: 0, deviationPct: 0 },
    ]);
  });

  it('splits a lot among its stays without loss', () => {
    const lot = { number: 4, sharePct: 33.34, equalSharePct: 5, deviationPct: 28.34 };
    // 3334 × 1/3 = 1111.33, × 2/3 = 2222.67; 500 × 17/31 = 274.19, × 14/31 = 225.81
    expect(
      splitShare(lot, [
        { energyWh: 100, durationMs: 17 },
        { energyWh: 200, durationMs: 14 },
      ]),
    ).toEqual([
      { number: 4, sharePct: 11.11, equalSharePct: 2.74, deviationPct: 8.37 },
      { number: 4, sharePct: 22.23, equalSharePct: 2.26, deviationPct: 19.97 },
    ]);
  });

  it('adds up for any lots', () => {
    const lots = fc.uniqueArray(
      fc.record({ number: fc.integer({ min: 1, max: 300 }), energyWh: fc.nat(5_000_000), active: fc.boolean() }),
      {
        selector: ({ number }) => number,
        minLength: 1,
        maxLength: 50,
      },
    );
    holds(
      fc.property(lots, (list) => {
        const found = shareOut(list);
        const hundredths = (pick: (index: number) => number) =>
          found.reduce((sum, _, index) => sum + Math.round(pick(index) * 100), 0);
        expect(hundredths((index) => found[index]!.sharePct)).toBe(
          list.some(({ energyWh }) => energyWh > 0) ? 10_000 : 0,
        );
        expect(hundredths((index) => found[index]!.equalSharePct)).toBe(list.some(({ active }) => active) ? 10_000 : 0);
        for (const share of found) {
          expect(Number(share.sharePct.toFixed(2))).toBe(share.sharePct);
          expect(Math.round(share.deviationPct * 100)).toBe(
            Math.round(share.sharePct * 100) - Math.round(share.equalSharePct * 100),
          );
        }
      }),
    );
  });
});
