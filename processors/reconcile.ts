/**
 * Reconciliation: the store lets the last writer win, and a sink that lost its partition may have written last and late. So the last values
 * of the compacted topic `results` are written again for windows that touch the last days.
 *
 * What a partition's new owner wrote first is written again too, once, whatever its window (takeovers.ts).
 *
 * Each round begins at the first offset that still mattered in the round before: what lies before it has windows that end earlier, and the
 * limit only rises.
 *
 * News go first: values are written few at a time, and most of the time a round waits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import type { Result } from '../domain/results.ts';
import type { JournalReader } from '../journal/port.ts';
import { decideRecord, type SinkItem } from './sink-items.ts';
import type { Takeovers } from './takeovers.ts';

/** What the sink tells a reconciliation that is going on. */
export interface ReconcileRound {
  /** Keys of results written since the round began: news, not to be written over. undefined between rounds. */
  handled: Set<string> | undefined;
}

export interface ReconcileOptions {
  readonly journal: JournalReader;
  readonly clock: Clock;
  /** Those that are ours at the moment. */
  readonly partitions: ReadonlySet<number>;
  readonly round: ReconcileRound;
  readonly takeovers: Takeovers;
  /** How often takeovers are looked at. */
  readonly settleMs: number;
  readonly days: number;
  readonly everyMs: number;
  /** Writes what `select` gives at the partition's turn. */
  write(partition: number, select: () => readonly SinkItem[]): Promise<void>;
  readonly signal: AbortSignal;
  onDone(partition: number, count: number, durationMs: number): void;
  onFailed(reason: string): void;
}

const dayMs = 86_400_000;
/** News of the same partition wait for their turn meanwhile. */
const itemsAtOnce = 1000;
/** What a round rests for each moment of work, up to the longest rest. */
const restRatio = 3;
const longestRestMs = 1000;

/** Resolves when the signal has stopped it. What fails in a round is left to the next one. */
export async function reconcileForever(options: ReconcileOptions): Promise<void> {
  const { round, signal, everyMs } = options;
  if (everyMs <= 0) return;
  const periodMs = Math.min(everyMs, options.settleMs);
  const starts = new Map<number, number>();
  for (let sinceMs = periodMs; ; sinceMs += periodMs) {
    await sleep(periodMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    round.handled = new Set();
    for (const { partition, from } of options.takeovers.settled(periodMs))
      await attempt(partition, async () => void (await rewrite(partition, from, Number.NEGATIVE_INFINITY)));
    if (sinceMs >= everyMs) {
      sinceMs = 0;
      for (const partition of [...options.partitions])
        await attempt(partition, async () => {
          const limit = options.clock.now() - options.days * dayMs;
          starts.set(partition, await rewrite(partition, starts.get(partition) ?? 0, limit));
        });
    }
    round.handled = undefined;
    if (signal.aborted) return;
  }

  async function attempt(partition: number, body: () => Promise<void>): Promise<void> {
    if (signal.aborted || !options.partitions.has(partition)) return;
    try {
      await body();
    } catch (error) {
      if (!signal.aborted) options.onFailed(String(error));
    }
  }

  /** The last values of what stands from an offset on and ends after the limit; returns the first offset that mattered. */
  async function rewrite(partition: number, from: number, limit: number): Promise<number> {
    const began = options.clock.now();
    const rest = createRest(signal);
    const last = new Map<string, SinkItem>();
    let first: number | undefined;
    let next = from;
    let isOurs = true;
    /** Whoever has had the partition in the meantime has written what is newer, also where it has come back. */
    const isStillOurs = (): boolean => {
      isOurs &&= options.partitions.has(partition);
      return isOurs;
    };
    for await (const batch of options.journal.read('results', partition, from)) {
      signal.throwIfAborted();
      if (!isStillOurs()) return from;
      for (const record of batch) {
        next = record.offset + 1;
        const decision = decideRecord(record);
        last.delete(record.key);
        if (decision.take !== 'item' || endOf(decision.item as Result) <= limit) continue;
        first ??= record.offset;
        last.set(record.key, decision.item);
      }
      await rest();
    }
    const entries = [...last];
    for (let at = 0; at < entries.length && isStillOurs(); at += itemsAtOnce) {
      const some = entries.slice(at, at + itemsAtOnce);
      await options.write(partition, () =>
        isStillOurs() ? some.filter(([key]) => !round.handled?.has(key)).map(([, item]) => item) : [],
      );
      await rest();
    }
    options.onDone(partition, entries.length, options.clock.now() - began);
    return first ?? next;
  }
}

/** Where the result says no end, its window is a local day, of 25 hours at most. */
function endOf(result: Result): number {
  return 'end' in result ? result.end : result.start + dayMs + 3_600_000;
}

/** Each call waits for a multiple of the time since the last one had waited. */
function createRest(signal: AbortSignal): () => Promise<void> {
  let workingSince = performance.now();
  return async () => {
    const restMs = Math.min(longestRestMs, restRatio * (performance.now() - workingSince));
    await sleep(restMs, undefined, { signal });
    workingSince = performance.now();
  };
}
