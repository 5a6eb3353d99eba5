import { describe, expect, test } from 'vitest';
import { parseInstant, readCsvReadings } from '../../../ingest/files/csv-readings.ts';

const installed = Date.parse('2020-01-01T00:00:00+01:00');
const receivedAt = Date.parse('2026-11-24T12:00:00+01:00');
const scope = {
  defaultBuilding: 'b',
  meters: new Map([
    [
      'b',
      new Map([
        ['M1', installed],
        ['M2', installed],
      ]),
    ],
    ['c', new Map([['N1', installed]])],
  ]),
  receivedAt,
};
const header = 'meter,at,energy_import_wh,power_w,building';

function read(text: string) {
  const outcome = readCsvReadings(text, scope);
  if (!outcome.ok) throw new Error(outcome.code);
  return outcome.value;
}

describe('lines that are readings', () => {
  test.each([
    ['M1,2026-03-01T00:00:00+01:00,1000', { meter: 'M1', building: 'b', energyImportWh: 1000, powerW: undefined }],
    ['M1,2026-03-01T00:00:00Z,1000,12.5', { powerW: 12.5 }],
    ['M1,2026-03-01T00:00:00Z,1000,-1.2e3,', { powerW: -1200, building: 'b' }],
    ['N1,2026-03-01T00:00:00Z,1000,,c', { building: 'c', powerW: undefined }],
    ['  M1 , 2026-03-01 00:00:00Z , 0001000 ', { energyImportWh: 1000 }],
    ['"M1","2026-03-01T00:00:00Z","1000","5"', { powerW: 5 }],
    ['M1,2026-03-01T00:00:00Z,9007199254740991', { energyImportWh: Number.MAX_SAFE_INTEGER }],
    ['M1,2026-11-24T12:05:00+01:00,1', { at: receivedAt + 300_000 }],
    ['M1,2020-01-01T00:00:00+01:00,1', { at: installed }],
  ])('%s', (line, expected) => {
    const { readings, rejects } = read(`${header}\n${line}`);
    expect(rejects).toEqual([]);
    expect(readings).toHaveLength(1);
    expect(readings[0]).toMatchObject({ source: 'import', receivedAt, ...expected });
  });

  test('columns and lines in any order, any line end, blank lines; sorted by instant and meter', () => {
    const text =
      '\uFEFFpower_w,ENERGY_IMPORT_WH,at,meter,comment\r\n\r\n,2,2026-03-02T00:00:00Z,M2,x\r,1,2026-03-02T00:00:00Z,M1\n   \n3,0,2026-03-01T00:00:00Z,M2\n';
    const { readings, rejects } = read(text);
    expect(rejects).toEqual([]);
    expect(readings.map(({ meter, energyImportWh }) => [meter, energyImportWh])).toEqual([
      ['M2', 0],
      ['M1', 1],
      ['M2', 2],
    ]);
  });
});

