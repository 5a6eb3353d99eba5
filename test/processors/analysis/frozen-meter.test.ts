import { describe, expect, it, test } from 'vitest';
import {
  type FrozenReadings,
  frozenMeterAnomaly,
  frozenStandstills,
} from '../../../processors/analysis/anomalies/frozen-meter.ts';
import { hour, minute, plain } from './fixtures.ts';

const limits = { frozenMs: 2 * hour, maxGapMs: 2 * hour };

/** A reading each quarter of an hour; `null` power: none. */
function quarters(indexWh: readonly number[], powerW: readonly (number | null)[], resolutionWh = 100): FrozenReadings {
  return {
    at: indexWh.map((_, i) => i * 15 * minute),
    indexWh,
    powerW: indexWh.map((_, i) => powerW[i % powerW.length] ?? Number.NaN),
    resolutionWh,
  };
}
const still = (count: number): number[] => Array.from({ length: count }, () => 5000);

describe('a standing index', () => {
  test.each<[string, FrozenReadings, { from: number; to: number; integratedWh: number }[]]>([
    // 101 W over 2 h are 202 Wh, two steps are 200
    ['2 h at 101 W', quarters(still(9), [101]), [{ from: 0, to: 2 * hour, integratedWh: 202 }]],
    ['exactly two steps', quarters(still(9), [100]), []],
    ['shorter than 2 h', quarters(still(8), [5000]), []],
    ['little power for long', quarters(still(97), [10]), [{ from: 0, to: 24 * hour, integratedWh: 240 }]],
    ['no power at all', quarters(still(97), [null]), []],
    ['a finer register', quarters(still(9), [2], 1), [{ from: 0, to: 2 * hour, integratedWh: 4 }]],
    // every other reading gives 400 W: it stands for its neighbour
    ['power in some readings', quarters(still(9), [400, null]), [{ from: 0, to: 2 * hour, integratedWh: 800 }]],
    [
      'an index that moves',
      quarters(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => i * 100),
        [5000],
      ),
      [],
    ],
    [
      'moving, then standing',
      quarters([4000, 4500, ...still(9), 5100], [200]),
      [{ from: 30 * minute, to: 150 * minute, integratedWh: 400 }],
    ],
    [
      'twice',
      quarters([...still(9), ...still(9).map((i) => i + 1)], [200]),
      [
        { from: 0, to: 2 * hour, integratedWh: 400 },
        { from: 135 * minute, to: 255 * minute, integratedWh: 400 },
      ],
    ],
    ['nothing read', quarters([], [null]), []],
    ['one reading', quarters([1], [100]), []],
  ])('%s', (_, readings, expected) => {
    const found = frozenStandstills(readings, limits);
    expect(found.map(({ from, to }) => ({ from, to }))).toEqual(expected.map(({ from, to }) => ({ from, to })));
    found.forEach(({ integratedWh }, index) => {
      expect(integratedWh).toBeCloseTo(expected[index]!.integratedWh, 6);
    });
  });

  it('takes no energy from a gap', () => {
    const gap: FrozenReadings = {
      at: [0, 10 * hour, 11 * hour],
      indexWh: [7, 7, 7],
      powerW: [1000, 1000, 150],
      resolutionWh: 500,
    };
    expect(frozenStandstills(gap, limits)).toEqual([]);
    expect(frozenStandstills({ ...gap, resolutionWh: 250 }, limits)).toEqual([
      { from: 0, to: 11 * hour, integratedWh: 575 },
    ]);
  });

  it('takes typed arrays', () => {
    const readings = quarters(still(9), [101]);
    const typed = { ...readings, at: Float64Array.from(readings.at), powerW: Float64Array.from(readings.powerW) };
    expect(frozenStandstills(typed, limits)).toEqual(frozenStandstills(readings, limits));
  });
});

describe('compteur_fige', () => {
  it('speaks of the greatest and counts all', () => {
    const found = frozenMeterAnomaly({
      meter: 'LOC02',
      lot: 2,
      standstills: [
        { from: 0, to: 2 * hour, integratedWh: 400 },
        { from: 5 * hour, to: 9 * hour, integratedWh: 1200 },
      ],
      resolutionWh: 100,
    });
    expect(found).toMatchObject({
      type: 'compteur_fige',
      severity: 'majeur',
      meter: 'LOC02',
      value: 1200,
      threshold: 200,
      impactWh: 1600,
      lots: [2],
    });
    expect(plain(found?.text)).toBe(
      'Le compteur LOC02 est figé : index immobile pendant 4 h alors que sa puissance représente 1,2 kWh',
    );
  });

  it('is not raised without a standstill', () => {
    expect(frozenMeterAnomaly({ meter: 'LOC02', lot: 2, standstills: [], resolutionWh: 1 })).toBeNull();
  });
});
