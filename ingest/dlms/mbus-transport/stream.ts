/** M-Bus framed DLMS segments out of a stream of bytes (the exact decoder is in frame.ts). */
import { rejected } from '../../../domain/errors.ts';
import { LONG_OVERHEAD, MAXIMUM_FRAME_LENGTH, START_LONG } from '../../mbus/frame/link-frame.ts';
import { createFrameScanner, type FrameKind, type FrameScanner, type Probe } from '../frame-scanner.ts';
import { decodeMbusSegment, type MbusSegment } from './frame.ts';

/** The M-Bus kind of frame, for a scanner that knows several. */
export function mbusSegmentKind<Frame>(wrap: (segment: MbusSegment) => Frame): FrameKind<Frame> {
  return { maximumLength: MAXIMUM_FRAME_LENGTH, probe: (bytes, start, end) => probeMbus(bytes, start, end, wrap) };
}

export function createMbusSegmentStream(): FrameScanner<MbusSegment> {
  return createFrameScanner([mbusSegmentKind((segment) => segment)]);
}

function probeMbus<Frame>(
  bytes: Uint8Array,
  start: number,
  end: number,
  wrap: (segment: MbusSegment) => Frame,
): Probe<Frame> {
  if (bytes[start] !== START_LONG) return { kind: 'other' };
  if (end - start < 4) return { kind: 'incomplete' };
  if (bytes[start + 3] !== START_LONG) return { kind: 'other' };
  const [expected, actual] = [bytes[start + 1]!, bytes[start + 2]!];
  if (expected !== actual) return { kind: 'broken', rejection: rejected('FRAME_LENGTH', { expected, actual }) };
  const length = expected + LONG_OVERHEAD;
  if (end - start < length) return { kind: 'incomplete' };
  const segment = decodeMbusSegment(bytes.subarray(start, start + length));
  return segment.ok ? { kind: 'frame', frame: wrap(segment.value), length } : { kind: 'broken', rejection: segment };
}
