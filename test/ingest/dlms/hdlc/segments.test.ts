import { expect, test } from 'vitest';
import { decodeHdlcFrame, type HdlcFrame } from '../../../../ingest/dlms/hdlc/frame.ts';
import { addHdlcFrame, endHdlcSegments, noHdlcSegments } from '../../../../ingest/dlms/hdlc/segments.ts';
import { encodeHdlcFrame, encodeHdlcSegments } from '../../../../ingest/simulator/e450-frames.ts';

const message = Uint8Array.from({ length: 30 }, (_, index) => index + 1);

function frame(bytes: Uint8Array): HdlcFrame {
  const decoded = decodeHdlcFrame(bytes);
  if (!decoded.ok) throw new Error(decoded.code);
  return decoded.value;
}

function feed(frames: readonly HdlcFrame[]) {
  let segments = noHdlcSegments;
  const seen: (Uint8Array | string)[] = [];
  for (const each of frames) {
    const step = addHdlcFrame(segments, each);
    segments = step.segments;
    seen.push(...step.faults.map(({ code }) => code), ...(step.message ? [step.message] : []));
  }
  return [...seen, ...endHdlcSegments(segments).faults.map(({ code }) => code)];
}

const segments = encodeHdlcSegments(message, 10).map(frame);
const numbered = [0, 1, 2].map((count) =>
  frame(encodeHdlcFrame(message.slice(count * 10, count * 10 + 10), { segmented: count < 2, control: count << 1 })),
);

test.each([
  ['segments make a message', segments, [message]],
  [
    'a repeated segment is ignored',
    [segments[0]!, segments[1]!, segments[1]!, segments[2]!],
    ['SEGMENT_REPEATED', message],
  ],
  ['a message cut off by the next', [segments[0]!, ...segments], ['SEGMENT_LOST', message]],
  ['a message without its end', segments.slice(0, 2), ['SEGMENT_LOST']],
  ['numbered segments', numbered, [message]],
  ['a numbered segment is missing', [numbered[0]!, numbered[2]!], ['SEGMENT_LOST']],
  ['a numbered segment is repeated', [numbered[0]!, numbered[0]!, ...numbered.slice(1)], ['SEGMENT_REPEATED', message]],
])('%s', (_name, frames, expected) => {
  expect(feed(frames)).toEqual(expected);
});

test('a message beyond the bound is given up', () => {
  const part = { ...segments[1]!, information: new Uint8Array(2000), segmented: true };
  const frames = Array.from({ length: 40 }, (_, index) => ({
    ...part,
    information: part.information.map(() => index),
  }));
  expect(feed(frames)).toContain('SEGMENT_OVERFLOW');
});
