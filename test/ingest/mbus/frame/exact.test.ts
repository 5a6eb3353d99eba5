import { describe, expect, test } from 'vitest';
import { decodeAck, encodeAck } from '../../../../ingest/mbus/frame/ack.ts';
import { decodeControl, encodeControl } from '../../../../ingest/mbus/frame/control.ts';
import { controlName } from '../../../../ingest/mbus/frame/control-field.ts';
import { decodeExactFrame } from '../../../../ingest/mbus/frame/exact.ts';
import { encodeLong } from '../../../../ingest/mbus/frame/long.ts';
import { encodeShort } from '../../../../ingest/mbus/frame/short.ts';
import { fromHexLine, toHex } from '../../../../ingest/mbus/hex.ts';

const bytes = (hex: string): Uint8Array => fromHexLine(hex)!;

describe('every kind is decoded from what it encodes to', () => {
  test.each([
    ['ack', encodeAck(), 'E5'],
    ['short', encodeShort(0x7b, 5), '107B058016'],
    ['control', encodeControl(0x53, 5, 0x50), '68030368530550A816'],
    ['long', encodeLong(0x53, 0xfe, 0x51, bytes('017A08')), '6806066853FE51017A082516'],
  ])('%s', (kind, frame, hex) => {
    expect(toHex(frame)).toBe(hex);
    expect(decodeExactFrame(frame)).toMatchObject({ kind });
  });

  test('the longest frame has 261 bytes, one byte more does not fit', () => {
    const frame = encodeLong(8, 1, 0x72, new Uint8Array(252));
    expect(frame).toHaveLength(261);
    expect(decodeExactFrame(frame)).toMatchObject({ kind: 'long', dataStart: 7, dataEnd: 259 });
    expect(() => encodeLong(8, 1, 0x72, new Uint8Array(253))).toThrow(RangeError);
  });
});

describe('what is no frame is refused with its facts', () => {
  test.each([
    ['', 'FRAME_EMPTY', -1, -1],
    ['16', 'FRAME_START', 0x68, 0x16],
    ['E5E5', 'FRAME_LENGTH', 1, 2],
    ['105B015C', 'FRAME_LENGTH', 5, 4],
    ['105B015C17', 'FRAME_STOP', 0x16, 0x17],
    ['105B015D16', 'FRAME_CHECKSUM', 0x5c, 0x5d],
    ['68', 'FRAME_LENGTH', 9, 1],
    ['680000680816', 'FRAME_LENGTH', 3, 0],
    ['680404680801700881', 'FRAME_LENGTH', 10, 9],
    ['68040468080170088116E5', 'FRAME_LENGTH', 10, 11],
    ['68040567080170088116', 'FRAME_LENGTH', 4, 5],
    ['68040467080170088116', 'FRAME_START', 0x68, 0x67],
    ['68040468080170088117', 'FRAME_STOP', 0x16, 0x17],
    ['68040468080170088216', 'FRAME_CHECKSUM', 0x81, 0x82],
  ])('%s is %s', (hex, code, expected, actual) => {
    expect(decodeExactFrame(bytes(hex))).toEqual({ kind: 'rejected', code, expected, actual });
  });

  test('a long frame is no control frame, two bytes are no ack', () => {
    expect(decodeControl(encodeLong(8, 1, 0x70, bytes('08')))).toMatchObject({ code: 'FRAME_LENGTH' });
    expect(decodeControl(encodeControl(8, 1, 0x70))).toMatchObject({ kind: 'control', controlInformation: 0x70 });
    expect(decodeAck(bytes('E516'))).toMatchObject({ code: 'FRAME_LENGTH' });
  });
});

test.each([
  [0x40, 'SND_NKE'],
  [0x53, 'SND_UD'],
  [0x73, 'SND_UD'],
  [0x5b, 'REQ_UD2'],
  [0x7a, 'REQ_UD1'],
  [0x08, 'RSP_UD'],
  [0x38, 'RSP_UD'],
  [0x44, '44'],
])('control field %i is %s', (field, name) => {
  expect(controlName(field)).toBe(name);
});
