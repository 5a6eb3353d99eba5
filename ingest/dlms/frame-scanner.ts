/**
 * Finds the good frames of a byte stream and accounts for every other byte.
 *
 * At each position the given kinds of frame are tried. A broken candidate costs its first byte only and the search goes on one
 * byte later: a good frame that follows or stands inside a broken one is never lost. Bytes that belong to no frame are
 * reported before the next good frame (or when they are many) with the first telling cause. What is found depends
 * on the bytes alone, never on how they are cut into chunks. The buffer is bounded by the longest frame.
 */
import type { DlmsCode, DlmsRejected } from './codes.ts';

/** What a kind of frame says of the bytes at a position. */
export type Probe<Frame> =
  | { readonly kind: 'frame'; readonly frame: Frame; readonly length: number }
  /** A byte that means nothing between good frames; amid noise it is noise. */
  | { readonly kind: 'fill' }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'broken'; readonly rejection: DlmsRejected }
  | { readonly kind: 'other' };

/**
 * Looks at the bytes from `start` (inclusive) to `end` (exclusive); `ended`: no more will come.
 * It must answer once `maximumLength` bytes are there.
 */
export interface FrameKind<Frame> {
  readonly maximumLength: number;
  probe(bytes: Uint8Array, start: number, end: number, ended: boolean): Probe<Frame>;
}

export type Scanned<Frame> =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | {
      readonly kind: 'recovery';
      readonly code: DlmsCode;
      readonly facts: Readonly<Record<string, unknown>>;
      readonly discardedBytes: number;
    };

export interface FrameScanner<Frame> {
  /** Takes bytes, gives the frames and recoveries that they decide. */
  push(chunk: Uint8Array): Scanned<Frame>[];
  /** No more bytes will come: gives what can still be found, and accounts for the rest. */
  end(): Scanned<Frame>[];
  /** Bytes held back, waiting for more. */
  readonly bufferedBytes: number;
}

/** A run of noise is reported at the latest after this many bytes. */
export const longestNoise = 4096;

export function createFrameScanner<Frame>(kinds: readonly FrameKind<Frame>[]): FrameScanner<Frame> {
  let buffer = new Uint8Array(4096);
  let start = 0;
  let end = 0;
  let discardedBytes = 0;
  let cause: DlmsRejected | undefined;

  function append(chunk: Uint8Array): void {
    if (end + chunk.length > buffer.length) {
      const held = end - start;
      const target = held + chunk.length > buffer.length ? new Uint8Array(2 * (held + chunk.length)) : buffer;
      target.set(buffer.subarray(start, end));
      buffer = target;
      start = 0;
      end = held;
    }
    buffer.set(chunk, end);
    end += chunk.length;
  }

  function scan(ended: boolean): Scanned<Frame>[] {
    const found: Scanned<Frame>[] = [];
    while (start < end) {
      const probe = probeAll(kinds, buffer, start, end, ended);
      if (probe.kind === 'incomplete') break;
      if (probe.kind === 'frame') {
        report(found);
        found.push({ kind: 'frame', frame: probe.frame });
        start += probe.length;
      } else if (probe.kind === 'fill' && discardedBytes === 0) {
        start++;
      } else {
        if (probe.kind === 'broken') cause ??= probe.rejection;
        start++;
        discardedBytes++;
        if (discardedBytes === longestNoise) report(found);
      }
    }
    return found;
  }

  function report(found: Scanned<Frame>[]): void {
    if (discardedBytes === 0) return;
    found.push({ kind: 'recovery', code: cause?.code ?? 'NOISE', facts: cause?.facts ?? {}, discardedBytes });
    discardedBytes = 0;
    cause = undefined;
  }

  return {
    push(chunk) {
      append(chunk);
      return scan(false);
    },
    end() {
      const found = scan(true);
      report(found);
      return found;
    },
    get bufferedBytes() {
      return end - start;
    },
  };
}

/** The first kind that finds a frame wins; one that needs more bytes is waited for; a broken one tells why nothing was found. */
function probeAll<Frame>(
  kinds: readonly FrameKind<Frame>[],
  bytes: Uint8Array,
  start: number,
  end: number,
  ended: boolean,
): Probe<Frame> {
  let outcome: Probe<Frame> = { kind: 'other' };
  for (const kind of kinds) {
    const probe = kind.probe(bytes, start, end, ended);
    if (probe.kind === 'frame' || probe.kind === 'fill') return probe;
    if (probe.kind === 'incomplete') {
      if (!ended && end - start < kind.maximumLength) return probe;
      outcome = { kind: 'broken', rejection: { ok: false, code: 'FRAME_TRUNCATED', facts: { bytes: end - start } } };
    } else if (probe.kind === 'broken') outcome = probe;
  }
  return outcome;
}
