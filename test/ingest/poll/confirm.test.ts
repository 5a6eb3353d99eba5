import { expect, test } from 'vitest';
import type { Reading } from '../../../domain/reading.ts';
import { createDoubt, type Doubt } from '../../../ingest/confirm.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';

const minute = 60_000;
const first: Reading = {
  ...{ building: 'B', meter: 'LOC01', at: 0, energyImportWh: 1_000_000, resolutionWh: 1, powerW: 600 },
  ...{ source: 'mbus', receivedAt: 0 },
};
const later = (change: Partial<Reading>): Reading => ({ ...first, at: minute, energyImportWh: 1_000_010, ...change });

function noisy(): Doubt {
  const doubt = createDoubt(simulatedBuilding(1).meters);
  doubt.broken(0);
  doubt.believe(first);
  return doubt;
}

test.each([
  ['the expected rise', {}, false],
  ['standing still', { energyImportWh: 1_000_000 }, false],
  ['a kettle', { powerW: 2100 }, false],
  ['an index that falls', { energyImportWh: 999_999 }, true],
  ['an index that rises by more than the power allows', { energyImportWh: 1_000_098 }, true],
  ['an index far away', { energyImportWh: 68_000_000 }, true],
  ['a power above the meter’s maximum', { powerW: 40_000 }, true],
  ['a power that jumps by kilowatts', { powerW: 9000 }, true],
  ['a power of minus millions', { powerW: -536_870_740 }, true],
  ['no power any more', { powerW: undefined }, true],
] as const)('on a noisy line, %s', (_name, change, isDoubted) => {
  expect(noisy().mustConfirm(later(change))).toBe(isDoubted);
});

test('a meter that was not heard before is asked twice on a noisy line', () => {
  expect(noisy().mustConfirm({ ...first, meter: 'LOC02' })).toBe(true);
});

test('on a clean line, and an hour after the last broken answer, nothing is asked twice', () => {
  const doubt = createDoubt(simulatedBuilding(1).meters);
  expect(doubt.mustConfirm(first)).toBe(false);
  doubt.broken(0);
  expect(doubt.mustConfirm(first)).toBe(true);
  expect(doubt.mustConfirm({ ...first, at: 61 * minute })).toBe(false);
});

test('what could not be confirmed at once is confirmed by a later cycle, and both are passed on', () => {
  const doubt = noisy();
  const held = { ...first, meter: 'LOC02', at: minute };
  expect(doubt.mustConfirm(held)).toBe(true);
  const next = { ...held, at: 4 * minute, energyImportWh: held.energyImportWh + 25 };
  expect(doubt.mustConfirm(next)).toBe(false);
  expect(doubt.believe(next)).toEqual([held, next]);
  expect(doubt.believe({ ...next, at: 5 * minute })).toHaveLength(1);
});

test('a wrong reading that was held is never passed on', () => {
  const doubt = noisy();
  expect(doubt.mustConfirm(later({ energyImportWh: 68_000_000 }))).toBe(true);
  const next = later({ at: 2 * minute, energyImportWh: 1_000_020 });
  expect(doubt.mustConfirm(next)).toBe(false);
  expect(doubt.believe(next)).toEqual([next]);
  expect(doubt.mustConfirm(later({ at: 3 * minute, energyImportWh: 1_000_030, powerW: 11_000_000 }))).toBe(true);
  const after = later({ at: 4 * minute, energyImportWh: 1_000_040 });
  expect(doubt.believe(after)).toEqual([after]);
});

test('the second of two readouts stands where the first was the wrong one', () => {
  const doubt = noisy();
  const wrong = later({ energyImportWh: 68_000_000 });
  expect(doubt.mustConfirm(wrong)).toBe(true);
  expect(doubt.confirms(wrong, later({ at: minute + 800 }))).toBe(true);
});

test('a replaced register that says the same twice is believed; a changed one is not', () => {
  const doubt = noisy();
  const replaced = later({ energyImportWh: 12 });
  expect(doubt.mustConfirm(replaced)).toBe(true);
  expect(doubt.confirms(replaced, { ...replaced, at: replaced.at + 800 })).toBe(true);
  expect(doubt.confirms(later({ energyImportWh: 68_000_000 }), later({ at: minute + 800, energyImportWh: 77 }))).toBe(
    false,
  );
  doubt.believe(replaced);
  expect(doubt.mustConfirm({ ...replaced, at: 2 * minute, energyImportWh: 22 })).toBe(false);
});
