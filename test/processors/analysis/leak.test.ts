import { describe, expect, it, test } from 'vitest';
import { type LeakFacts, leakRatio, sharedSpan } from '../../../processors/analysis/leak.ts';
import { day, hour } from './fixtures.ts';

const whole: LeakFacts = {
  generalWh: 200_000,
  tenantsWh: 170_000,
  commonWh: 16_000,
  coveredMs: day,
  elapsedMs: day,
  windowMs: day,
  estimated: false,
};

describe('leak ratio', () => {
  test.each<[string, Partial<LeakFacts>, ReturnType<typeof leakRatio>]>([
    ['a whole measured day', {}, { ratio: 0.93, quality: 'measured', remainderWh: 14_000 }],
    ['an estimated boundary', { estimated: true }, { ratio: 0.93, quality: 'estimated', remainderWh: 14_000 }],
    ['half of the day', { coveredMs: day / 2 }, { ratio: 0.93, quality: 'estimated', remainderWh: 14_000 }],
    [
      'a day under way',
      { coveredMs: 3 * hour, elapsedMs: 4 * hour },
      { ratio: 0.93, quality: 'estimated', remainderWh: 14_000 },
    ],
    ['less than half', { coveredMs: day / 2 - 1 }, { ratio: null, quality: 'none', remainderWh: null }],
    ['nothing covered yet', { coveredMs: 0, elapsedMs: 0 }, { ratio: null, quality: 'none', remainderWh: null }],
    ['unknown general', { generalWh: null }, { ratio: null, quality: 'none', remainderWh: null }],
    ['unknown tenant', { tenantsWh: null }, { ratio: null, quality: 'none', remainderWh: null }],
    ['unknown common', { commonWh: null }, { ratio: null, quality: 'none', remainderWh: null }],
    ['general at 0', { generalWh: 0 }, { ratio: null, quality: 'none', remainderWh: -186_000 }],
    ['parts above the whole', { tenantsWh: 200_000 }, { ratio: 1.08, quality: 'measured', remainderWh: -16_000 }],
    ['no common meter', { commonWh: 0 }, { ratio: 0.85, quality: 'measured', remainderWh: 30_000 }],
  ])('%s', (_, change, expected) => {
    expect(leakRatio({ ...whole, ...change })).toEqual(expected);
  });
});

describe('the span that all share', () => {
  const window = { start: 0, end: day };
  test.each([
    ['all know more than the window', [{ from: -5, to: day + 5 }], { from: 0, to: day }],
    [
      'the latest start and the earliest end',
      [
        { from: 10, to: day },
        { from: 20, to: 900 },
        { from: 0, to: 950 },
      ],
      { from: 20, to: 900 },
    ],
    ['one knows nothing', [{ from: 0, to: day }, null], null],
    [
      'nothing in common',
      [
        { from: 0, to: 100 },
        { from: 100, to: 200 },
      ],
      null,
    ],
  ])('%s', (_, known, expected) => {
    expect(sharedSpan(window, known)).toEqual(expected);
  });

  it('is the window where no meter is registered', () => {
    expect(sharedSpan(window, [])).toEqual({ from: 0, to: day });
  });
});
