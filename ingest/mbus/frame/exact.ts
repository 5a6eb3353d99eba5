/** The exact decoder: bytes that are one frame, no more and no less. For a stream of bytes see stream.ts. */
import { decodeAck } from './ack.ts';
import { ACK, type FrameRejection, type LinkFrame, rejectFrame, START_LONG, START_SHORT } from './link-frame.ts';
import { decodeLong } from './long.ts';
import { decodeShort } from './short.ts';

export function decodeExactFrame(bytes: Uint8Array): LinkFrame | FrameRejection {
  switch (bytes[0]) {
    case START_LONG:
      return decodeLong(bytes);
    case START_SHORT:
      return decodeShort(bytes);
    case ACK:
      return decodeAck(bytes);
    case undefined:
      return rejectFrame('FRAME_EMPTY', -1, -1);
    default:
      return rejectFrame('FRAME_START', START_LONG, bytes[0]!);
  }
}
