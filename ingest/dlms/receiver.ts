/**
 * From the bytes of a line to pushes: frames, messages, blocks, ciphering, values; and the account of all that went wrong.
 *
 *   bytes ─► HDLC frame ─► segments ─┐
 *         └► M-Bus frame ─► segments ┴► block transfer ─► APDU ─► invocation counter ─► push
 *
 * One receiver a line; it holds the state of the layers and takes no time of its own: whoever knows the clock says when a burst is over.
 */

import { blockTransferTag, decodeTransferBlock } from './block-transfer/block.ts';
import { addTransferBlock, type BlockReassembly, endTransferBlocks, noBlocks } from './block-transfer/reassembly.ts';
import { acceptInvocation, type Invocations, noInvocations } from './ciphering/invocations.ts';
import type { DlmsCode, MessageFault } from './codes.ts';
import { createFrameScanner, type FrameKind, type Scanned } from './frame-scanner.ts';
import type { HdlcFrame } from './hdlc/frame.ts';
import { addHdlcFrame, endHdlcSegments, type HdlcSegments, noHdlcSegments } from './hdlc/segments.ts';
import { hdlcFrameKind } from './hdlc/stream.ts';
import type { MbusSegment } from './mbus-transport/frame.ts';
import { addMbusSegment, endMbusSegments, type MbusSegments, noMbusSegments } from './mbus-transport/segments.ts';
import { mbusSegmentKind } from './mbus-transport/stream.ts';
import { type DlmsPush, type PushReadingOptions, readPush } from './push/push.ts';

export type PushEvent =
  | { readonly kind: 'push'; readonly push: DlmsPush }
  /** Something was lost or refused; `discardedBytes` where bytes outside good frames were thrown away. */
  | {
      readonly kind: 'fault';
      readonly code: DlmsCode;
      readonly facts: Readonly<Record<string, unknown>>;
      readonly discardedBytes?: number;
    };

export type Framing = 'auto' | 'hdlc' | 'mbus';

export interface PushReceiverOptions extends PushReadingOptions {
  /** `auto` takes both kinds of frame. */
  readonly framing?: Framing | undefined;
  /** Refuse what no tag vouches for. */
  readonly requireAuthentication?: boolean | undefined;
  /** Counters accepted before, to go on after a restart. */
  readonly invocations?: Invocations | undefined;
}

export interface PushReceiver {
  /** Takes bytes as they come, in any chunks. */
  receive(bytes: Uint8Array): PushEvent[];
  /** Takes a whole message without frame around it: an APDU, or transfer blocks. */
  receiveMessage(message: Uint8Array): PushEvent[];
  /** The line was silent: what is half received will not be completed. A frame in the middle of its bytes may still be. */
  endBurst(): PushEvent[];
  /** Nothing more will come. */
  end(): PushEvent[];
  readonly invocations: Invocations;
}

type LineFrame =
  | { readonly kind: 'hdlc'; readonly frame: HdlcFrame }
  | { readonly kind: 'mbus'; readonly segment: MbusSegment };

/** Codes that accompany a good push and take nothing from it. */
export const harmlessCodes: ReadonlySet<DlmsCode> = new Set(['NOISE', 'BLOCK_REPEATED', 'SEGMENT_REPEATED']);

