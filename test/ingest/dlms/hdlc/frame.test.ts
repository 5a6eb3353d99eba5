import { describe, expect, test } from 'vitest';
import { crc16X25 } from '../../../../ingest/dlms/hdlc/crc16.ts';
import { decodeHdlcFrame } from '../../../../ingest/dlms/hdlc/frame.ts';
import { encodeHdlcFrame } from '../../../../ingest/simulator/e450-frames.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('the CRC has the check value of CRC-16/X-25', () => {
  expect(crc16X25(Buffer.from('123456789'))).toBe(0x906e);
});

describe('good frames', () => {
  test('a set-mode request without information has an FCS and no HCS', () => {
    expect(decodeHdlcFrame(hex('7E A0 07 03 21 93 0F 01 7E'))).toEqual({
      ok: true,
      value: { segmented: false, destination: 1, source: 16, control: 0x93, information: new Uint8Array(0) },
    });
  });

  test.each([
    ['one byte', [0x03], [0x21], 1, 16],
    ['two bytes and one, as the E450', [0xce, 0xff], [0x03], 0x67 * 128 + 0x7f, 1],
    ['four bytes', [0x02, 0x04, 0x06, 0x09], [0x03], (1 << 21) + (2 << 14) + (3 << 7) + 4, 1],
  ])('addresses of %s', (_name, destination, source, destinationValue, sourceValue) => {
    const frame = decodeHdlcFrame(encodeHdlcFrame([1, 2, 3], { destination, source }));
    expect(frame).toMatchObject({ ok: true, value: { destination: destinationValue, source: sourceValue } });
  });

  test('7E inside is data, and lengths above 255 use the high bits', () => {
    const information = Uint8Array.from({ length: 1500 }, (_, index) => (index % 3 === 0 ? 0x7e : index));
    const frame = decodeHdlcFrame(encodeHdlcFrame(information, { segmented: true }));
    expect(frame).toMatchObject({ ok: true, value: { segmented: true, information } });
  });
});

describe('broken frames are refused with a code', () => {
  const good = encodeHdlcFrame([0x10, 0x20, 0x30]);
  const changed = (at: number, value: number) => good.map((byte, index) => (index === at ? value : byte));
  test.each([
    ['nothing', new Uint8Array(0), 'FRAME_TRUNCATED'],
    ['no opening flag', changed(0, 0x7f), 'HDLC_FLAG'],
    ['no closing flag', changed(good.length - 1, 0x7f), 'HDLC_FLAG'],
    ['format type 9', changed(1, 0x90), 'HDLC_FORMAT'],
    ['a length of 3', changed(2, 3), 'HDLC_LENGTH'],
    ['one byte short', good.slice(0, -1), 'FRAME_TRUNCATED'],
    ['one byte more', Uint8Array.from([...good, 0x7e]), 'HDLC_LENGTH'],
    ['an address of three bytes', encodeHdlcFrame([1], { destination: [0x02, 0x02, 0x03] }), 'HDLC_ADDRESS'],
    ['an address without end', encodeHdlcFrame([1], { destination: [2, 2, 2, 2, 2] }), 'HDLC_ADDRESS'],
    ['a changed control field', changed(6, 0x10), 'HDLC_HCS'],
    ['a changed information byte', changed(10, 0x21), 'HDLC_FCS'],
  ])('%s', (_name, bytes, code) => {
    expect(decodeHdlcFrame(bytes)).toMatchObject({ ok: false, code });
  });

  test('the facts tell the expected and the actual check', () => {
    const frame = decodeHdlcFrame(changed(good.length - 2, good.at(-2)! ^ 0x80));
    expect(frame).toMatchObject({
      ok: false,
      code: 'HDLC_FCS',
      facts: { expected: crc16X25(good, 1, good.length - 3) },
    });
  });

  test('every single changed byte is noticed', () => {
    for (let at = 0; at < good.length; at++)
      for (let bit = 0; bit < 8; bit++) expect(decodeHdlcFrame(changed(at, good[at]! ^ (1 << bit))).ok).toBe(false);
  });
});
