/**
 * The control frame: a long frame without data, such as an application reset or a change of the baud rate.
 *
 *   68 03 03 68 C A CI CS 16
 */
import type { FrameRejection, LinkFrame } from './link-frame.ts';
import { decodeLong, encodeLong } from './long.ts';

/** The long decoder already calls a frame of L = 3 `control`; anything longer is not one. */
export function decodeControl(bytes: Uint8Array): LinkFrame | FrameRejection {
  const frame = decodeLong(bytes);
  if (frame.kind !== 'long') return frame;
  return { kind: 'rejected', code: 'FRAME_LENGTH', expected: 3, actual: bytes[1]! };
}

export function encodeControl(controlField: number, address: number, controlInformation: number): Uint8Array {
  return encodeLong(controlField, address, controlInformation, NO_DATA);
}

const NO_DATA = new Uint8Array(0);
