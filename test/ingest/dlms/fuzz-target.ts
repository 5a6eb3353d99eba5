/**
 * One fuzzing step for everything between the bytes of a line and the values of its pushes: random bytes choose what is sent and what
 * happens to it; an Error is thrown when a law is broken. For the unit tests (a few thousand steps) and the long run (millions).
 *
 * Laws: nothing throws; the frames of a stream are exactly those that a slow and simple search finds, with an FCS counted bit by bit;
 * any chunking gives the same; buffers stay small; a push that a tag vouches for is one that was sent.
 */
import { isDeepStrictEqual } from 'node:util';
import { decodeDlmsHex, pushObject } from '../../../ingest/dlms/decode.ts';
import { createHdlcStream } from '../../../ingest/dlms/hdlc/stream.ts';
import { createPushReceiver, type PushEvent } from '../../../ingest/dlms/receiver.ts';
import { toHex } from '../../../ingest/mbus/hex.ts';
import { encodeE450Push } from '../../../ingest/simulator/e450.ts';
import { authKey, authKeyHex, cipher, key, keyHex, listPush } from './pushes.ts';

const keys = { encryption: key, authentication: authKey };

/** Pushes of every kind, what each says, and their lines to mutate. */
const corpus = (['list', 'flat', 'bare'] as const).flatMap((shape) =>
  (['hdlc', 'mbus', 'none'] as const).flatMap((framing) =>
    [cipher, undefined].map((secret, index) => {
      const { cipher: _, ...plain } = listPush;
      return encodeE450Push({
        ...plain,
        shape,
        framing,
        invocation: 100 + index,
        blockBytes: 80,
        ...(secret ? { cipher: secret } : {}),
      });
    }),
  ),
);
const sent: ReadonlySet<string> = new Set(
  corpus.flatMap((bytes) => receive([bytes]).flatMap((event) => (event.kind === 'push' ? [contentOf(event)] : []))),
);

/** Runs one step; the bytes are its dice. */
export function fuzzDlms(dice: Uint8Array): void {
  const random = randomOf(dice);
  const stream = mutate(assemble(random), random);
  const whole = receive([stream]);
  const chunked = receive(cut(stream, random));
  if (!isDeepStrictEqual(whole, chunked)) fail('chunks change the result', stream);
  for (const event of whole)
    if (event.kind === 'push' && event.push.authenticated && !sent.has(contentOf(event)))
      fail('a verified push that nobody sent', stream);
  checkFrames(stream);
  decodeDlmsHex(toHex(stream), { key: keyHex, authKey: authKeyHex });
  decodeDlmsHex(toHex(stream), { key: keyHex });
}

function receive(chunks: readonly Uint8Array[]): PushEvent[] {
  const receiver = createPushReceiver({ keys });
  const events = chunks.flatMap((chunk) => receiver.receive(chunk));
  return [...events, ...receiver.end()];
}

/** What a push says, without the clock state around it. */
function contentOf(event: PushEvent & { kind: 'push' }): string {
  return JSON.stringify(pushObject(event.push));
}

function checkFrames(stream: Uint8Array): void {
  const scanner = createHdlcStream();
  const found: string[] = [];
  let discarded = 0;
  for (const item of [...scanner.push(stream), ...scanner.end()])
    if (item.kind === 'frame') found.push(toHex(item.frame.information));
    else discarded += item.discardedBytes;
  if (scanner.bufferedBytes !== 0 || discarded > stream.length) fail('bytes are not accounted for', stream);
  if (found.join() !== simpleSearch(stream).join()) fail('other frames than there are', stream);
}

/** Information fields of the sound frames, first come first served: by the definition, without any cleverness. */
function simpleSearch(bytes: Uint8Array): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = ((bytes[at + 1]! & 7) << 8) | bytes[at + 2]!;
    const frame = bytes.subarray(at + 1, at + 1 + length);
    const information =
      bytes[at] === 0x7e && bytes[at + 1 + length] === 0x7e ? informationOf(frame, length) : undefined;
    if (information === undefined) at += 1;
    else {
      found.push(toHex(information));
      at += length + 1;
    }
  }
  return found;
}

function informationOf(frame: Uint8Array, length: number): Uint8Array | undefined {
  if (frame.length !== length || length < 7 || frame[0]! >>> 4 !== 0xa || !residueIsGood(frame)) return undefined;
  let at = 2;
  for (let address = 0; address < 2; address++) {
    let size = 1;
    while (size < 5 && (frame[at + size - 1]! & 1) === 0) size++;
    if (size === 3 || size > 4) return undefined;
    at += size;
  }
  at += 1;
  if (at === length - 2) return new Uint8Array(0);
  if (at + 3 > length - 2 || !residueIsGood(frame.subarray(0, at + 2))) return undefined;
  return frame.subarray(at + 2, length - 2);
}

/** CRC-16/X-25 over content and check leaves F0B8. */
function residueIsGood(bytes: Uint8Array): boolean {
  let register = 0xffff;
  for (const byte of bytes)
    for (let bit = 0; bit < 8; bit++) {
      const out = (register ^ (byte >>> bit)) & 1;
      register = (register >>> 1) ^ (out ? 0x8408 : 0);
    }
  return register === 0xf0b8;
}

type Random = (below: number) => number;

/** A xorshift generator seeded with all the dice. */
function randomOf(dice: Uint8Array): Random {
  let state = 0x9e3779b9;
  for (const byte of dice) state = Math.imul(state ^ byte, 0x01000193) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

function assemble(random: Random): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let count = 1 + random(3); count > 0; count--) {
    if (random(3) === 0)
      parts.push(Uint8Array.from({ length: random(20) }, () => interesting[random(interesting.length)]!));
    parts.push(corpus[random(corpus.length)]!);
  }
  return Uint8Array.from(Buffer.concat(parts));
}

function mutate(stream: Uint8Array, random: Random): Uint8Array {
  let bytes = [...stream];
  for (let count = random(5); count > 0; count--) {
    const at = random(bytes.length + 1);
    const length = 1 + random(random(4) === 0 ? 60 : 3);
    const some = Array.from({ length }, () => (random(2) ? random(256) : interesting[random(interesting.length)]!));
    switch (random(6)) {
      case 0:
        bytes.splice(at, length);
        break;
      case 1:
        bytes.splice(at, 0, ...some);
        break;
      case 2:
        bytes.splice(at, length, ...some);
        break;
      case 3:
        bytes.splice(at, 0, ...bytes.slice(at, at + length * 4));
        break;
      case 4:
        bytes = bytes.slice(0, at);
        break;
      default:
        if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << random(8));
    }
  }
  return Uint8Array.from(bytes);
}

function cut(stream: Uint8Array, random: Random): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = 1 + random(random(2) ? 4 : 200);
    chunks.push(stream.slice(at, at + length));
    at += length;
  }
  return chunks;
}

function fail(law: string, stream: Uint8Array): never {
  throw new Error(`${law}: ${toHex(stream)}`);
}

const interesting = [0x7e, 0xa0, 0xa7, 0xa8, 0xff, 0x68, 0x16, 0xe0, 0xdb, 0x0f, 0x00, 0x01, 0x02, 0x80, 0x82, 0x84];
