/**
 * The stream decoder: bytes as they arrive, in chunks of any size, to frames and recoveries. The outcome depends on the
 * bytes alone, never on how they were cut.
 *
 * A candidate frame that fails loses its first byte only; the search goes on at the next one, so that garbage which
 * looks like the start of a long frame does not take a good frame with it. An E5 found inside a long frame whose ends
 * are right and whose checksum is not is data, not an acknowledgement. When the line falls silent the caller says
 * `flush`: what waits for more bytes is searched too. At most one long frame (261 bytes) is ever kept.
 *
 *   … garbage | 68 L L 68 … CS 16 | E5 | garbage 68 F7 F7 68 10 5B 01 5C 16 (silence)
 *     recovery  frame               ack  recovery             frame, at the flush
 */
import {
  ACK,
  checksum,
  type FrameRejection,
  type LinkFrame,
  LONG_OVERHEAD,
  MAXIMUM_FRAME_LENGTH,
  rejectFrame,
  SHORT_LENGTH,
  START_LONG,
  START_SHORT,
  STOP,
} from './link-frame.ts';
import { MINIMUM_LONG_FIELD } from './long.ts';

/** A run of bytes thrown away, with the first reason; `discarded` is their number. */
export interface Recovery {
  readonly kind: 'recovery';
  readonly reason: FrameRejection;
  readonly discarded: number;
}
/** A frame of its own copy of bytes; `afterRecovery` when bytes were discarded just before it: an ack is then worth little. */
export interface StreamFrame {
  readonly kind: 'frame';
  readonly frame: LinkFrame;
  readonly afterRecovery: boolean;
}
export type StreamEvent = StreamFrame | Recovery;

export class StreamDecoder {
  readonly #buffer = new Uint8Array(MAXIMUM_FRAME_LENGTH);
  #length = 0;
  /** Bytes thrown away since the last frame, and why the first of them was. */
  #discarded = 0;
  #reason: FrameRejection | null = null;
  /** Leading bytes of the buffer that lie inside a long frame with sound ends and a wrong checksum. */
  #insideBroken = 0;

  /** Frames and recoveries that these bytes complete. */
  push(chunk: Uint8Array): StreamEvent[] {
    const events: StreamEvent[] = [];
    let taken = 0;
    while (taken < chunk.length) {
      const room = Math.min(this.#buffer.length - this.#length, chunk.length - taken);
      this.#buffer.set(chunk.subarray(taken, taken + room), this.#length);
      this.#length += room;
      taken += room;
      this.#search(events, false);
    }
    return events;
  }

  /** The line is silent: nothing more will complete a started frame. Searches what is left and empties the buffer. */
  flush(): StreamEvent[] {
    const events: StreamEvent[] = [];
    this.#search(events, true);
    this.#endRun(events);
    this.#insideBroken = 0;
    return events;
  }

  /** Why bytes are being thrown away right now, null when all is well: a master need not wait for the silence. */
  get failure(): FrameRejection | null {
    return this.#reason;
  }

  /** Bytes kept for a frame that is not complete. */
  get pending(): number {
    return this.#length;
  }

  #search(events: StreamEvent[], final: boolean): void {
    let at = 0;
    while (at < this.#length) {
      const outcome = this.#candidate(at, final);
      if (outcome === INCOMPLETE) break;
      if (typeof outcome === 'number') {
        const afterRecovery = this.#discarded > 0;
        this.#endRun(events);
        events.push({ kind: 'frame', frame: frameOf(this.#buffer.slice(at, at + outcome)), afterRecovery });
        at += outcome;
        this.#insideBroken = Math.max(0, this.#insideBroken - outcome);
      } else {
        this.#reason ??= outcome;
        this.#discarded += 1;
        at += 1;
        if (this.#insideBroken > 0) this.#insideBroken -= 1;
      }
    }
    this.#buffer.copyWithin(0, at, this.#length);
    this.#length -= at;
  }

  /** The length of the sound frame at `at`, INCOMPLETE, or why the byte there begins none. */
  #candidate(at: number, final: boolean): number | FrameRejection {
    const buffer = this.#buffer;
    const present = this.#length - at;
    const start = buffer[at]!;
    if (start === ACK) return this.#insideBroken > 0 ? rejectFrame('FRAME_START', START_LONG, ACK) : 1;
    if (start === START_SHORT) {
      if (present < SHORT_LENGTH) return final ? rejectFrame('FRAME_LENGTH', SHORT_LENGTH, present) : INCOMPLETE;
      if (buffer[at + 4] !== STOP) return rejectFrame('FRAME_STOP', STOP, buffer[at + 4]!);
      const sum = (buffer[at + 1]! + buffer[at + 2]!) & 0xff;
      return buffer[at + 3] === sum ? SHORT_LENGTH : rejectFrame('FRAME_CHECKSUM', sum, buffer[at + 3]!);
    }
    if (start !== START_LONG) return rejectFrame('FRAME_START', START_LONG, start);
    return this.#longCandidate(at, present, final);
  }

  #longCandidate(at: number, present: number, final: boolean): number | FrameRejection {
    const buffer = this.#buffer;
    const field = buffer[at + 1]!;
    if (present > 1 && field < MINIMUM_LONG_FIELD) return rejectFrame('FRAME_LENGTH', MINIMUM_LONG_FIELD, field);
    if (present > 2 && buffer[at + 2] !== field) return rejectFrame('FRAME_LENGTH', field, buffer[at + 2]!);
    if (present > 3 && buffer[at + 3] !== START_LONG) return rejectFrame('FRAME_START', START_LONG, buffer[at + 3]!);
    const length = present > 1 ? field + LONG_OVERHEAD : MINIMUM_LONG_FIELD + LONG_OVERHEAD;
    if (present < length) return final ? rejectFrame('FRAME_LENGTH', length, present) : INCOMPLETE;
    const last = at + length - 1;
    if (buffer[last] !== STOP) return rejectFrame('FRAME_STOP', STOP, buffer[last]!);
    const sum = checksum(buffer, at + 4, last - 1);
    if (buffer[last - 1] === sum) return length;
    this.#insideBroken = Math.max(this.#insideBroken, length);
    return rejectFrame('FRAME_CHECKSUM', sum, buffer[last - 1]!);
  }

  #endRun(events: StreamEvent[]): void {
    if (this.#reason === null) return;
    events.push({ kind: 'recovery', reason: this.#reason, discarded: this.#discarded });
    this.#reason = null;
    this.#discarded = 0;
  }
}

/** The fields of a frame that the search has already checked. */
function frameOf(bytes: Uint8Array): LinkFrame {
  const length = bytes.length;
  if (length === 1) {
    return { kind: 'ack', controlField: 0, address: 0, controlInformation: 0, bytes, dataStart: 1, dataEnd: 1 };
  }
  if (length === SHORT_LENGTH) {
    const [, controlField, address] = bytes;
    return {
      kind: 'short',
      controlField: controlField!,
      address: address!,
      controlInformation: 0,
      bytes,
      dataStart: 3,
      dataEnd: 3,
    };
  }
  return {
    kind: length === MINIMUM_LONG_FIELD + LONG_OVERHEAD ? 'control' : 'long',
    controlField: bytes[4]!,
    address: bytes[5]!,
    controlInformation: bytes[6]!,
    bytes,
    dataStart: 7,
    dataEnd: length - 2,
  };
}

/** Not a length: more bytes must come before the candidate can be judged. */
const INCOMPLETE = 0;
