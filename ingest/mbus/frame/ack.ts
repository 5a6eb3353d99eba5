/** The single character E5: a slave's "understood", and to a request "no data" (EN 13757-2, 5.6.1). */
import { ACK, type FrameRejection, type LinkFrame, rejectFrame } from './link-frame.ts';

export function decodeAck(bytes: Uint8Array): LinkFrame | FrameRejection {
  if (bytes.length !== 1) return rejectFrame('FRAME_LENGTH', 1, bytes.length);
  return { kind: 'ack', controlField: 0, address: 0, controlInformation: 0, bytes, dataStart: 1, dataEnd: 1 };
}

export function encodeAck(): Uint8Array {
  return Uint8Array.of(ACK);
}
