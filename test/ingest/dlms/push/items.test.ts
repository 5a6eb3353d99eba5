import { describe, expect, test } from 'vitest';
import { decodeCosemData } from '../../../../ingest/dlms/axdr/data.ts';
import { type BareLayout, readPushItems } from '../../../../ingest/dlms/push/items.ts';
import { evaluateItem } from '../../../../ingest/dlms/push/value.ts';
import type { ScaleOverrides } from '../../../../ingest/dlms/scales.ts';
import {
  encodeArray,
  encodeDateTime,
  encodeEnum,
  encodeInteger,
  encodeObis,
  encodeOctets,
  encodeStructure,
  encodeText,
} from '../../../../ingest/simulator/e450-axdr.ts';

function items(encoded: readonly number[], layout?: BareLayout, scales?: ScaleOverrides) {
  const body = decodeCosemData(Uint8Array.from(encoded), 0);
  if (!body.ok) throw new Error(body.code);
  const read = readPushItems(body.value.data, layout);
  if (!read.ok) return { code: read.code, facts: read.facts };
  const values = read.value.items.map((item) => {
    const { obis, attribute, content } = evaluateItem(item, scales);
    const name = `${obis ?? '-'}${attribute === 2 ? '' : `;${attribute}`}`;
    if (content.kind === 'number')
      return [name, Number(`${content.amount.mantissa}e${content.amount.exponent}`), content.unit];
    if (content.kind === 'text') return [name, content.text];
    return [name, content.kind === 'error' ? content.code : content.kind];
  });
  return { shape: read.value.shape, values };
}

const obis = (code: string) => encodeOctets(encodeObis(code));
const u32 = (value: number) => encodeInteger(value, 32);
const object = (classId: number, code: string, attribute: number) =>
  encodeStructure([encodeInteger(classId, 16), obis(code), encodeInteger(attribute, -8), encodeInteger(0, 16)]);
const scaler = (exponent: number, unit: number) => encodeStructure([encodeInteger(exponent, -8), encodeEnum(unit)]);
const self = object(40, '0-8:25.9.0', 2);

describe('with an object list', () => {
  test('the list names itself', () => {
    const body = encodeStructure([encodeArray([self, object(3, '1-0:1.8.0', 2)]), u32(5)]);
    expect(items(body)).toEqual({ shape: 'list', values: [['1-0:1.8.0', 5, 'Wh']] });
  });
  test('the list does not name itself', () => {
    const body = encodeStructure([encodeArray([object(3, '1-0:1.8.0', 2), object(3, '1-0:1.7.0', 2)]), u32(5), u32(6)]);
    expect(items(body)).toEqual({
      shape: 'list',
      values: [
        ['1-0:1.8.0', 5, 'Wh'],
        ['1-0:1.7.0', 6, 'W'],
      ],
    });
  });
  test('the list stands second', () => {
    const body = encodeStructure([u32(5), encodeArray([object(3, '1-0:1.8.0', 2), self]), u32(6)]);
    expect(items(body)).toMatchObject({ code: 'LIST_MISMATCH' });
    const fitting = encodeStructure([
      u32(5),
      encodeArray([object(3, '1-0:1.8.0', 2), self, object(3, '1-0:2.8.0', 2)]),
      u32(6),
    ]);
    expect(items(fitting)).toMatchObject({
      values: [
        ['1-0:1.8.0', 5, 'Wh'],
        ['1-0:2.8.0', 6, 'Wh'],
      ],
    });
  });
  test('a sub-meter sends value and scaler as two attributes', () => {
    const list = encodeArray([self, object(4, '0-1:24.2.1', 2), object(4, '0-1:24.2.1', 3)]);
    const body = encodeStructure([list, u32(1234), scaler(-1, 30)]);
    expect(items(body)).toEqual({ shape: 'list', values: [['0-1:24.2.1', 123.4, 'Wh']] });
  });
  test('attribute 0 is the whole object', () => {
    const list = encodeArray([self, object(3, '1-0:1.8.0', 0)]);
    const body = encodeStructure([list, encodeStructure([obis('1-0:1.8.0'), u32(77), scaler(1, 30)])]);
    expect(items(body)).toMatchObject({
      values: [
        ['1-0:1.8.0;1', '1-0:1.8.0'],
        ['1-0:1.8.0', 770, 'Wh'],
      ],
    });
  });
  test('more values than objects', () => {
    const body = encodeStructure([encodeArray([self]), u32(5), u32(6)]);
    expect(items(body)).toEqual({ code: 'LIST_MISMATCH', facts: { objects: 1, values: 2 } });
  });
});

