import { describe, expect, test } from 'vitest';
import { parseReading, type Reading, readingValue } from '../../domain/reading.ts';

const value = {
  v: 1,
  building: 'b',
  meter: 'LOC01',
  at: 1_700_000_000_000,
  energyImportWh: 12_520,
  source: 'mbus',
  receivedAt: 1_700_000_000_500,
};

describe('a value of the topic', () => {
  test('goes there and back', () => {
    const reading: Reading = {
      building: 'b',
      meter: 'LOC01',
      at: 1_700_000_000_000,
      energyImportWh: 12_520,
      resolutionWh: 10,
      powerW: -3.5,
      apparentPowerVa: 4,
      energyExportWh: 7,
      voltageV: [230, 231, 229],
      currentA: [1, 2, 3],
      source: 'dlms',
      receivedAt: 1_700_000_000_500,
      meterClock: '2023-11-14T23:13:20',
      serial: '0500023E',
      status: 0,
    };
    expect(parseReading(JSON.parse(JSON.stringify(readingValue(reading))))).toEqual({ ok: true, value: reading });
  });

  test.each([
    ['fractions of a millisecond are cut off', { at: 1_700_000_000_000.9 }, { at: 1_700_000_000_000 }],
    ['null is no value', { powerW: null, resolutionWh: null }, { powerW: undefined, resolutionWh: undefined }],
    ['five minutes ahead', { at: value.receivedAt + 300_000 }, { at: value.receivedAt + 300_000 }],
    ['an unknown member is for others', { colour: 'red' }, {}],
    ['an index of 0', { energyImportWh: 0 }, { energyImportWh: 0 }],
    ['a broken list of voltages', { voltageV: [230, 'x'] }, { voltageV: undefined }],
  ])('%s', (_, changes, expected) => {
    expect(parseReading({ ...value, ...changes })).toMatchObject({ ok: true, value: expected });
  });

  test.each([
    [null, 'RECORD_MALFORMED', { reason: 'not an object' }],
    [[], 'RECORD_VERSION', { version: undefined }],
    [{ ...value, v: 2 }, 'RECORD_VERSION', { version: 2 }],
    [{ ...value, building: '' }, 'RECORD_MALFORMED', { field: 'building' }],
    [{ ...value, meter: 7 }, 'RECORD_MALFORMED', { field: 'meter' }],
    [{ ...value, at: '2026-03-01' }, 'INSTANT_INVALID', { at: '2026-03-01' }],
    [{ ...value, at: Number.NaN }, 'INSTANT_INVALID', { at: Number.NaN }],
    [{ ...value, receivedAt: undefined }, 'RECORD_MALFORMED', { field: 'receivedAt' }],
    [{ ...value, source: 'guess' }, 'RECORD_MALFORMED', { field: 'source' }],
    [{ ...value, energyImportWh: 1.5 }, 'INDEX_NOT_INTEGER', { energyImportWh: 1.5 }],
    [{ ...value, energyImportWh: 2 ** 53 }, 'INDEX_NOT_INTEGER', { energyImportWh: 2 ** 53 }],
    [{ ...value, energyImportWh: '12' }, 'INDEX_NOT_INTEGER', { energyImportWh: '12' }],
    [{ ...value, energyImportWh: -1 }, 'INDEX_NEGATIVE', { energyImportWh: -1 }],
    [{ ...value, resolutionWh: 0 }, 'RECORD_MALFORMED', { field: 'resolutionWh' }],
    [{ ...value, powerW: Number.POSITIVE_INFINITY }, 'POWER_NOT_FINITE', { powerW: Number.POSITIVE_INFINITY }],
    [{ ...value, apparentPowerVa: 'x' }, 'POWER_NOT_FINITE', { apparentPowerVa: 'x' }],
    [
      { ...value, at: value.receivedAt + 300_001 },
      'INSTANT_IN_FUTURE',
      { at: value.receivedAt + 300_001, receivedAt: value.receivedAt },
    ],
  ])('%j is refused: %s', (bad, code, facts) => {
    expect(parseReading(bad)).toEqual({ ok: false, code, facts });
  });
});
