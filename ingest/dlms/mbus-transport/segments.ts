/**
 * Messages out of M-Bus transport segments, which are numbered from 0 and marked in the last.
 * Order is strict: a segment that is not the next one ends the message as lost; the same one again is ignored.
 */
import { concatBytes, sameBytes } from '../bytes.ts';
import type { MessageFault } from '../codes.ts';
import { maximumMessageBytes } from '../message-limit.ts';
import type { MbusSegment } from './frame.ts';

export interface MbusSegments {
  readonly parts: readonly MbusSegment[];
  readonly bytes: number;
  /** The last segment of the message given before, to know it again. */
  readonly finished: MbusSegment | undefined;
}

export interface MbusSegmentsStep {
  readonly segments: MbusSegments;
  readonly faults: readonly MessageFault[];
  readonly message?: Uint8Array;
}

export const noMbusSegments: MbusSegments = { parts: [], bytes: 0, finished: undefined };

export function addMbusSegment(segments: MbusSegments, segment: MbusSegment): MbusSegmentsStep {
  const before = segments.parts.at(-1) ?? (segment.segment > 0 ? segments.finished : undefined);
  if (before && sameSegment(before, segment))
    return { segments, faults: [{ code: 'SEGMENT_REPEATED', facts: { segment: segment.segment } }] };
  const faults: MessageFault[] = [];
  let held = segments;
  const expected = held.parts.length & 0x0f;
  if (segment.segment !== expected) {
    faults.push({ code: 'SEGMENT_LOST', facts: { expected, actual: segment.segment } });
    if (segment.segment !== 0) return { segments: noMbusSegments, faults };
    held = noMbusSegments;
  }
  const parts = [...held.parts, segment];
  const bytes = held.bytes + segment.data.length;
  if (bytes > maximumMessageBytes)
    return { segments: noMbusSegments, faults: [...faults, { code: 'SEGMENT_OVERFLOW', facts: { bytes } }] };
  if (!segment.last) return { segments: { parts, bytes, finished: undefined }, faults };
  return {
    segments: { ...noMbusSegments, finished: segment },
    faults,
    message: concatBytes(parts.map(({ data }) => data)),
  };
}

/** The line went silent, or ended: a message begun and not ended is lost. */
export function endMbusSegments(segments: MbusSegments): MbusSegmentsStep {
  const held = segments.parts.length;
  return { segments: noMbusSegments, faults: held > 0 ? [{ code: 'SEGMENT_LOST', facts: { expected: held } }] : [] };
}

function sameSegment(a: MbusSegment, b: MbusSegment): boolean {
  return a.segment === b.segment && a.last === b.last && sameBytes(a.data, b.data);
}
