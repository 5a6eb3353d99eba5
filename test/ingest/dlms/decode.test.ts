import { describe, expect, test } from 'vitest';
import { decodeDlmsHex } from '../../../ingest/dlms/decode.ts';
import { encipher, encodeE450Apdu, encodeE450Frames, encodeNotification } from '../../../ingest/simulator/e450.ts';
import { encodeHdlcFrame, encodeHdlcSegments, encodeTransferBlocks } from '../../../ingest/simulator/e450-frames.ts';
import {
  authKeyHex,
  cipher,
  clock,
  decodeBytes,
  expectedValues,
  key,
  keyHex,
  listPush,
  pushWith,
  systemTitle,
} from './pushes.ts';

const join = (...parts: (Uint8Array | number[])[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const good = {
  frame: 'dlms-push',
  systemTitle: 'LGZ1122334455',
  invocation: 4711,
  clock: { local: '2026-03-01T12:00:05' },
  values: expectedValues,
  authenticated: true,
};
const frames = encodeE450Frames(listPush);

describe('every shape in every frame', () => {
  const shapes = ['list', 'flat'] as const;
  const framings = ['hdlc', 'mbus', 'none'] as const;
  test.each(shapes.flatMap((shape) => framings.map((framing) => ({ shape, framing }))))(
    '$shape in $framing, ciphered',
    (change) => {
      expect(decodeBytes(pushWith(change))).toEqual([good]);
    },
  );
  test('without tag', () => {
    expect(decodeBytes(pushWith({ cipher: { systemTitle, key } }))).toEqual([{ ...good, authenticated: false }]);
  });
  test('without authentication key', () => {
    expect(decodeBytes(pushWith({}), { authKey: undefined })).toEqual([{ ...good, authenticated: false }]);
  });
  test('plain', () => {
    const { cipher: _, ...plain } = listPush;
    const frames = encodeE450Frames(plain);
    const { systemTitle: _title, ...expected } = { ...good, authenticated: false };
    expect(decodeBytes(join(...frames), { key: undefined, authKey: undefined })).toEqual([expected]);
  });
  test('bare values have positions, or the names of a layout', () => {
    const bytes = pushWith({ shape: 'bare' });
    expect(decodeBytes(bytes)[0]).toMatchObject({
      values: expect.arrayContaining([{ position: 4, value: 25149419, unit: '' }]),
    });
    expect(decodeBytes(bytes, { layout: expectedValues.map(({ obis }) => obis) })).toEqual([good]);
  });
  test('HDLC segments instead of blocks', () => {
    expect(decodeBytes(join(...encodeHdlcSegments(encodeE450Apdu(listPush), 50)))).toEqual([good]);
  });
  test('transfer blocks without frames, and a message with its LLC header', () => {
    const apdu = encodeE450Apdu(listPush);
    expect(decodeBytes(join(...encodeTransferBlocks(apdu, 60)))).toEqual([good]);
    expect(decodeBytes(join([0xe6, 0xe7, 0x00], apdu))).toEqual([good]);
  });
  test('two pushes in one capture', () => {
    expect(decodeBytes(join(pushWith({}), pushWith({ invocation: 4712 })))).toEqual([
      good,
      { ...good, invocation: 4712 },
    ]);
  });
  test('a clock that is not set does not cost the values', () => {
    const plain = Uint8Array.from([
      0x0f,
      0,
      0,
      0,
      1,
      0x0c,
      ...new Array(12).fill(0xff),
      0x02,
      0x02,
      9,
      6,
      1,
      0,
      1,
      8,
      0,
      255,
      6,
      0,
      0,
      0,
      5,
    ]);
    expect(decodeBytes(plain)).toEqual([
      {
        frame: 'dlms-push',
        invocation: 1,
        clock: { error: 'DATE_NOT_SET', raw: 'FFFFFFFFFFFFFFFFFFFFFFFF' },
        values: [{ obis: '1-0:1.8.0', value: 5, unit: 'Wh' }],
        authenticated: false,
      },
    ]);
  });
  test('a date-time written as an octet-string with its type, and none at all', () => {
    const body = [0x02, 0x02, 9, 6, 1, 0, 1, 8, 0, 255, 6, 0, 0, 0, 5];
    const date = [0x07, 0xea, 3, 1, 7, 12, 0, 5, 0xff, 0x80, 0, 0];
    expect(decodeBytes(join([0x0f, 0x40, 0, 0, 0, 0x09, 0x0c], date, body))[0]).toMatchObject({ invocation: 0, clock });
    expect(decodeBytes(join([0x0f, 0x40, 0, 0, 2, 0], body))[0]).not.toHaveProperty('clock');
  });
  test('a clock among the values counts when the message has none', () => {
    const plain = pushWith({ shape: 'flat', framing: 'none', cipher });
    const [push] = decodeBytes(plain) as [{ clock: unknown }];
    expect(push.clock).toEqual({ local: '2026-03-01T12:00:05' });
  });
});

describe('noise and repetitions stand as notes in the push', () => {
  test('junk before and behind', () => {
    expect(decodeBytes(join([1, 2], pushWith({}), [3]))).toEqual([
      {
        ...good,
        notes: [
          { code: 'NOISE', discardedBytes: 2 },
          { code: 'NOISE', discardedBytes: 1 },
        ],
      },
    ]);
  });
  test('junk that begins like a message', () => {
    expect(decodeBytes(join([0xdb, 0x0f], pushWith({})))).toEqual([
      { ...good, notes: [{ code: 'NOISE', discardedBytes: 2 }] },
    ]);
  });
  test('a block that came twice', () => {
    const [first, second, ...rest] = frames;
    expect(decodeBytes(join(first!, second!, second!, ...rest))).toEqual([
      { ...good, notes: [{ code: 'BLOCK_REPEATED', block: 2 }] },
    ]);
  });
  test('blocks out of order, which the tag proves to belong together', () => {
    const [first, second, ...rest] = encodeE450Frames({ ...listPush, blockBytes: 60 });
    expect(decodeBytes(join(first!, ...rest, second!))).toEqual([good]);
  });
});

describe('broken captures', () => {
  test.each([
    ['not hexadecimal', 'hello', 'HEX_INVALID'],
    ['half a byte', '7EA', 'HEX_INVALID'],
    ['noise', '0102030405', 'FRAME_UNKNOWN'],
    ['another message', 'C401C100', 'FRAME_UNKNOWN'],
    ['a message cut short', 'DB084C475A11223344', 'APDU_TRUNCATED'],
    ['a notification cut short', '0F0000', 'APDU_TRUNCATED'],
    ['a date of five bytes', '0F0000000105', 'DATE_INVALID'],
    [
      'bytes behind a plain message',
      '0F00000001000202090601000108 00FF 06 00000005 00'.replaceAll(' ', ''),
      'APDU_TRAILING',
    ],
  ])('%s', (_name, hex, code) => {
    expect(decodeDlmsHex(hex)).toMatchObject([{ error: code }]);
  });
  test('nothing gives nothing', () => {
    expect(decodeDlmsHex('  ')).toEqual([]);
  });
  test('a wrong FCS', () => {
    const bytes = join(...frames);
    const broken = bytes.with(40, bytes[40]! ^ 1);
    const [first, second, ...rest] = decodeBytes(broken);
    expect(first).toMatchObject({ error: 'HDLC_FCS', expected: expect.any(Number), actual: expect.any(Number) });
    expect(second).toMatchObject({ error: 'BLOCK_LOST', missing: [1] });
    expect(rest).toEqual([]);
  });
  test('the middle block missing', () => {
    expect(decodeBytes(join(frames[0]!, ...frames.slice(2)))).toEqual([
      { error: 'BLOCK_LOST', missing: [2], received: frames.length - 1 },
    ]);
  });
  test('blocks out of order that no tag proves', () => {
    const [first, second, ...rest] = encodeE450Frames({ ...listPush, cipher: { systemTitle, key }, blockBytes: 60 });
    expect(decodeBytes(join(first!, ...rest, second!))).toEqual([{ error: 'BLOCK_OUT_OF_ORDER', invocation: 4711 }]);
  });
  test('the same push twice', () => {
    expect(decodeBytes(join(pushWith({}), pushWith({})))).toEqual([
      good,
      { error: 'INVOCATION_REPLAYED', systemTitle: 'LGZ1122334455', invocation: 4711, last: 4711 },
    ]);
  });
  test.each([
    ['no key', {}, 'CIPHER_KEY_MISSING'],
    ['the wrong key, with tag', { key: authKeyHex, authKey: authKeyHex }, 'CIPHER_TAG'],
    ['the wrong key, without tag', { key: authKeyHex }, 'CIPHER_PLAIN'],
    ['a key of 15 bytes', { key: keyHex.slice(2) }, 'CIPHER_KEY_INVALID'],
    ['an authentication key that is none', { key: keyHex, authKey: 'xyz' }, 'CIPHER_KEY_INVALID'],
  ])('%s', (_name, keys, code) => {
    expect(decodeBytes(pushWith({}), { key: undefined, authKey: undefined, ...keys })).toMatchObject([{ error: code }]);
  });
  test.each([
    ['a body that is no structure', [6, 0, 0, 0, 5]],
    ['bytes behind the body', [2, 1, 6, 0, 0, 0, 5, 0]],
  ])('plain bytes that no tag vouches for: %s', (_name, body) => {
    const plain = encodeNotification(1, clock, body);
    expect(decodeBytes(encipher(plain, { systemTitle, key }, 1))).toMatchObject([{ error: 'CIPHER_PLAIN' }]);
    expect(decodeBytes(encipher(plain, cipher, 1))).toMatchObject([{ frame: 'dlms-push', values: [{ value: 5 }] }]);
  });
  test('an M-Bus checksum, and the lost segment', () => {
    const bytes = pushWith({ framing: 'mbus', blockBytes: 60 });
    const codes = decodeBytes(bytes.with(20, bytes[20]! ^ 4)).map((object) =>
      'error' in object ? object.error : 'push',
    );
    expect(codes).toContain('FRAME_CHECKSUM');
    expect(codes).toContain('SEGMENT_LOST');
    expect(codes).not.toContain('push');
  });
  test('a frame of another service', () => {
    expect(decodeBytes(encodeHdlcFrame([0xe6, 0xe7, 0, 0xc4, 1, 0xc1, 0]))).toEqual([
      { error: 'APDU_UNSUPPORTED', tag: 0xc4 },
    ]);
  });
});
