import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INVALID_BCD, readBcd, readBcdDigits, writeBcd } from '../../../../ingest/mbus/application/bcd.ts';
import { readInteger, writeInteger } from '../../../../ingest/mbus/application/integer.ts';
import { formatMoment, readMoment } from '../../../../ingest/mbus/application/local-moment.ts';
import { lvarLength } from '../../../../ingest/mbus/application/lvar.ts';
import { manufacturerCode, manufacturerName } from '../../../../ingest/mbus/application/manufacturer.ts';
import { combine, exactValue } from '../../../../ingest/mbus/application/scale.ts';
import { readText, writeText } from '../../../../ingest/mbus/application/text.ts';
import { fromHexLine } from '../../../../ingest/mbus/hex.ts';

const hex = (text: string): Uint8Array => fromHexLine(text)!;

describe('BCD', () => {
  test.each([
    ['00', 0],
    ['99', 99],
    ['56341200', 123456],
    ['618100F0', -8161],
    ['99F9', -999],
    ['000000F0', 0],
    ['F5', -5],
    ['0A', INVALID_BCD],
    ['A0', INVALID_BCD],
    ['FA', INVALID_BCD],
    ['E1', INVALID_BCD],
    ['F012', INVALID_BCD],
  ])('%s is %d', (text, value) => {
    const bytes = hex(text);
    expect(readBcd(bytes, 0, bytes.length)).toBe(value);
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999_999, max: 999_999_999_999 }), (value) => {
        expect(readBcd(writeBcd(value, 6), 0, 6)).toBe(value);
      }),
    );
  });

  test('a value without room is refused, digits of any length are text', () => {
    expect(() => writeBcd(100, 1)).toThrow(RangeError);
    expect(() => writeBcd(-10, 1)).toThrow(RangeError);
    expect(readBcdDigits(hex('7856341278563412'), 0, 8)).toBe('1234567812345678');
    expect(readBcdDigits(hex('0A'), 0, 1)).toBeNull();
  });
});

describe('integers', () => {
  test('what is written is read back, in 1 to 16 bytes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.bigInt({ min: -(1n << 127n), max: (1n << 127n) - 1n }),
        (length, value) => {
          const fitting = BigInt.asIntN(8 * length, value);
          expect(BigInt(readInteger(writeInteger(fitting, length), 0, length, true))).toBe(fitting);
          expect(BigInt(readInteger(writeInteger(fitting, length), 0, length, false))).toBe(
            BigInt.asUintN(8 * length, value),
          );
        },
      ),
    );
  });
  test('numbers while they are exact', () => {
    expect(readInteger(hex('FFFFFFFFFFFF1F00'), 0, 8, true)).toBe(9007199254740991);
    expect(readInteger(hex('0000000000002000'), 0, 8, true)).toBe(9007199254740992n);
    expect(() => writeInteger(256, 1)).toThrow(RangeError);
  });
});

describe('scaling', () => {
  test.each([
    [12345, -3, 12.345],
    [1, 6, 1_000_000],
    [0, 5, 0],
    [999_999_999_999_999, -3, 999_999_999_999.999],
    [9007199254740991, 0, 9007199254740991],
    [9007199254740991, -3, '9007199254740.991'],
    [9007199254740993n, 0, '9007199254740993'],
    [9007199254740993n, 3, '9007199254740993000'],
    [-9007199254740993n, -16, '-0.9007199254740993'],
    [-9007199254740993n, -20, '-0.00009007199254740993'],
    [10000000000000000000n, -4, 1_000_000_000_000_000],
    [5, -25, 5e-25],
  ])('%s × 10^%i is %s', (mantissa, exponent10, value) => {
    expect(exactValue(mantissa, exponent10)).toBe(value);
  });

  test('every printed value is the exact decimal of mantissa and exponent', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
        fc.integer({ min: -12, max: 9 }),
        (raw, exponent10) => {
          const { mantissa } = combine(raw, 1, exponent10, null);
          const printed = exactValue(mantissa, exponent10);
          const text = typeof printed === 'number' ? fixed(printed) : printed;
          expect(decimal(text)).toBe(raw * 10n ** BigInt(exponent10 + 12));
        },
      ),
    );
    /** A decimal text in units of 10^-12. */
    function decimal(text: string): bigint {
      const [integer, fraction = ''] = text.split('.');
      const magnitude = BigInt(`${integer!.replace('-', '')}${fraction.padEnd(12, '0')}`);
      return text.startsWith('-') ? -magnitude : magnitude;
    }
    /** JavaScript's own digits without an exponent. */
    function fixed(value: number): string {
      const [digits, exponent = '0'] = String(value).split('e');
      if (exponent === '0') return digits!;
      const [integer, fraction = ''] = digits!.replace('-', '').split('.');
      const places = Number(exponent);
      const sign = value < 0 ? '-' : '';
      if (places > 0) return sign + integer + fraction.padEnd(places, '0');
      return `${sign}0.${'0'.repeat(-places - 1)}${integer}${fraction}`;
    }
  });

  test('an offset is added exactly', () => {
    expect(combine(10, 1, -2, { mantissa: 1, exponent10: -3 })).toEqual({ mantissa: 101, exponent10: -3 });
    expect(combine(1, 3600, 0, { mantissa: 2, exponent10: 1 })).toEqual({ mantissa: 3620, exponent10: 0 });
  });
});