export function createPushReceiver(options: PushReceiverOptions = {}): PushReceiver {
  const scanner = createFrameScanner(frameKinds(options.framing ?? 'auto'));
  let hdlcSegments: HdlcSegments = noHdlcSegments;
  let mbusSegments: MbusSegments = noMbusSegments;
  let blocks: BlockReassembly = noBlocks;
  let invocations = options.invocations ?? noInvocations;

  function takeScanned(scanned: readonly Scanned<LineFrame>[]): PushEvent[] {
    const events: PushEvent[] = [];
    for (const item of scanned) {
      if (item.kind === 'recovery') {
        const { code, facts, discardedBytes } = item;
        events.push({ kind: 'fault', code, facts, discardedBytes });
      } else takeFrame(item.frame, events);
    }
    return events;
  }

  function takeFrame(frame: LineFrame, events: PushEvent[]): void {
    let message: Uint8Array | undefined;
    if (frame.kind === 'hdlc') {
      const step = addHdlcFrame(hdlcSegments, frame.frame);
      hdlcSegments = step.segments;
      message = step.message;
      addFaults(events, step.faults);
    } else {
      const step = addMbusSegment(mbusSegments, frame.segment);
      mbusSegments = step.segments;
      message = step.message;
      addFaults(events, step.faults);
    }
    if (message) takeMessage(message, events);
  }

  function takeMessage(message: Uint8Array, events: PushEvent[]): void {
    if (message[0] !== blockTransferTag) {
      endBlocks(events);
      takeApdu(message, false, events);
      return;
    }
    let rest = message;
    while (rest.length > 0) {
      const decoded = decodeTransferBlock(rest);
      if (!decoded.ok) {
        events.push({ kind: 'fault', code: decoded.code, facts: decoded.facts });
        return;
      }
      rest = rest.subarray(decoded.value.next);
      const step = addTransferBlock(blocks, decoded.value.block);
      blocks = step.reassembly;
      addFaults(events, step.faults);
      if (step.message) takeApdu(step.message.bytes, step.message.disordered, events);
    }
  }

  function takeApdu(apdu: Uint8Array, disordered: boolean, events: PushEvent[]): void {
    const read = readPush(apdu, options);
    if (!read.ok) {
      events.push({ kind: 'fault', code: read.code, facts: read.facts });
      return;
    }
    const push = read.value;
    if (!push.authenticated && (disordered || options.requireAuthentication)) {
      const code = disordered ? 'BLOCK_OUT_OF_ORDER' : 'CIPHER_UNAUTHENTICATED';
      events.push({ kind: 'fault', code, facts: { invocation: push.invocation } });
      return;
    }
    if (push.systemTitle !== undefined) {
      const step = acceptInvocation(invocations, push.systemTitle, push.invocation);
      invocations = step.invocations;
      if (!step.outcome.ok) {
        events.push({ kind: 'fault', code: step.outcome.code, facts: step.outcome.facts });
        return;
      }
    }
    events.push({ kind: 'push', push });
  }

  function endBlocks(events: PushEvent[]): void {
    const step = endTransferBlocks(blocks);
    blocks = step.reassembly;
    addFaults(events, step.faults);
  }

  function endBurst(): PushEvent[] {
    const events: PushEvent[] = [];
    const hdlc = endHdlcSegments(hdlcSegments);
    const mbus = endMbusSegments(mbusSegments);
    hdlcSegments = hdlc.segments;
    mbusSegments = mbus.segments;
    addFaults(events, [...hdlc.faults, ...mbus.faults]);
    endBlocks(events);
    return events;
  }

  return {
    receive: (bytes) => takeScanned(scanner.push(bytes)),
    receiveMessage(message) {
      const events: PushEvent[] = [];
      takeMessage(message, events);
      return events;
    },
    endBurst,
    end: () => [...takeScanned(scanner.end()), ...endBurst()],
    get invocations() {
      return invocations;
    },
  };
}

function frameKinds(framing: Framing): FrameKind<LineFrame>[] {
  const hdlc = hdlcFrameKind<LineFrame>((frame) => ({ kind: 'hdlc', frame }));
  const mbus = mbusSegmentKind<LineFrame>((segment) => ({ kind: 'mbus', segment }));
  return framing === 'auto' ? [hdlc, mbus] : framing === 'hdlc' ? [hdlc] : [mbus];
}

function addFaults(events: PushEvent[], faults: readonly MessageFault[]): void {
  for (const { code, facts } of faults) events.push({ kind: 'fault', code, facts });
}
