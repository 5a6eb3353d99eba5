/**
 * The short frame: SND_NKE, REQ_UD1, REQ_UD2 (EN 13757-2, 5.6.2).
 *
 *   10 C A CS 16        CS = C + A modulo 256
 */
import { type FrameRejection, type LinkFrame, rejectFrame, SHORT_LENGTH, START_SHORT, STOP } from './link-frame.ts';

export function decodeShort(bytes: Uint8Array): LinkFrame | FrameRejection {
  if (bytes.length !== SHORT_LENGTH) return rejectFrame('FRAME_LENGTH', SHORT_LENGTH, bytes.length);
  const controlField = bytes[1]!;
  const address = bytes[2]!;
  if (bytes[4] !== STOP) return rejectFrame('FRAME_STOP', STOP, bytes[4]!);
  const sum = (controlField + address) & 0xff;
  if (bytes[3] !== sum) return rejectFrame('FRAME_CHECKSUM', sum, bytes[3]!);
  return { kind: 'short', controlField, address, controlInformation: 0, bytes, dataStart: 3, dataEnd: 3 };
}

export function encodeShort(controlField: number, address: number): Uint8Array {
  return Uint8Array.of(START_SHORT, controlField, address, (controlField + address) & 0xff, STOP);
}
