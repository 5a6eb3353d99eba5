/** What a broker's own libraries (snappy-java, lz4-java, zstd-jni, java.util.zip) made of one batch of six records; and blocks written by hand. */
import { describe, expect, test } from 'vitest';
import { decompressLz4 } from '../../../journal/kafka/lz4.ts';
import { decodeBatches } from '../../../journal/kafka/record-batch.ts';
import { decompressSnappy } from '../../../journal/kafka/snappy.ts';

const batches = {
  gzip:
    'AAAAAAAAAAAAAAEHAAAAAAJqMZyCAAEAAAAFAAABog18lR4AAAGiDXyVHv//////////AAAAAAAAAAAABh+LCAAAAAAAAP9bwMjAwMDiZNDHWK1UpmRlqKOUVJqZk5KZ' +
    'l65kpeRkqKSjlJtakloE5Pj4OxsYAPmpealF6ZWeuQX5RSXhGUAtBgYGOkolqRUlQEVKtQzngCYysTgZ7iHKREPsJhrCTUxMSq7AAoAW/QFaxAJ0+iuiLDLCbpER' +
    'skU47MJh/yomBgY2oEdnMBFjvzF2+43R7CfBCTicdQPoLA5gsBwjylkm2J1lguksCl2Gw7VtzAwMXMBA/EKUa02xu9YUq2tp4GAcngAAWt4uv0UDAAA=',
  snappy:
    'AAAAAAAAAAAAAAFJAAAAAAIcJpHqAAIAAAAFAAABog18ltEAAAGiDXyW0f//////////AAAAAAAAAAAABoJTTkFQUFkAAAAAAQAAAAEAAAEExQbwW6ABAAAABEIwjgF7' +
    'InYiOjEsImJ1aWxkaW5nIjoiQjEiLCJtZXRlciI6IkxPQzAwIiwiZW5lcmd5SW1wb3J0V2giOjEwMDAsInRleHQiOiIifQDOAQAAAgRCMbwBjlIAAWIAZUZSAAQx' +
    'LBFSDGFiY3hKAQAsIn0A/AEAAAQEQjDqkrsAADJWuwAAMi5pAFpsAE4BADAifQCqAgAABgRCMZgCjukAADNWgAAAMzqAAKqDAE4BACwifQDYAgAACARCMMaSlwAA' +
    'NFaXAAA0RpcA+poATgEALCJ9AIYDAAAKBEIx9JKuAAA1Vq4ABDUsXS4EYWIZA051AP4BAD4BAAgifQA=',
  lz4:
    'AAAAAAAAAAAAAAE+AAAAAALthm8lAAMAAAAFAAABog18l54AAAGiDXyXnv//////////AAAAAAAAAAAABgQiTRhgQIL+AAAA/0ygAQAAAARCMI4BeyJ2IjoxLCJidWls' +
    'ZGluZyI6IkIxIiwibWV0ZXIiOiJMT0MwMCIsImVuZXJneUltcG9ydFdoIjoxMDAwLCJ0ZXh0IjoiIn0AzgEAAAIEQjG8UgASAGIAD1IAABUxUgBPYWJjeAEAAM8i' +
    'fQD8AQAABARCMOq7ABIfMrsAAxgyaQAPbAAEDwIAAd8ifQCqAgAABgRCMZgC6QARHzOAAAMbM4AAD4MAGA8CAAHPIn0A2AIAAAgEQjDGlwASHzSXAAMeNJcAD5oA' +
    'LA8CAAHPIn0AhgMAAAoEQjH0rgASHzWuAAMfNa4AAg+xAEAOAgBQeHgifQAAAAAA',
  zstd:
    'AAAAAAAAAAAAAAENAAAAAALLZfbPAAQAAAAFAAABog18mGEAAAGiDXyYYf//////////AAAAAAAAAAAABii1L/0AWIQGANKJJC2QN+lzY1/vq/d+vVfvrfN9mhTtJAgR' +
    'LJLoNkONqseJCvskhBBCM2NpzfJue6eedxyJha1hKxA83zQOChvDZhCeZximsLAtbMbg+WWJUNiavSY8X1GeyW7Dwsbs9eD5v8sqyjtV3XcAiaQEBqSHAUTFKd5d' +
    '1RGB/J2KMkp3X/h3aIoqARHBc7fvBT9YCQqb7bUQGAA5DUAzE4DvQGFi5qGcXnaMZMBjoAga82ROAwZjAugOFPbAkJ/T8YYaAHegMGx4KC4lKBgosqmeYAYBAAA=',
} as const;

test.each(Object.entries(batches))('a batch by %s', async (_, base64) => {
  const { messages, nextOffset } = await decodeBatches(Buffer.from(base64, 'base64'));
  expect(nextOffset).toBe(6);
  expect(messages.map(({ offset, key, value }) => [offset, key, JSON.parse(value!)])).toEqual(
    Array.from({ length: 6 }, (_, n) => [
      n,
      `B${n % 2}`,
      {
        v: 1,
        building: 'B1',
        meter: `LOC0${n}`,
        energyImportWh: 1000 + n,
        text: 'abc'.repeat(n) + 'x'.repeat(20 * n),
      },
    ]),
  );
});

