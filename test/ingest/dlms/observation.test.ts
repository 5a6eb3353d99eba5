import { describe, expect, test } from 'vitest';
import { type DlmsProfile, observePush } from '../../../ingest/dlms/observation.ts';
import { readPush } from '../../../ingest/dlms/push/push.ts';
import { type E450Value, encodeE450Apdu } from '../../../ingest/simulator/e450.ts';
import { clock, values } from './pushes.ts';

function observe(given: readonly E450Value[], profile: DlmsProfile = {}) {
  const apdu = encodeE450Apdu({ shape: 'flat', framing: 'none', values: given, clock, invocation: 1 });
  const push = readPush(apdu, profile);
  if (!push.ok) throw new Error(push.code);
  const observed = observePush(push.value, profile);
  return observed.ok ? observed.value : { code: observed.code, facts: observed.facts };
}

const index = (value: number, obis = '1-0:1.8.0'): E450Value => ({ obis, value });

test('a whole push', () => {
  expect(observe(values)).toEqual({
    energyImportWh: 25_149_419,
    resolutionWh: 1,
    registerLimitWh: 4_294_967_296,
    energyExportWh: 4_422_366,
    powerW: 1234,
    voltageV: [236],
    currentA: [0.09],
    meterClock: '2026-03-01T12:00:05',
    serial: '55667788',
  });
});

describe('which register is the index', () => {
  test('either channel', () => {
    expect(observe([index(5, '1-1:1.8.0')])).toMatchObject({ energyImportWh: 5 });
  });
  test('both channels that agree are one', () => {
    expect(observe([index(5, '1-1:1.8.0'), index(5)])).toMatchObject({ energyImportWh: 5 });
  });
  test('two that differ are undecided, until a profile names one', () => {
    const two = [index(5, '1-1:1.8.0'), index(6)];
    expect(observe(two)).toEqual({ code: 'INDEX_UNDECIDED', facts: { candidates: 2 } });
    expect(observe(two, { index: '1-0:1.8.0' })).toMatchObject({ energyImportWh: 6 });
  });
  test('tariff registers are not summed', () => {
    expect(observe([index(5, '1-0:1.8.1'), index(6, '1-0:1.8.2')])).not.toHaveProperty('energyImportWh');
  });
  test('reactive energy is no index', () => {
    expect(observe([index(5, '1-0:3.8.0')])).not.toHaveProperty('energyImportWh');
  });
  test('a sub-meter takes nothing from the meter that relays it', () => {
    const sub = { ...index(9, '0-2:24.2.1'), scalerUnit: { scaler: 3, unit: 30 } };
    expect(observe([...values, sub], { index: '0-2:24.2.1' })).toEqual({
      energyImportWh: 9000,
      resolutionWh: 1000,
      registerLimitWh: 4_294_967_296_000,
      meterClock: '2026-03-01T12:00:05',
    });
  });
});

describe('scale and multiplier are exact', () => {
  test.each([
    ['multiplier 40', { multiplier: 40 }, 3, { energyImportWh: 120, resolutionWh: 40, powerW: 800 }],
    ['a fraction is floored', { multiplier: 0.5 }, 3, { energyImportWh: 1, resolutionWh: 1, powerW: 10 }],
    [
      '0.1 Wh a count',
      { scales: { '1-0:1.8.0': { unit: 'Wh', exponent: -1 } } },
      19,
      { energyImportWh: 1, resolutionWh: 1 },
    ],
    [
      '10 Wh a count',
      { scales: { '1-0:1.8.0': { unit: 'Wh', exponent: 1 } } },
      7,
      { energyImportWh: 70, resolutionWh: 10 },
    ],
    ['at the top', { multiplier: 1 }, 4_294_967_295, { energyImportWh: 4_294_967_295 }],
  ])('%s', (_name, profile, value, expected) => {
    expect(observe([index(value), { obis: '1-0:1.7.0', value: 20 }], profile)).toMatchObject(expected);
  });

  test('a 64-bit index beyond what a number holds is refused', () => {
    expect(observe([{ obis: '1-0:1.8.0', value: 2n ** 60n, width: 64 }])).toMatchObject({ code: 'INDEX_OUT_OF_RANGE' });
    expect(observe([{ obis: '1-0:1.8.0', value: -1, width: -32 }])).toMatchObject({ code: 'INDEX_OUT_OF_RANGE' });
    expect(observe([{ obis: '1-0:1.8.0', value: 2 ** 53 - 1, width: 64 }])).toMatchObject({
      energyImportWh: 2 ** 53 - 1,
    });
  });
});
