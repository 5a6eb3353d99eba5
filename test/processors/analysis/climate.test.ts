import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type ClimateDay,
  climateSignature,
  coolingDegrees,
  heatingDegrees,
} from '../../../processors/analysis/climate.ts';
import { holds } from './fixtures.ts';

const date = (day: number): string => new Date(Date.UTC(2026, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);
const law =
  (base: number, heating: number, cooling: number) =>
  (temperatureC: number, index: number): ClimateDay => ({
    date: date(index),
    temperatureC,
    energyWh: base + heating * heatingDegrees(temperatureC) + cooling * coolingDegrees(temperatureC),
  });
const cycle = (temperatures: readonly number[], count: number): number[] =>
  Array.from({ length: count }, (_, i) => temperatures[i % temperatures.length]!);

describe('degree days', () => {
  test.each([
    [18, 0, 0],
    [10, 8, 0],
    [-5, 23, 0],
    [24, 0, 0],
    [30.5, 0, 6.5],
  ])('%d °C', (temperatureC, heating, cooling) => {
    expect(heatingDegrees(temperatureC)).toBe(heating);
    expect(coolingDegrees(temperatureC)).toBe(cooling);
  });
});

describe('signature', () => {
  test.each<[string, ClimateDay[], { base: number; heating: number; cooling: number; r2: number | null } | null]>([
    [
      'a winter',
      cycle([0, 4, 8, 12], 56).map(law(100_000, 5000, 0)),
      { base: 100_000, heating: 5000, cooling: 0, r2: 1 },
    ],
    [
      'a summer',
      cycle([20, 26, 28, 31], 56).map(law(100_000, 0, 3000)),
      { base: 100_000, heating: 0, cooling: 3000, r2: 1 },
    ],
    [
      'both',
      cycle([10, 14, 20, 26, 30], 56).map(law(90_000, 4000, 2500)),
      { base: 90_000, heating: 4000, cooling: 2500, r2: 1 },
    ],
    ['mild days only', cycle([19, 20], 20).map(law(80_000, 0, 0)), { base: 80_000, heating: 0, cooling: 0, r2: null }],
    [
      'a few hot days are left out',
      [...cycle([5, 9, 15], 40), 30, 31].map(law(70_000, 3000, 9000)),
      { base: 70_000, heating: 3000, cooling: 0, r2: 1 },
    ],
    ['thirteen days', cycle([0, 10], 13).map(law(1, 1, 1)), null],
    ['fourteen days', cycle([0, 10], 14).map(law(1000, 10, 0)), { base: 1000, heating: 10, cooling: 0, r2: 1 }],
    ['always equally cold', cycle([10], 30).map(law(1000, 10, 0)), null],
    ['one cold and one hot temperature', cycle([10, 30], 30).map(law(1000, 10, 10)), null],
    ['nothing', [], null],
  ])('%s', (_, days, expected) => {
    const found = climateSignature(days);
    if (!expected) {
      expect(found).toBeNull();
      return;
    }
    expect(found?.baseWhPerDay).toBeCloseTo(expected.base, 4);
    expect(found?.heatingWhPerDegreeDay).toBeCloseTo(expected.heating, 5);
    expect(found?.coolingWhPerDegreeDay).toBeCloseTo(expected.cooling, 5);
    if (expected.r2 === null) expect(found?.r2).toBeNull();
    else expect(found?.r2).toBeCloseTo(expected.r2, 9);
  });

  it('fits by least squares', () => {
    // heating degrees 0 (×7), 2 (×7): energies 10 and 12 at 0 (mean 76/7), 20 at 2; slope = (20 − 76/7) / 2
    const days = [
      ...[10, 12, 10, 12, 10, 12, 10].map((energyWh) => ({ temperatureC: 18, energyWh })),
      ...cycle([16], 7).map((temperatureC) => ({ temperatureC, energyWh: 20 })),
    ];
    const found = climateSignature(days.map((day, i) => ({ date: date(i), ...day })));
    expect(found?.baseWhPerDay).toBeCloseTo(76 / 7, 9);
    expect(found?.heatingWhPerDegreeDay).toBeCloseTo((20 - 76 / 7) / 2, 9);
    // residuals: (10 − 76/7)² × 4 + (12 − 76/7)² × 3 = 48/7; total: mean (76 + 140) / 14 = 108/7, squares Σe² 832 + 2800 − 14 × (108/7)²
    expect(found?.r2).toBeCloseTo(1 - 48 / 7 / (3632 - 14 * (108 / 7) ** 2), 9);
  });

  it('has no R² where the energy never varies', () => {
    expect(climateSignature(cycle([0, 10], 20).map(law(500, 0, 0)))).toEqual({
      baseWhPerDay: 500,
      heatingWhPerDegreeDay: 0,
      coolingWhPerDegreeDay: 0,
      r2: null,
    });
  });

  it('takes the last 56 days and passes over unknown ones', () => {
    const old = cycle([0, 10], 30).map(law(999_999, 1, 0));
    const recent = cycle([0, 5, 10], 56).map((temperatureC, i) => law(1000, 50, 0)(temperatureC, i + 30));
    const holes = recent.map((day, i) =>
      i % 4 === 0 ? { ...day, energyWh: null } : i % 4 === 1 ? { ...day, temperatureC: null } : day,
    );
    const found = climateSignature([...old, ...holes]);
    expect(found?.baseWhPerDay).toBeCloseTo(1000, 6);
    expect(found?.heatingWhPerDegreeDay).toBeCloseTo(50, 6);
  });

  it('gives the same bits for any order', () => {
    const days = fc.array(fc.record({ temperatureC: fc.integer({ min: -10, max: 35 }), energyWh: fc.nat(400_000) }), {
      minLength: 14,
      maxLength: 56,
    });
    holds(
      fc.property(days, fc.nat(), (list, turn) => {
        const dated = list.map((day, i) => ({ date: date(i), ...day }));
        const cut = turn % dated.length;
        expect(climateSignature([...dated.slice(cut), ...dated.slice(0, cut)].reverse())).toEqual(
          climateSignature(dated),
        );
      }),
    );
  });
});