describe('pairs', () => {
  test('flat, with a date in front', () => {
    const body = encodeStructure([
      encodeOctets(encodeDateTime({ local: '2026-03-01T12:00:00' })),
      obis('1-0:1.8.0'),
      u32(5),
    ]);
    expect(items(body)).toEqual({
      shape: 'flat',
      values: [
        ['-', 'clock'],
        ['1-0:1.8.0', 5, 'Wh'],
      ],
    });
  });
  test('flat, each with scaler and unit, a serial at the end without', () => {
    const body = encodeStructure([
      obis('1-0:1.8.0'),
      u32(123),
      scaler(1, 30),
      obis('1-0:32.7.0'),
      encodeInteger(2301, 16),
      scaler(-1, 35),
      obis('0-0:96.1.0'),
      encodeOctets(Buffer.from('1KFM0200204255')),
    ]);
    expect(items(body)).toEqual({
      shape: 'flat',
      values: [
        ['1-0:1.8.0', 1230, 'Wh'],
        ['1-0:32.7.0', 230.1, 'V'],
        ['0-0:96.1.0', '1KFM0200204255'],
      ],
    });
  });
  test('flat, scaler and unit not in a structure', () => {
    const body = encodeStructure([
      obis('1-0:1.7.0'),
      u32(15),
      encodeInteger(2, -8),
      encodeEnum(27),
      obis('1-0:2.7.0'),
      u32(1),
    ]);
    expect(items(body)).toMatchObject({
      values: [
        ['1-0:1.7.0', 1500, 'W'],
        ['1-0:2.7.0', 1, 'W'],
      ],
    });
  });
  test('nested in structures, in an array', () => {
    const body = encodeArray([
      encodeStructure([obis('1-1:0.2.129'), encodeText('AIDON_V0001')]),
      encodeStructure([obis('1-0:1.7.0'), u32(1500), scaler(0, 27)]),
      encodeStructure([obis('1-0:31.7.0'), encodeInteger(-53, -16), scaler(-1, 33)]),
    ]);
    expect(items(body)).toEqual({
      shape: 'flat',
      values: [
        ['1-1:0.2.129', 'AIDON_V0001'],
        ['1-0:1.7.0', 1500, 'W'],
        ['1-0:31.7.0', -5.3, 'A'],
      ],
    });
  });
  const described = (code: string, attribute: number, value: readonly number[]) =>
    encodeStructure([encodeInteger(3, 16), obis(code), encodeInteger(attribute, -8), value]);
  test.each([
    [
      'in structures',
      encodeStructure([described('1-0:1.8.0', 2, u32(500)), described('1-0:32.7.0', 2, encodeInteger(230, 16))]),
    ],
    [
      'in one array',
      encodeStructure([
        encodeArray([described('1-0:1.8.0', 2, u32(500)), described('1-0:32.7.0', 2, encodeInteger(230, 16))]),
      ]),
    ],
    [
      'flat',
      encodeStructure([
        ...[encodeInteger(3, 16), obis('1-0:1.8.0'), encodeInteger(2, -8), u32(500)],
        ...[encodeInteger(3, 16), obis('1-0:32.7.0'), encodeInteger(2, -8), encodeInteger(230, 16)],
      ]),
    ],
  ])('class, code, attribute and value, %s', (_name, body) => {
    expect(items(body)).toEqual({
      shape: 'flat',
      values: [
        ['1-0:1.8.0', 500, 'Wh'],
        ['1-0:32.7.0', 230, 'V'],
      ],
    });
  });
  test('a scaler before the value, without unit, leaves the value without unit', () => {
    const body = encodeStructure([obis('1-0:1.8.0'), encodeInteger(-1, -8), u32(500), obis('1-0:1.7.0'), u32(6)]);
    expect(items(body)).toMatchObject({
      values: [
        ['1-0:1.8.0', 50, ''],
        ['1-0:1.7.0', 6, 'W'],
      ],
    });
  });
  test('a value of one signed byte is a value', () => {
    const byte = encodeInteger(7, -8);
    const body = encodeStructure([
      obis('1-0:1.7.0'),
      byte,
      obis('1-0:2.7.0'),
      byte,
      scaler(1, 27),
      encodeInteger(3, 16),
      obis('1-0:3.7.0'),
      byte,
    ]);
    expect(items(body)).toMatchObject({
      values: [
        ['1-0:1.7.0', 7, 'W'],
        ['1-0:2.7.0', 70, 'W'],
        ['1-0:3.7.0', 7, 'var'],
      ],
    });
  });
  test('a list name in front', () => {
    const body = encodeStructure([encodeText('Kamstrup_V0001'), obis('1-1:1.7.0'), u32(9)]);
    expect(items(body)).toMatchObject({
      values: [
        ['-', 'Kamstrup_V0001'],
        ['1-1:1.7.0', 9, 'W'],
      ],
    });
  });
});

