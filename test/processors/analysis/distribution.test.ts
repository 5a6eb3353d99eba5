import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { classOf, countClasses } from '../../../processors/analysis/classes.ts';
import { distribution } from '../../../processors/analysis/distribution.ts';
import { homogeneity } from '../../../processors/analysis/homogeneity.ts';
import { holds } from './fixtures.ts';

const energies = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 30 });

describe('distribution', () => {
  test.each([
    // stdev of 2, 4, 4, 4, 5, 5, 7, 9 thousand: squares 9+1+1+1+0+0+4+16 = 32, / 7
    [
      'eight',
      [2000, 4000, 4000, 4000, 5000, 5000, 7000, 9000],
      40_000,
      5000,
      4500,
      2000,
      9000,
      1000 * Math.sqrt(32 / 7),
    ],
    ['odd number', [9000, 1000, 2000], 12_000, 4000, 2000, 1000, 9000, 1000 * Math.sqrt((25 + 9 + 4) / 2)],
    ['one', [1234], 1234, 1234, 1234, 1234, 1234, 0],
    ['two equal', [7, 7], 14, 7, 7, 7, 7, 0],
  ])('%s', (_, input, sumWh, meanWh, medianWh, minWh, maxWh, stdevWh) => {
    const found = distribution(input);
    expect(found).toMatchObject({ knownCount: input.length, sumWh, meanWh, medianWh, minWh, maxWh });
    expect(found.stdevWh).toBeCloseTo(stdevWh, 9);
    expect(found.coefficientOfVariation).toBeCloseTo(stdevWh / meanWh, 12);
  });

  it('knows nothing of nobody', () => {
    expect(distribution([])).toEqual({
      knownCount: 0,
      sumWh: 0,
      meanWh: null,
      medianWh: null,
      minWh: null,
      maxWh: null,
      stdevWh: null,
      coefficientOfVariation: null,
    });
  });

  it('has no coefficient of variation around a mean of 0', () => {
    expect(distribution([0, 0, 0])).toMatchObject({ meanWh: 0, stdevWh: 0, coefficientOfVariation: null });
  });

  it('gives the same bits for any order', () => {
    holds(
      fc.property(
        energies.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          expect(distribution(shuffled)).toEqual(distribution(list));
        },
      ),
    );
  });

  it('does not change its input', () => {
    const input = [3, 1, 2];
    distribution(input);
    expect(input).toEqual([3, 1, 2]);
  });
});

describe('classes', () => {
  test.each([
    [0, 'faible'],
    [5000, 'faible'],
    [5001, 'moyen'],
    [10_000, 'moyen'],
    [10_001, 'eleve'],
    [15_000, 'eleve'],
    [15_001, 'tres_eleve'],
    [25_000, 'tres_eleve'],
  ] as const)('%i Wh is %s', (energyWh, expected) => {
    expect(classOf(energyWh, [5, 10, 15])).toBe(expected);
  });

  it('keeps decimal limits exact', () => {
    expect(classOf(1100, [1.1, 2.2, 3.3])).toBe('faible');
    expect(classOf(2201, [1.1, 2.2, 3.3])).toBe('eleve');
  });

  it('counts everybody once', () => {
    expect(countClasses([0, 5000, 5001, 15_001, 99_000], [5, 10, 15])).toEqual({
      faible: 2,
      moyen: 1,
      eleve: 0,
      tres_eleve: 2,
    });
    holds(
      fc.property(energies, (list) => {
        const counts = countClasses(list, [5, 10, 15]);
        expect(counts.faible + counts.moyen + counts.eleve + counts.tres_eleve).toBe(list.length);
      }),
    );
  });
});

describe('homogeneity', () => {
  const lots = (...list: readonly (number | null)[]) => list.map((energyWh) => ({ energyWh, vacant: false }));

  test.each([
    ['all alike', lots(8000, 8000, 8000), 100, 3],
    // mean 10, stdev √(((−2)² + 2²) / 1) = √8
    ['two', lots(8000, 12_000), (1 - Math.sqrt(8) / 10) * 100, 2],
    // mean 5, deviations −4, −4, −4, 12: squares 48 + 144 = 192, / 3 = 64, stdev 8 > mean
    ['never below 0', lots(1000, 1000, 1000, 17_000), 0, 4],
    ['zero and unknown do not enter', lots(0, null, 8000, 8000), 100, 2],
  ])('%s', (_, entries, score, count) => {
    const found = homogeneity(entries);
    expect(found.score).toBeCloseTo(score, 9);
    expect(found.count).toBe(count);
  });

  test.each([
    ['nobody', lots(), 0],
    ['one alone', lots(8000), 1],
    ['one beside zeros', lots(8000, 0, null), 1],
    ['one beside a vacant lot', [...lots(8000), { energyWh: 500, vacant: true }], 1],
  ])('is not known for %s', (_, entries, count) => {
    expect(homogeneity(entries)).toEqual({ score: null, count });
  });
});