const of = (text: string): number[] => [...Buffer.from(text)];

describe('Snappy', () => {
  const table: readonly [name: string, bytes: number[], plain: string][] = [
    ['a literal', [3, 2 << 2, ...of('abc')], 'abc'],
    ['nothing', [0], ''],
    ['a copy with one byte of distance, into itself', [9, 1 << 2, ...of('ab'), (3 << 2) | 1, 2], 'ababababa'],
    ['a copy with two bytes of distance', [6, 2 << 2, ...of('abc'), (2 << 2) | 2, 3, 0], 'abcabc'],
    ['a copy with four bytes of distance', [4, 2 << 2, ...of('abc'), 3, 3, 0, 0, 0], 'abca'],
    ['a literal with its length in a byte', [70, 60 << 2, 69, ...of('y'.repeat(70))], 'y'.repeat(70)],
  ];
  test.each(table)('%s', (_, bytes, plain) => {
    expect(decompressSnappy(Buffer.from(bytes)).toString()).toBe(plain);
  });

  const wrong: readonly [name: string, bytes: number[]][] = [
    ['empty', []],
    ['a length that goes on for ever', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a length that lies', [0xff, 0xff, 0xff, 0x7f, 0, 65]],
    ['shorter than its length', [4, 2 << 2, ...of('abc')]],
    ['longer than its length', [2, 2 << 2, ...of('abc')]],
    ['a copy from before the beginning', [6, 2 << 2, ...of('abc'), (2 << 2) | 2, 4, 0]],
    ['a copy from nowhere', [6, 2 << 2, ...of('abc'), (2 << 2) | 2, 0, 0]],
    ['a literal cut off', [9, 8 << 2, ...of('abc')]],
    ['a distance cut off', [6, 2 << 2, ...of('abc'), (2 << 2) | 2, 3]],
    ['a framed block cut off', [0x82, ...of('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 3]],
  ];
  test.each(wrong)('%s', (_, bytes) => {
    expect(() => decompressSnappy(Buffer.from(bytes))).toThrow(RangeError);
  });
});

describe('LZ4', () => {
  const frame = (blocks: number[], flags = 0x60): Buffer =>
    Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x40, 0, ...blocks]);
  const block = (bytes: number[], checksum: number[] = []): number[] => [
    bytes.length & 255,
    bytes.length >> 8,
    0,
    0,
    ...bytes,
    ...checksum,
  ];
  const stored = (text: string): number[] => [text.length, 0, 0, 0x80, ...of(text)];
  const end = [0, 0, 0, 0];

  const table: readonly [name: string, frame: Buffer, plain: string][] = [
    ['nothing', frame(end), ''],
    ['literals', frame([...block([0x30, ...of('abc')]), ...end]), 'abc'],
    ['a block as it is', frame([...stored('abc'), ...end]), 'abc'],
    ['a match into itself', frame([...block([0x24, ...of('ab'), 2, 0, 0x10, ...of('c')]), ...end]), 'ababababab' + 'c'],
    [
      'a match of 4 + 15 + 255 + 1, then nothing',
      frame([...block([0x1f, ...of('a'), 1, 0, 255, 1, 0]), ...end]),
      'a'.repeat(276),
    ],
    ['literals of 15 + 3', frame([...block([0xf0, 3, ...of('z'.repeat(18))]), ...end]), 'z'.repeat(18)],
    [
      'a block that refers to the one before',
      frame([...stored('hello'), ...block([0x01, 5, 0, 0]), ...end], 0x40),
      'hellohello',
    ],
    [
      'checksums of blocks and content, and the size',
      Buffer.from([
        ...[0x04, 0x22, 0x4d, 0x18, 0x7c, 0x40, 3, 0, 0, 0, 0, 0, 0, 0, 0],
        ...block([0x30, ...of('abc')], [1, 2, 3, 4]),
        ...end,
        ...[5, 6, 7, 8],
      ]),
      'abc',
    ],
  ];
  test.each(table)('%s', (_, bytes, plain) => {
    expect(decompressLz4(bytes).toString()).toBe(plain);
  });

  const wrong: readonly [name: string, frame: Buffer][] = [
    ['empty', Buffer.alloc(0)],
    ['no frame', Buffer.from('not a frame at all')],
    ['another version', frame(end, 0x20)],
    ['without end', frame(block([0x30, ...of('abc')]))],
    ['a block cut off', frame([9, 0, 0, 0, 0x30])],
    ['literals cut off', frame([...block([0x50, ...of('abc')]), ...end])],
    ['a distance cut off', frame([...block([0x30, ...of('abc'), 1]), ...end])],
    ['a match from before the beginning', frame([...block([0x10, ...of('a'), 2, 0, 0]), ...end])],
    ['a match from nowhere', frame([...block([0x10, ...of('a'), 0, 0, 0]), ...end])],
    [
      'a match beyond what a block may hold',
      frame([...block([0x1f, ...of('a'), 1, 0, ...Array(300).fill(255), 0]), ...end]),
    ],
  ];
  test.each(wrong)('%s', (_, bytes) => {
    expect(() => decompressLz4(bytes)).toThrow(RangeError);
  });
});
