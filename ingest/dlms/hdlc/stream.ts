/**
 * HDLC frames out of a stream of bytes (the exact decoder is in frame.ts).
 *
 * A closing flag may open the next frame at the same time, so it stays in the stream; flags that follow one another are
 * fill between frames and are no loss.
 */
import { createFrameScanner, type FrameKind, type FrameScanner, type Probe } from '../frame-scanner.ts';
import { decodeHdlcHeader, finishHdlcFrame, type HdlcFrame, hdlcFlag, hdlcMaximumFrameLength } from './frame.ts';

/** The HDLC kind of frame, for a scanner that knows several. */
export function hdlcFrameKind<Frame>(wrap: (frame: HdlcFrame) => Frame): FrameKind<Frame> {
  return {
    maximumLength: hdlcMaximumFrameLength,
    probe: (bytes, start, end, ended) => probeHdlc(bytes, start, end, ended, wrap),
  };
}

export function createHdlcStream(): FrameScanner<HdlcFrame> {
  return createFrameScanner([hdlcFrameKind((frame) => frame)]);
}

function probeHdlc<Frame>(
  bytes: Uint8Array,
  start: number,
  end: number,
  ended: boolean,
  wrap: (frame: HdlcFrame) => Frame,
): Probe<Frame> {
  if (bytes[start] !== hdlcFlag) return { kind: 'other' };
  if (end - start < 2) return { kind: ended ? 'fill' : 'incomplete' };
  // A flag before something that is no frame closed the last one, or is fill.
  if (bytes[start + 1]! >>> 4 !== 0xa) return { kind: 'fill' };
  const header = decodeHdlcHeader(bytes, start, end);
  if (header === undefined) return { kind: 'incomplete' };
  if (!header.ok) return { kind: 'broken', rejection: header };
  const { length } = header.value;
  if (end - start < length + 2) return { kind: 'incomplete' };
  const frame = finishHdlcFrame(bytes, start, header.value, header.value.end);
  if (!frame.ok) return { kind: 'broken', rejection: frame };
  return { kind: 'frame', frame: wrap(frame.value), length: length + 1 };
}
