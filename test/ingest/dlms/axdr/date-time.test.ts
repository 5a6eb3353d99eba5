import { describe, expect, test } from 'vitest';
import { clockInstant, decodeDate, decodeDateTime, decodeTime } from '../../../../ingest/dlms/axdr/date-time.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('date-times', () => {
  test.each([
    ['deviation not specified', '07E6 02 15 01 11 25 1E FF 8000 00', { local: '2022-02-21T17:37:30' }],
    [
      'Paris in summer',
      '07EA 07 0E 02 0A 00 00 00 FF88 80',
      { local: '2026-07-14T10:00:00', deviationMinutes: -120, summerTime: true },
    ],
    ['marked invalid', '07EA 07 0E 02 0A 00 00 00 8000 01', { local: '2026-07-14T10:00:00', invalid: true }],
    ['status not specified', '07EA 07 0E FF 0A 00 FF FF 8000 FF', { local: '2026-07-14T10:00:00' }],
    ['leap day', '07E8 02 1D 04 17 3B 3B 63 8000 00', { local: '2024-02-29T23:59:59' }],
  ])('%s', (_name, text, expected) => {
    expect(decodeDateTime(hex(text))).toEqual({ ok: true, value: expected });
  });

  test.each([
    ['no year', 'FFFF 02 15 01 11 25 1E FF 8000 00', 'DATE_NOT_SET'],
    ['no day', '07E6 02 FF 01 11 25 1E FF 8000 00', 'DATE_NOT_SET'],
    ['last day of the month', '07E6 02 FE 01 11 25 1E FF 8000 00', 'DATE_NOT_SET'],
    ['no hour', '07E6 02 15 01 FF 25 1E FF 8000 00', 'DATE_NOT_SET'],
    ['month 13', '07E6 0D 15 01 11 25 1E FF 8000 00', 'DATE_INVALID'],
    ['month 0', '07E6 00 15 01 11 25 1E FF 8000 00', 'DATE_INVALID'],
    ['30 February', '07E6 02 1E 01 11 25 1E FF 8000 00', 'DATE_INVALID'],
    ['29 February of no leap year', '07E6 02 1D 01 11 25 1E FF 8000 00', 'DATE_INVALID'],
    ['24 h', '07E6 02 15 01 18 00 00 FF 8000 00', 'DATE_INVALID'],
    ['60 s', '07E6 02 15 01 11 25 3C FF 8000 00', 'DATE_INVALID'],
    ['year 0', '0000 02 15 01 11 25 00 FF 8000 00', 'DATE_INVALID'],
    ['eleven bytes', '07E6 02 15 01 11 25 1E FF 8000', 'DATE_INVALID'],
  ])('%s is no date', (_name, text, code) => {
    expect(decodeDateTime(hex(text))).toMatchObject({ ok: false, code });
  });

  test('dates and times alone', () => {
    expect(decodeDate(hex('07EA030107'))).toEqual({ ok: true, value: '2026-03-01' });
    expect(decodeDate(hex('07EA03'))).toMatchObject({ ok: false, code: 'DATE_INVALID' });
    expect(decodeTime(hex('0C0005FF'))).toEqual({ ok: true, value: '12:00:05' });
    expect(decodeTime(hex('FF0005FF'))).toMatchObject({ ok: false, code: 'DATE_NOT_SET' });
  });
});

describe('the instant of a local clock in Europe/Paris', () => {
  test.each([
    ['winter', { local: '2026-01-15T12:00:00' }, '2026-01-15T11:00:00Z'],
    ['summer', { local: '2026-07-14T12:00:00' }, '2026-07-14T10:00:00Z'],
    ['repeated hour, summer time', { local: '2026-10-25T02:30:00', summerTime: true }, '2026-10-25T00:30:00Z'],
    ['repeated hour, winter time', { local: '2026-10-25T02:30:00' }, '2026-10-25T01:30:00Z'],
    [
      'deviation as the standard has it',
      { local: '2026-10-25T02:30:00', deviationMinutes: -120 },
      '2026-10-25T00:30:00Z',
    ],
    [
      'deviation with the opposite sign',
      { local: '2026-10-25T02:30:00', deviationMinutes: 60 },
      '2026-10-25T01:30:00Z',
    ],
    [
      'a deviation that the zone does not bear out',
      { local: '2026-01-15T12:00:00', deviationMinutes: 0 },
      '2026-01-15T12:00:00Z',
    ],
  ])('%s', (_name, clock, expected) => {
    expect(clockInstant(clock, 'Europe/Paris')).toBe(Date.parse(expected));
  });

  test('the hour that spring skips is no instant', () => {
    expect(clockInstant({ local: '2026-03-29T02:30:00' }, 'Europe/Paris')).toBeUndefined();
  });
});