describe('lines that are refused', () => {
  test.each([
    ['M9,2026-03-01T00:00:00Z,1', 'METER_UNKNOWN', { meter: 'M9' }],
    ['N1,2026-03-01T00:00:00Z,1', 'METER_UNKNOWN', { meter: 'N1' }],
    ['M1,2026-03-01T00:00:00Z,1,,x', 'BUILDING_UNKNOWN', { building: 'x' }],
    ['M1,2026-03-01T00:00:00,1', 'INSTANT_INVALID', { at: '2026-03-01T00:00:00' }],
    ['M1,2026-03-01T00:00:00Z,1.0', 'INDEX_NOT_INTEGER', { energyImportWh: '1.0' }],
    ['M1,2026-03-01T00:00:00Z,1e6', 'INDEX_NOT_INTEGER', { energyImportWh: '1e6' }],
    ['M1,2026-03-01T00:00:00Z,', 'INDEX_NOT_INTEGER', { energyImportWh: '' }],
    ['M1,2026-03-01T00:00:00Z,0x10', 'INDEX_NOT_INTEGER', { energyImportWh: '0x10' }],
    ['M1,2026-03-01T00:00:00Z,9007199254740992', 'INDEX_NOT_INTEGER', { energyImportWh: '9007199254740992' }],
    ['M1,2026-03-01T00:00:00Z,"1 000"', 'INDEX_NOT_INTEGER', { energyImportWh: '1 000' }],
    ['M1,2026-03-01T00:00:00Z,-1', 'INDEX_NEGATIVE', { energyImportWh: '-1' }],
    ['M1,2026-03-01T00:00:00Z,1,NaN', 'POWER_NOT_FINITE', { powerW: 'NaN' }],
    ['M1,2026-03-01T00:00:00Z,1,-Infinity', 'POWER_NOT_FINITE', { powerW: '-Infinity' }],
    ['M1,2026-03-01T00:00:00Z,1,"1,5"', 'POWER_NOT_FINITE', { powerW: '1,5' }],
    ['M1,2026-03-01T00:00:00Z,1,1.2.3', 'POWER_NOT_FINITE', { powerW: '1.2.3' }],
    ['M1,2026-11-24T12:05:00.001+01:00,1', 'INSTANT_IN_FUTURE', { at: receivedAt + 300_001, receivedAt }],
    ['M1,2019-12-31T23:59:59.999+01:00,1', 'BEFORE_INSTALLATION', { at: installed - 1, installedAt: installed }],
    ['M1,2026-03-01T00:00:00Z', 'COLUMNS_MISMATCH', { columns: 2, expected: 5 }],
    ['M1,2026-03-01T00:00:00Z,1,2,b,3', 'COLUMNS_MISMATCH', { columns: 6, expected: 5 }],
    ['M1,2026-03-01T00:00:00Z,"1', 'COLUMNS_MISMATCH', { reason: 'a quotation does not end' }],
  ])('%s: %s', (line, code, facts) => {
    const { readings, rejects } = read(`${header}\n\nM2,2026-03-01T00:00:00Z,1\n${line}\nM2,2026-03-01T01:00:00Z,2\n`);
    expect(readings.map(({ meter }) => meter)).toEqual(['M2', 'M2']);
    expect(rejects).toEqual([{ line: 4, code, facts, text: line }]);
  });
});

describe('files that are refused', () => {
  test.each([
    ['', { reason: 'empty file' }],
    ['\n \n', { reason: 'empty file' }],
    ['meter,at\nM1,2026-03-01T00:00:00Z', { missing: ['energy_import_wh'] }],
    ['meter;at;energy_import_wh\n', { separator: ';', expected: ',' }],
    ['meter\tat\tenergy_import_wh\n', { separator: '\t', expected: ',' }],
    ['meter,at,energy_import_wh,At\n', { twice: 'at' }],
  ])('%j', (text, facts) => {
    expect(readCsvReadings(text, scope)).toEqual({ ok: false, code: 'COLUMNS_MISMATCH', facts });
  });
});

describe('instants', () => {
  const noon = Date.parse('2026-03-01T12:00:00Z');
  test.each([
    ['2026-03-01T12:00:00Z', noon],
    ['2026-03-01t12:00z', noon],
    ['2026-03-01 13:00+01', noon],
    ['2026-03-01T17:30:00+0530', noon],
    ['2026-03-01T17:45:00+05:45', noon],
    ['2026-03-01T00:00:00-12:00', noon],
    ['2026-03-01T12:00:00.1239999Z', noon + 123],
    ['2026-03-01T12:00:00,5Z', noon + 500],
    ['1969-12-31T23:59:59.999Z', -1],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ])('%s', (text, at) => {
    expect(parseInstant(text)).toBe(at);
  });

  test.each([
    '',
    '2026-03-01',
    '2026-03-01T12:00:00',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T23:59:60Z',
    '2026-03-01T12:60:00Z',
    '2026-03-01T12:00:00+24:00',
    '2026-03-01T12:00:00+01:60',
    '2026-03-01T12:00:00Europe/Paris',
    '0026-03-01T12:00:00Z',
    '01/03/2026 12:00',
    '1772366400',
  ])('%j is none', (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});
