import { describe, expect, test } from 'vitest';
import { decodeMbusSegment, type MbusSegment } from '../../../../ingest/dlms/mbus-transport/frame.ts';
import { addMbusSegment, endMbusSegments, noMbusSegments } from '../../../../ingest/dlms/mbus-transport/segments.ts';
import { createMbusSegmentStream } from '../../../../ingest/dlms/mbus-transport/stream.ts';
import { encodeMbusMessage } from '../../../../ingest/simulator/e450-frames.ts';

const message = Uint8Array.from({ length: 60 }, (_, index) => index);
const frames = encodeMbusMessage(message, 25);
const segments = frames.map((bytes) => {
  const decoded = decodeMbusSegment(bytes);
  if (!decoded.ok) throw new Error(decoded.code);
  return decoded.value;
});
const [first, second, third] = segments as [MbusSegment, MbusSegment, MbusSegment];

test('a frame written by hand', () => {
  // 53+FF+10+01+67+AA = 174 (hex 274, 74 kept)
  const bytes = Uint8Array.from([0x68, 6, 6, 0x68, 0x53, 0xff, 0x10, 0x01, 0x67, 0xaa, 0x74, 0x16]);
  expect(decodeMbusSegment(bytes)).toEqual({
    ok: true,
    value: {
      control: 0x53,
      address: 0xff,
      segment: 0,
      last: true,
      source: 1,
      destination: 0x67,
      data: Uint8Array.of(0xaa),
    },
  });
});

describe('broken frames', () => {
  const bytes = frames[0]!;
  const changed = (at: number, value: number) => bytes.map((byte, index) => (index === at ? value : byte));
  test.each([
    ['nothing', new Uint8Array(0), 'FRAME_TRUNCATED'],
    ['no start', changed(0, 0x69), 'FRAME_START'],
    ['two lengths', changed(1, 9), 'FRAME_LENGTH'],
    ['cut short', bytes.slice(0, -1), 'FRAME_LENGTH'],
    ['no stop', changed(bytes.length - 1, 0), 'FRAME_STOP'],
    ['a changed byte', changed(12, 99), 'FRAME_CHECKSUM'],
    [
      'no room for the service addresses',
      Uint8Array.from([0x68, 3, 3, 0x68, 0x53, 0xff, 0x10, 0x62, 0x16]),
      'TRANSPORT_HEADER',
    ],
    [
      'an answer of the polled bus',
      Uint8Array.from([0x68, 6, 6, 0x68, 8, 1, 0x72, 1, 2, 3, 0x81, 0x16]),
      'TRANSPORT_HEADER',
    ],
  ])('%s', (_name, broken, code) => {
    expect(decodeMbusSegment(broken)).toMatchObject({ ok: false, code });
  });
});

test.each([
  ['in order', segments, [message]],
  ['repeated', [first, second, second, third], ['SEGMENT_REPEATED', message]],
  ['last repeated', [first, second, third, third], [message, 'SEGMENT_REPEATED']],
  ['middle lost', [first, third], ['SEGMENT_LOST']],
  ['first lost', [second, third], ['SEGMENT_LOST', 'SEGMENT_LOST']],
  [
    'cut off by the next message',
    [first, { ...first, data: Uint8Array.of(1) }, second, third],
    ['SEGMENT_LOST', Uint8Array.from([1, ...message.slice(25)])],
  ],
  ['without end', [first], ['SEGMENT_LOST']],
])('segments %s', (_name, given, expected) => {
  let held = noMbusSegments;
  const seen: unknown[] = [];
  for (const segment of given) {
    const step = addMbusSegment(held, segment);
    held = step.segments;
    seen.push(...step.faults.map(({ code }) => code), ...(step.message ? [step.message] : []));
  }
  seen.push(...endMbusSegments(held).faults.map(({ code }) => code));
  expect(seen).toEqual(expected);
});

test('the stream skips junk before and between frames, and finds a good frame behind a false start', () => {
  const stream = createMbusSegmentStream();
  const bytes = Uint8Array.from([0x00, 0x68, ...frames[0]!, 0x68, 0xfa, 0xfa, 0x68, ...frames[1]!, ...frames[2]!]);
  const found = [...stream.push(bytes), ...stream.end()];
  expect(found.filter(({ kind }) => kind === 'frame')).toHaveLength(3);
  expect(found.flatMap((item) => (item.kind === 'recovery' ? [item.discardedBytes] : []))).toEqual([2, 4]);
});
