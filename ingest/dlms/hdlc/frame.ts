/**
 * One HDLC frame of DLMS (IEC 62056-46, frame format type 3), exactly.
 *
 *   7E | format 2 | destination 1/2/4 | source 1/2/4 | control | HCS 2 | information | FCS 2 | 7E
 *        1010 S LLLLLLLLLLL             an address ends at the byte whose low bit is 1
 *
 * L counts the bytes between the flags. There is no byte stuffing: 7E may stand inside, so the length alone ends a frame.
 * Without information there is no HCS. S set: the message goes on in the next frame.
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import type { DlmsCode } from '../codes.ts';
import { crc16X25 } from './crc16.ts';

export interface HdlcFrame {
  /** More segments of the same message follow. */
  readonly segmented: boolean;
  /** The address bytes as a number, the end bits removed, 7 bits a byte. */
  readonly destination: number;
  readonly source: number;
  readonly control: number;
  /** The information field, with the LLC header where the frame has one. */
  readonly information: Uint8Array;
}

export interface HdlcHeader {
  readonly segmented: boolean;
  /** L of the format field: bytes between the flags. */
  readonly length: number;
  readonly destination: number;
  readonly source: number;
  readonly control: number;
  /** Offset of the byte after the control field, from the opening flag. */
  readonly end: number;
}

export const hdlcFlag = 0x7e;
/** 11 bits of length, and the two flags. */
export const hdlcMaximumFrameLength = 2047 + 2;
const minimumLength = 7;

/** Reads exactly one frame, both flags included. */
export function decodeHdlcFrame(bytes: Uint8Array): Outcome<HdlcFrame, DlmsCode> {
  if (bytes.length < 3) return rejected('FRAME_TRUNCATED', { bytes: bytes.length });
  if (bytes[0] !== hdlcFlag) return rejected('HDLC_FLAG', { at: 0, actual: bytes[0] });
  const header = decodeHdlcHeader(bytes, 0, bytes.length);
  if (header === undefined) return rejected('FRAME_TRUNCATED', { bytes: bytes.length });
  if (!header.ok) return header;
  const { length, end } = header.value;
  if (bytes.length < length + 2) return rejected('FRAME_TRUNCATED', { expected: length + 2, actual: bytes.length });
  if (bytes.length > length + 2) return rejected('HDLC_LENGTH', { expected: length + 2, actual: bytes.length });
  return finishHdlcFrame(bytes, 0, header.value, end);
}

/**
 * Reads and checks the header at `start` as far as `limit` lets it; undefined: more bytes are needed to tell.
 * The HCS is checked as soon as it is there, so that a false flag does not hold up what follows.
 */
export function decodeHdlcHeader(
  bytes: Uint8Array,
  start: number,
  limit: number,
): Outcome<HdlcHeader, DlmsCode> | undefined {
  if (limit < start + 2) return undefined;
  const high = bytes[start + 1]!;
  if (high >>> 4 !== 0xa) return rejected('HDLC_FORMAT', { actual: high });
  if (limit < start + 3) return undefined;
  const length = ((high & 7) << 8) | bytes[start + 2]!;
  if (length < minimumLength) return rejected('HDLC_LENGTH', { actual: length });
  const destination = decodeAddress(bytes, start + 3, limit);
  if (destination === undefined) return undefined;
  if (destination === 'invalid') return rejected('HDLC_ADDRESS', { field: 'destination' });
  const source = decodeAddress(bytes, start + 3 + destination.length, limit);
  if (source === undefined) return undefined;
  if (source === 'invalid') return rejected('HDLC_ADDRESS', { field: 'source' });
  const controlAt = start + 3 + destination.length + source.length;
  if (limit <= controlAt) return undefined;
  const end = controlAt + 1;
  const afterControl = length + 1 - (end - start);
  // What follows the control field: the FCS alone, or HCS, at least one byte and the FCS.
  if (afterControl !== 2 && afterControl < 5) return rejected('HDLC_LENGTH', { actual: length });
  if (afterControl > 2) {
    if (limit < end + 2) return undefined;
    const expected = crc16X25(bytes, start + 1, end);
    const actual = bytes[end]! | (bytes[end + 1]! << 8);
    if (expected !== actual) return rejected('HDLC_HCS', { expected, actual });
  }
  return ok({
    segmented: (high & 8) !== 0,
    length,
    destination: destination.value,
    source: source.value,
    control: bytes[controlAt]!,
    end: end - start,
  });
}

/** Checks the closing flag and the FCS of a frame whose bytes are all there, and cuts out its information. */
export function finishHdlcFrame(
  bytes: Uint8Array,
  start: number,
  header: HdlcHeader,
  headerEnd: number,
): Outcome<HdlcFrame, DlmsCode> {
  const checkAt = start + header.length - 1;
  const closing = bytes[start + header.length + 1];
  if (closing !== hdlcFlag) return rejected('HDLC_FLAG', { at: header.length + 1, actual: closing });
  const expected = crc16X25(bytes, start + 1, checkAt);
  const actual = bytes[checkAt]! | (bytes[checkAt + 1]! << 8);
  if (expected !== actual) return rejected('HDLC_FCS', { expected, actual });
  const hasInformation = checkAt > start + headerEnd;
  return ok({
    segmented: header.segmented,
    destination: header.destination,
    source: header.source,
    control: header.control,
    information: hasInformation ? bytes.slice(start + headerEnd + 2, checkAt) : new Uint8Array(0),
  });
}

function decodeAddress(bytes: Uint8Array, start: number, limit: number) {
  let value = 0;
  for (let length = 1; length <= 4; length++) {
    if (start + length > limit) return undefined;
    const byte = bytes[start + length - 1]!;
    value = value * 128 + (byte >>> 1);
    if (byte & 1) return length === 3 ? 'invalid' : { value, length };
  }
  return 'invalid';
}