describe('bare values', () => {
  const body = encodeStructure([
    encodeInteger(230, 16),
    encodeInteger(512, 16),
    u32(900),
    encodeOctets(Buffer.from('123456')),
  ]);
  test('without a layout they have no name', () => {
    expect(items(body)).toEqual({
      shape: 'bare',
      values: [
        ['-', 230, ''],
        ['-', 512, ''],
        ['-', 900, ''],
        ['-', '123456'],
      ],
    });
  });
  test('a layout names them, null leaves one without', () => {
    expect(items(body, ['1-0:32.7.0', '1-0:31.7.0', null, '0-0:96.1.0'])).toEqual({
      shape: 'bare',
      values: [
        ['1-0:32.7.0', 230, 'V'],
        ['1-0:31.7.0', 5.12, 'A'],
        ['-', 900, ''],
        ['0-0:96.1.0', '123456'],
      ],
    });
  });
  test('a layout of another length is refused', () => {
    expect(items(body, ['1-0:32.7.0'])).toEqual({ code: 'LAYOUT_MISMATCH', facts: { expected: 1, actual: 4 } });
  });
});

describe('one bad value leaves the others', () => {
  const pair = (value: readonly number[], ...rest: number[][]) =>
    items(encodeStructure([obis('1-0:1.8.0'), value, ...rest, obis('1-0:1.7.0'), u32(7)]));
  test.each([
    ['null', [0x00], [], 'VALUE_NULL'],
    ['not a number', [0x17, 0x7f, 0xc0, 0, 0], [], 'VALUE_NOT_FINITE'],
    ['a scaler of 100', u32(1), [scaler(100, 30)], 'SCALER_RANGE'],
    [
      'an impossible date',
      [0x19, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x80, 0, 0xff],
      [],
      'DATE_NOT_SET',
    ],
  ])('%s', (_name, value, rest, code) => {
    expect(pair(value, ...rest)).toMatchObject({
      values: [
        ['1-0:1.8.0', code],
        ['1-0:1.7.0', 7, 'W'],
      ],
    });
  });
});

test('an override for the meter wins over the table and over the push, for one channel or all', () => {
  const body = encodeStructure([obis('1-0:31.7.0'), u32(9), obis('1-1:1.8.0'), u32(3), scaler(0, 30)]);
  const scales = { '1-*:31.7.0': { unit: 'A', exponent: -3 }, '1-1:1.8.0': { unit: 'Wh', exponent: 3 } };
  expect(items(body, undefined, scales)).toMatchObject({
    values: [
      ['1-0:31.7.0', 0.009, 'A'],
      ['1-1:1.8.0', 3000, 'Wh'],
    ],
  });
});