describe('dates', () => {
  test.each([
    ['DF1C', '2014-12-31'],
    ['2182', '2065-02-01'],
    ['41C1', '1998-01-01'],
    ['E1F1', 'DATE_PERIODIC'],
    ['81C1', 'DATE_INVALID'],
    ['BF1C', '2013-12-31'],
    ['5D12', 'DATE_INVALID'],
    ['9D12', '2012-02-29'],
    ['1D12', '2008-02-29'],
    ['240D5712', '2010-02-23T13:36'],
    ['248D5712', '2010-02-23T13:36'],
    ['242D5712', '2010-02-23T13:36'],
    ['244D5712', '2110-02-23T13:36'],
    ['A40D5712', 'DATE_INVALID'],
    ['3C0D5712', 'DATE_INVALID'],
    ['24185712', 'DATE_INVALID'],
    ['241F5712', 'DATE_PERIODIC'],
    ['240DE0FF', 'DATE_PERIODIC'],
    ['0000 0000', 'DATE_NOT_SET'],
    ['FFFFFFFF', 'DATE_NOT_SET'],
    ['0501025712 00', '2010-02-23T02:01:05'],
    ['058102571200', 'DATE_INVALID'],
    ['000000000000', 'DATE_NOT_SET'],
    ['0A1417', '23:20:10'],
    ['0A1418', 'DATE_INVALID'],
    ['3F3F1F', 'DATE_NOT_SET'],
    ['0A3F17', 'DATE_PERIODIC'],
    ['01', 'DATE_TYPE'],
    ['0102030405060708', 'DATE_TYPE'],
  ])('%s is %s', (text, expected) => {
    const bytes = hex(text);
    const moment = readMoment(bytes, 0, bytes.length);
    expect(typeof moment === 'string' ? moment : formatMoment(moment)).toBe(expected);
  });

  test('the summer time bit is kept', () => {
    expect(readMoment(hex('248D5712'), 0, 4)).toMatchObject({ summerTime: true });
    expect(readMoment(hex('240D5712'), 0, 4)).toMatchObject({ summerTime: false });
    expect(readMoment(hex('450102571200'), 0, 6)).toMatchObject({ summerTime: true, second: 5 });
  });

  test('whatever the bytes, a date is one of the calendar', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 6 }), (bytes) => {
        const moment = readMoment(bytes, 0, bytes.length);
        if (typeof moment === 'string' || moment.year < 0) return;
        const date = new Date(Date.UTC(moment.year, moment.month - 1, moment.day, Math.max(0, moment.hour)));
        expect(date.toISOString().slice(0, 10)).toBe(formatMoment(moment).slice(0, 10));
      }),
      { numRuns: 2000 },
    );
  });
});

test('text comes last character first and ends at a zero byte; blanks are text, control characters are blanks', () => {
  expect(readText(writeText('TEST CYBLE '), 0, 11)).toBe('TEST CYBLE ');
  expect(readText(hex('00004241'), 0, 4)).toBe('AB');
  expect(readText(hex('B0'), 0, 1)).toBe('°');
  expect(readText(hex('43 00 4241'), 0, 4)).toBe('AB');
  expect(readText(hex('01 02 00'), 0, 3)).toBe('');
  expect(readText(hex('42 0D 0A 41 7F'), 0, 5)).toBe(' A  B');
});

test('manufacturers are three letters', () => {
  expect(manufacturerName(0x4c43)).toBe('SBC');
  expect(manufacturerCode('LUG')).toBe(0x32a7);
  for (const name of ['ABB', 'ZRI', '@@@']) expect(manufacturerName(manufacturerCode(name))).toBe(name);
  expect(() => manufacturerCode('ab')).toThrow(RangeError);
});

test.each([
  [0x00, 0],
  [0xbf, 191],
  [0xc9, 9],
  [0xca, -1],
  [0xd9, 9],
  [0xda, -1],
  [0xef, 15],
  [0xf0, 16],
  [0xf4, 32],
  [0xf5, 48],
  [0xf6, 64],
  [0xf7, -1],
  [0xff, -1],
])('LVAR %i announces %i bytes', (lvar, length) => {
  expect(lvarLength(lvar)).toBe(length);
});
