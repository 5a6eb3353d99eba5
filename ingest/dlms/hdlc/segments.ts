/**
 * Messages out of HDLC frames: the segmentation bit, and the LLC header.
 *
 * A message of several frames has the segmentation bit set in all but its last frame; the LLC header E6 E7 00 (or E6 E6 00)
 * stands in the first one only. Information frames count modulo 8 in control bits 1-3, so a lost or repeated segment shows;
 * unnumbered frames (control 13, as meters push) carry no count, there a repetition shows by its bytes.
 */
import { concatBytes, sameBytes } from '../bytes.ts';
import type { MessageFault } from '../codes.ts';
import { maximumMessageBytes } from '../message-limit.ts';
import type { HdlcFrame } from './frame.ts';

/** Segments held until the message is whole. */
export interface HdlcSegments {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  /** Send count of the last segment, for information frames. */
  readonly sendCount: number | undefined;
}

export interface HdlcSegmentsStep {
  readonly segments: HdlcSegments;
  readonly faults: readonly MessageFault[];
  /** The whole message without LLC header, when this frame was its last. */
  readonly message?: Uint8Array;
}

export const noHdlcSegments: HdlcSegments = { parts: [], bytes: 0, sendCount: undefined };

/** Adds a frame to what is held. */
export function addHdlcFrame(segments: HdlcSegments, frame: HdlcFrame): HdlcSegmentsStep {
  const sendCount = frame.control & 1 ? undefined : (frame.control >>> 1) & 7;
  const faults: MessageFault[] = [];
  let held = segments;
  if (held.parts.length > 0 && startsMessage(frame.information)) {
    faults.push({ code: 'SEGMENT_LOST', facts: { held: held.parts.length } });
    held = noHdlcSegments;
  } else if (sendCount === undefined && held.parts.length > 0 && sameBytes(held.parts.at(-1)!, frame.information)) {
    return { segments: held, faults: [{ code: 'SEGMENT_REPEATED', facts: { segment: held.parts.length } }] };
  } else if (held.parts.length > 0 && held.sendCount !== undefined && sendCount !== undefined) {
    if (sendCount === held.sendCount)
      return { segments: held, faults: [{ code: 'SEGMENT_REPEATED', facts: { segment: sendCount } }] };
    const expected = (held.sendCount + 1) & 7;
    if (sendCount !== expected)
      return {
        segments: noHdlcSegments,
        faults: [{ code: 'SEGMENT_LOST', facts: { expected, actual: sendCount } }],
      };
  }
  const parts = [...held.parts, frame.information];
  const bytes = held.bytes + frame.information.length;
  if (bytes > maximumMessageBytes)
    return { segments: noHdlcSegments, faults: [...faults, { code: 'SEGMENT_OVERFLOW', facts: { bytes } }] };
  if (frame.segmented) return { segments: { parts, bytes, sendCount }, faults };
  return { segments: noHdlcSegments, faults, message: withoutLlc(concatBytes(parts)) };
}

/** The line went silent, or ended: a message begun and not ended is lost. */
export function endHdlcSegments(segments: HdlcSegments): HdlcSegmentsStep {
  const faults: MessageFault[] =
    segments.parts.length > 0 ? [{ code: 'SEGMENT_LOST', facts: { held: segments.parts.length } }] : [];
  return { segments: noHdlcSegments, faults };
}

function startsMessage(information: Uint8Array): boolean {
  return (
    information.length >= 3 &&
    information[0] === 0xe6 &&
    (information[1] === 0xe7 || information[1] === 0xe6) &&
    information[2] === 0
  );
}

/** The message behind an LLC header, if it has one. */
export function withoutLlc(message: Uint8Array): Uint8Array {
  return startsMessage(message) ? message.subarray(3) : message;
}
