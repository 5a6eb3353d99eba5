import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeAck } from '../../../../ingest/mbus/frame/ack.ts';
import { decodeExactFrame } from '../../../../ingest/mbus/frame/exact.ts';
import { encodeLong } from '../../../../ingest/mbus/frame/long.ts';
import { encodeShort } from '../../../../ingest/mbus/frame/short.ts';
import { StreamDecoder, type StreamEvent } from '../../../../ingest/mbus/frame/stream.ts';
import { fromHexLine, toHex } from '../../../../ingest/mbus/hex.ts';

const hex = (text: string): Uint8Array => fromHexLine(text)!;

/** All events of a stream cut at these places, then silence. */
function decodeCut(bytes: Uint8Array, cuts: readonly number[]): StreamEvent[] {
  const decoder = new StreamDecoder();
  const events: StreamEvent[] = [];
  let from = 0;
  for (const cut of [...cuts.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    events.push(...decoder.push(bytes.subarray(from, cut)));
    from = cut;
  }
  return [...events, ...decoder.flush()];
}

const framesOf = (events: readonly StreamEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'frame' ? [toHex(event.frame.bytes)] : []));
const recoveriesOf = (events: readonly StreamEvent[]): [string, number][] =>
  events.flatMap((event) =>
    event.kind === 'recovery' ? [[event.reason.code, event.discarded] as [string, number]] : [],
  );

const shortFrame = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
  .map(([c, a]) => encodeShort(c, a));
const longFrame = fc.uint8Array({ maxLength: 252 }).map((data) => encodeLong(0x08, 1, 0x72, data));
const soundFrame = fc.oneof(longFrame, shortFrame, fc.constant(encodeAck()));
/** Noise without bytes that may begin a frame. */
const quietNoise = fc
  .array(
    fc.integer({ min: 0, max: 255 }).filter((byte) => ![0x10, 0x68, 0xe5].includes(byte)),
    { maxLength: 40 },
  )
  .map((bytes) => Uint8Array.from(bytes));
const join = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

describe('laws', () => {
  test('sound frames, one after another, come out as they are however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(soundFrame, { maxLength: 6 }), fc.array(fc.nat(2000), { maxLength: 20 }), (frames, cuts) => {
        const events = decodeCut(join(frames), cuts);
        expect(framesOf(events)).toEqual(frames.map((frame) => toHex(frame)));
        expect(recoveriesOf(events)).toEqual([]);
      }),
    );
  });

  test('any bytes give the same frames and recoveries however they are cut', () => {
    const bytes = fc
      .array(fc.oneof(soundFrame, fc.uint8Array({ maxLength: 60 }), fc.constant(hex('68F7F768'))), { maxLength: 8 })
      .map(join);
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(3000), { maxLength: 30 }), (stream, cuts) => {
        expect(decodeCut(stream, cuts)).toEqual(decodeCut(stream, []));
      }),
      { numRuns: 300 },
    );
  });

  test('noise between frames costs no frame, and every discarded byte is counted', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(quietNoise, soundFrame), { maxLength: 6 }), (parts) => {
        const events = decodeCut(join(parts.flat()), []);
        expect(framesOf(events)).toEqual(parts.map(([, frame]) => toHex(frame)));
        const discarded = recoveriesOf(events).reduce((sum, [, count]) => sum + count, 0);
        expect(discarded).toBe(parts.reduce((sum, [noise]) => sum + noise.length, 0));
      }),
    );
  });

  test('every byte of any stream is in a frame or counted as discarded; every frame is sound', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 900 }), fc.array(fc.nat(900), { maxLength: 9 }), (stream, cuts) => {
        let accounted = 0;
        for (const event of decodeCut(stream, cuts)) {
          if (event.kind === 'recovery') accounted += event.discarded;
          else {
            accounted += event.frame.bytes.length;
            expect(decodeExactFrame(event.frame.bytes)).toEqual(event.frame);
          }
        }
        expect(accounted).toBe(stream.length);
      }),
    );
  });
});

describe('resynchronisation', () => {
  const good = '105B015C16';
  test.each([
    ['noise', `00FF${good}`, [good], [['FRAME_START', 2]]],
    ['a long start that differs in its lengths', `680405${good}`, [good], [['FRAME_LENGTH', 3]]],
    ['a long start that promises more than there is', `68F7F768${good}`, [good], [['FRAME_LENGTH', 4]]],
    ['a long frame with a wrong checksum', `68040468080170088216${good}`, [good], [['FRAME_CHECKSUM', 10]]],
    ['a long frame with a wrong stop', `68040468080170088117${good}`, [good], [['FRAME_STOP', 10]]],
    [
      'a frame cut off, then the same again',
      `68040468080168040468080170088116`,
      ['68040468080170088116'],
      [['FRAME_STOP', 6]],
    ],
    ['a short frame with a wrong checksum', `105B015D16${good}`, [good], [['FRAME_CHECKSUM', 5]]],
    ['an unfinished frame, then silence', '6804', [], [['FRAME_LENGTH', 2]]],
    ['an E5 inside a long frame with a wrong checksum', '68040468080170E58116E5', ['E5'], [['FRAME_CHECKSUM', 10]]],
  ])('after %s', (_, stream, frames, recoveries) => {
    const events = decodeCut(hex(stream), []);
    expect(framesOf(events)).toEqual(frames);
    expect(recoveriesOf(events)).toEqual(recoveries);
  });

  test('a frame behind discarded bytes says so', () => {
    const marks = decodeCut(hex('00E5E5'), []).flatMap((event) =>
      event.kind === 'frame' ? [event.afterRecovery] : [],
    );
    expect(marks).toEqual([true, false]);
  });

  test('a failed frame is known before the silence', () => {
    const decoder = new StreamDecoder();
    decoder.push(hex('680404680801700882'));
    expect(decoder.failure).toBeNull();
    decoder.push(hex('16'));
    expect(decoder.failure).toMatchObject({ code: 'FRAME_CHECKSUM', expected: 0x81, actual: 0x82 });
    decoder.flush();
    expect(decoder.failure).toBeNull();
    expect(decoder.pending).toBe(0);
  });

  test('a good frame inside a promised long one waits for the silence, no longer', () => {
    const decoder = new StreamDecoder();
    expect(decoder.push(hex(`68F7F768${good}`))).toEqual([]);
    expect(framesOf(decoder.flush())).toEqual([good]);
  });
});
