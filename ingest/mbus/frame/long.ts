/**
 * The long frame: SND_UD and RSP_UD with their data (EN 13757-2, 5.6.3).
 *
 *   68 L L 68 C A CI data… CS 16        L = 3 + data; CS = sum of C … data modulo 256
 */
import {
  checksum,
  type FrameRejection,
  type LinkFrame,
  LONG_OVERHEAD,
  rejectFrame,
  START_LONG,
  STOP,
} from './link-frame.ts';

export const MINIMUM_LONG_FIELD = 3;
export const MAXIMUM_DATA_LENGTH = 252;

/** Decode exactly one long (or control) frame that fills `bytes`; its data stay in `bytes`. */
export function decodeLong(bytes: Uint8Array): LinkFrame | FrameRejection {
  const length = bytes.length;
  if (length < 4) return rejectFrame('FRAME_LENGTH', MINIMUM_LONG_FIELD + LONG_OVERHEAD, length);
  const field = bytes[1]!;
  if (bytes[2] !== field) return rejectFrame('FRAME_LENGTH', field, bytes[2]!);
  if (bytes[3] !== START_LONG) return rejectFrame('FRAME_START', START_LONG, bytes[3]!);
  if (field < MINIMUM_LONG_FIELD) return rejectFrame('FRAME_LENGTH', MINIMUM_LONG_FIELD, field);
  if (length !== field + LONG_OVERHEAD) return rejectFrame('FRAME_LENGTH', field + LONG_OVERHEAD, length);
  const dataEnd = length - 2;
  if (bytes[length - 1] !== STOP) return rejectFrame('FRAME_STOP', STOP, bytes[length - 1]!);
  const sum = checksum(bytes, 4, dataEnd);
  if (bytes[dataEnd] !== sum) return rejectFrame('FRAME_CHECKSUM', sum, bytes[dataEnd]!);
  return {
    kind: field === MINIMUM_LONG_FIELD ? 'control' : 'long',
    controlField: bytes[4]!,
    address: bytes[5]!,
    controlInformation: bytes[6]!,
    bytes,
    dataStart: 7,
    dataEnd,
  };
}

/** A long frame around `data`; more than 252 bytes do not fit one frame: a RangeError. */
export function encodeLong(
  controlField: number,
  address: number,
  controlInformation: number,
  data: Uint8Array,
): Uint8Array {
  if (data.length > MAXIMUM_DATA_LENGTH) throw new RangeError(`${data.length} data bytes in a frame of at most 252`);
  const field = data.length + MINIMUM_LONG_FIELD;
  const bytes = new Uint8Array(field + LONG_OVERHEAD);
  bytes.set([START_LONG, field, field, START_LONG, controlField, address, controlInformation]);
  bytes.set(data, 7);
  bytes[field + 4] = checksum(bytes, 4, field + 4);
  bytes[field + 5] = STOP;
  return bytes;
}
