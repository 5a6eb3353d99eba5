import { describe, expect, test } from 'vitest';
import { decodeCosemData, maximumDepth } from '../../../../ingest/dlms/axdr/data.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const octets = (text: string) => ({ type: 'octet-string', bytes: hex(text) });
const numbers = (width: number, ...values: bigint[]) => ({
  type: 'array',
  members: values.map((value) => ({ type: 'integer', value, width, signed: false })),
});

describe('every type', () => {
  test.each([
    ['null', '00', { type: 'null' }],
    ['do not care', 'FF', { type: 'null' }],
    ['boolean', '03 01', { type: 'boolean', value: true }],
    ['bit-string of 12 bits', '04 0C A5 F0', { type: 'bit-string', bits: '101001011111' }],
    ['double-long', '05 FF FF FF FE', { type: 'integer', value: -2n, width: 32, signed: true }],
    ['double-long-unsigned', '06 FF FF FF FF', { type: 'integer', value: 4_294_967_295n, width: 32, signed: false }],
    ['octet-string', '09 02 AB CD', octets('ABCD')],
    ['octet-string with a long length', `09 81 80 ${'00'.repeat(128)}`, octets('00'.repeat(128))],
    ['visible-string', '0A 03 4B 61 6D', { type: 'text', value: 'Kam' }],
    ['utf8-string', '0C 02 C3 A9', { type: 'text', value: 'é' }],
    ['bcd', '0D 42', { type: 'bcd', bytes: hex('42') }],
    ['integer', '0F 80', { type: 'integer', value: -128n, width: 8, signed: true }],
    ['long', '10 80 00', { type: 'integer', value: -32_768n, width: 16, signed: true }],
    ['unsigned', '11 FF', { type: 'integer', value: 255n, width: 8, signed: false }],
    ['long-unsigned', '12 FF FF', { type: 'integer', value: 65_535n, width: 16, signed: false }],
    ['long64', '14 80 00 00 00 00 00 00 00', { type: 'integer', value: -(2n ** 63n), width: 64, signed: true }],
    [
      'long64-unsigned',
      '15 FF FF FF FF FF FF FF FF',
      { type: 'integer', value: 2n ** 64n - 1n, width: 64, signed: false },
    ],
    ['enum', '16 1E', { type: 'enum', value: 30 }],
    ['float32', '17 43 66 19 9A', { type: 'float', value: 230.1 }],
    ['float32 beyond seven digits', '17 4B 80 00 00', { type: 'float', value: 16_777_216 }],
    ['float64', '18 40 6C C3 33 33 33 33 33', { type: 'float', value: 230.1 }],
    ['date', '1A 07 EA 03 01 07', { type: 'date', bytes: hex('07EA030107') }],
    ['time', '1B 0C 00 05 FF', { type: 'time', bytes: hex('0C0005FF') }],
    [
      'array',
      '01 02 11 01 11 02',
      { type: 'array', members: [1n, 2n].map((value) => ({ type: 'integer', value, width: 8, signed: false })) },
    ],
    [
      'structure',
      '02 02 00 02 01 00',
      { type: 'structure', members: [{ type: 'null' }, { type: 'structure', members: [{ type: 'null' }] }] },
    ],
    ['compact array of two double-long-unsigned', '13 06 08 00 00 00 05 00 00 00 06', numbers(32, 5n, 6n)],
    ['compact array, empty', '13 06 00', { type: 'array', members: [] }],
    [
      // Two elements { u16, octet-string, 2 × u8 }: lengths stay, tags go.
      'compact array of structures',
      '13 02 03 12 09 01 0002 11 0B 0003 01AA 0102 0004 00 0304',
      {
        type: 'array',
        members: [
          { type: 'structure', members: [...numbers(16, 3n).members, octets('AA'), numbers(8, 1n, 2n)] },
          { type: 'structure', members: [...numbers(16, 4n).members, octets(''), numbers(8, 3n, 4n)] },
        ],
      },
    ],
  ])('%s', (_name, text, expected) => {
    const bytes = hex(text);
    expect(decodeCosemData(bytes, 0)).toEqual({ ok: true, value: { data: expected, next: bytes.length } });
  });
});

describe('what cannot be read', () => {
  test.each([
    ['nothing', '', 'AXDR_TRUNCATED'],
    ['an integer cut short', '06 00 00 00', 'AXDR_TRUNCATED'],
    ['a string cut short', '09 05 01', 'AXDR_TRUNCATED'],
    ['a structure of more members than bytes', '02 84 FF FF FF FF 00', 'AXDR_TRUNCATED'],
    ['a length of five bytes', '09 85 00 00 00 00 01', 'AXDR_LENGTH'],
    ['an indefinite length', '09 80 00', 'AXDR_LENGTH'],
    ['a compact array cut short', '13 06 08 00 00 00 01', 'AXDR_TRUNCATED'],
    ['a compact array whose last element is cut short', '13 06 05 00 00 00 01 00', 'AXDR_TRUNCATED'],
    ['a compact array of nothing', '13 00 01 00', 'AXDR_COMPACT_ARRAY'],
    ['a compact array that is a bomb', '13 01 FFFF 01 FFFF 00 01 00', 'AXDR_COMPACT_ARRAY'],
    ['a compact array of a byte and many nothings', '13 02 02 11 01 FFFE 00 01 00', 'AXDR_COMPACT_ARRAY'],
    ['a compact array of an unknown type', '13 63 01 00', 'AXDR_TYPE'],
    ['a compact array that is too deep', `13 ${'02 01'.repeat(maximumDepth + 2)}`, 'AXDR_DEPTH'],
    ['an unknown type', '63', 'AXDR_TYPE'],
    ['a bad member', '02 02 00 63', 'AXDR_TYPE'],
    ['too deep', '02 01'.repeat(maximumDepth + 2), 'AXDR_DEPTH'],
  ])('%s', (_name, text, code) => {
    expect(decodeCosemData(hex(text), 0)).toMatchObject({ ok: false, code });
  });
});
