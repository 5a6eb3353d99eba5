import { describe, expect, test } from 'vitest';
import { longestNoise } from '../../../../ingest/dlms/frame-scanner.ts';
import { createHdlcStream } from '../../../../ingest/dlms/hdlc/stream.ts';
import { encodeHdlcFrame } from '../../../../ingest/simulator/e450-frames.ts';

const first = encodeHdlcFrame([1, 2, 3, 0x7e, 0xa0]);
const second = encodeHdlcFrame([4, 5, 6]);
const join = (...parts: (Uint8Array | number[])[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

function scan(bytes: Uint8Array) {
  const stream = createHdlcStream();
  const found = [...stream.push(bytes), ...stream.end()];
  return found.map((item) =>
    item.kind === 'frame' ? [...item.frame.information] : { code: item.code, discarded: item.discardedBytes },
  );
}

const informationOfFirst = [1, 2, 3, 0x7e, 0xa0];
const informationOfSecond = [4, 5, 6];

describe('frames and recoveries', () => {
  test.each([
    ['two frames with their own flags', join(first, second), [informationOfFirst, informationOfSecond]],
    ['one flag between two frames', join(first, second.slice(1)), [informationOfFirst, informationOfSecond]],
    ['flags as fill', join([0x7e, 0x7e], first, [0x7e, 0x7e, 0x7e], second), [informationOfFirst, informationOfSecond]],
    [
      'noise before, between and behind',
      join([1, 2, 3], first, [9, 9], second, [8]),
      [
        { code: 'NOISE', discarded: 3 },
        informationOfFirst,
        { code: 'NOISE', discarded: 2 },
        informationOfSecond,
        { code: 'NOISE', discarded: 1 },
      ],
    ],
    [
      'a frame cut short, the next one whole',
      join(first.slice(0, 9), second),
      [{ code: 'HDLC_FLAG', discarded: 9 }, informationOfSecond],
    ],
    [
      'a broken frame that holds a good one',
      join([0x7e, 0xa0, 0x40, 0x03, 0x21, 0x13, 0, 0], second),
      [{ code: 'HDLC_HCS', discarded: 8 }, informationOfSecond],
    ],
    ['a frame without its end', first.slice(0, -1), [{ code: 'FRAME_TRUNCATED', discarded: first.length - 1 }]],
  ])('%s', (_name, bytes, expected) => {
    expect(scan(bytes)).toEqual(expected);
  });

  test('a good frame behind a sound header that announces more than comes is found', () => {
    const long = encodeHdlcFrame(new Uint8Array(1800));
    const bytes = join(long.slice(0, 40), second, new Uint8Array(2100));
    expect(scan(bytes)).toContainEqual(informationOfSecond);
  });
});

test('endless noise is reported in pieces and the buffer stays small', () => {
  const stream = createHdlcStream();
  let discarded = 0;
  for (let chunk = 0; chunk < 400; chunk++) {
    // Every chunk opens a frame that never comes.
    for (const item of stream.push(join([0x7e, 0xa7, 0xff, 0x03, 0x21], new Uint8Array(195))))
      if (item.kind === 'recovery') {
        expect(item.discardedBytes).toBeLessThanOrEqual(longestNoise);
        discarded += item.discardedBytes;
      }
    expect(stream.bufferedBytes).toBeLessThan(2049);
  }
  for (const item of stream.end()) if (item.kind === 'recovery') discarded += item.discardedBytes;
  expect(discarded).toBeGreaterThan(79_000);
});
