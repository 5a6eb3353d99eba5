/** Seeded randomness and the ways in which a line, or an attacker, changes a frame. */

import { checksum, LONG_OVERHEAD, START_LONG, STOP } from '../../../ingest/mbus/frame/link-frame.ts';
import { mulberry } from '../../random.ts';

/** A random integer below `bound`; the same seed gives the same sequence (mulberry32). */
export type Random = (bound: number) => number;

export function seededRandom(seed: number): Random {
  const next = mulberry(seed);
  return (bound) => Math.floor(next() * bound);
}

/** `frame` with one to four changes: bits, bytes, insertions, deletions, a cut, a piece of another frame. */
export function mutate(frame: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const bytes = [...frame];
  for (let change = 1 + random(4); change > 0; change--) {
    const at = random(bytes.length + 1);
    switch (random(7)) {
      case 0:
        if (at < bytes.length) bytes[at]! ^= 1 << random(8);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = random(256);
        break;
      case 2:
        bytes.splice(at, 0, random(256));
        break;
      case 3:
        bytes.splice(at, 1 + random(3));
        break;
      case 4:
        if (random(4) === 0) bytes.length = at;
        break;
      case 5: {
        const from = random(other.length);
        bytes.splice(at, random(4), ...other.subarray(from, from + random(24)));
        break;
      }
      default:
        if (at < bytes.length) bytes[at] = INTERESTING[random(INTERESTING.length)]!;
    }
  }
  return Uint8Array.from(bytes.slice(0, 1000));
}

/** The same bytes as a long frame whose ends, lengths and checksum are right, so that the application layer sees them. */
export function repair(bytes: Uint8Array): Uint8Array {
  const payload = bytes.subarray(4, Math.max(7, Math.min(bytes.length - 2, 259)));
  const length = Math.max(3, payload.length);
  const frame = new Uint8Array(length + LONG_OVERHEAD);
  frame.set([START_LONG, length, length, START_LONG]);
  frame.set(payload, 4);
  frame[length + 4] = checksum(frame, 4, length + 4);
  frame[length + 5] = STOP;
  return frame;
}

const INTERESTING: readonly number[] = [
  ...[0x00, 0x7f, 0x80, 0xff, 0x0d, 0x0f, 0x1f, 0x2f, 0x7c, 0xfc, 0xfd, 0xfb, 0x7e, 0xe5, 0x68, 0x10, 0x16],
  ...[0x6d, 0x6c, 0x72, 0x73, 0x76, 0x7a, 0x05, 0x07, 0x0e, 0xbf, 0xc9, 0xd9, 0xef, 0xf4, 0xf6, 0xf7],
];
