/**
 * Reconciliation: the store lets the last writer win, and a sink that lost its partition may have written last and late. So the last values
 * of the compacted topic `results` are written again for windows that touch the last days.
 *
 * Each round begins at the first offset that still mattered in the round before: what lies before it has windows that end earlier, and the
 * limit only rises.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import type { Result } from '../domain/results.ts';
import type { JournalReader } from '../journal/port.ts';
import { decideRecord, type SinkItem } from './sink-items.ts';

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
  readonly days: number;
  readonly everyMs: number;
  /** Writes what `select` gives at its turn. */
  write(select: () => readonly SinkItem[]): Promise<void>;
  readonly signal: AbortSignal;
  onDone(partition: number, count: number, durationMs: number): void;
  onFailed(reason: string): void;
}

const dayMs = 86_400_000;
const itemsAtOnce = 5000;

/** Resolves when the signal has stopped it. A round that fails is left to the next one. */
export async function reconcileForever(options: ReconcileOptions): Promise<void> {
  if (options.everyMs <= 0) return;
  const starts = new Map<number, number>();
  for (;;) {
    await sleep(options.everyMs, undefined, { signal: options.signal }).catch(() => undefined);
    if (options.signal.aborted) return;
    options.round.handled = new Set();
    for (const partition of [...options.partitions]) {
      try {
        await reconcilePartition(options, partition, starts);
      } catch (error) {
        if (options.signal.aborted) return;
        options.onFailed(String(error));
      }
    }
    options.round.handled = undefined;
  }
}

async function reconcilePartition(
  options: ReconcileOptions,
  partition: number,
  starts: Map<number, number>,
): Promise<void> {
  const began = options.clock.now();
  const limit = began - options.days * dayMs;
  const last = new Map<string, SinkItem>();
  let first: number | undefined;
  let next = starts.get(partition) ?? 0;
  for await (const batch of options.journal.read('results', partition, next)) {
    options.signal.throwIfAborted();
    for (const record of batch) {
      next = record.offset + 1;
      const decision = decideRecord(record);
      if (decision.take !== 'item' || endOf(decision.item as Result) <= limit) {
        last.delete(record.key);
        continue;
      }
      first ??= record.offset;
      last.delete(record.key);
      last.set(record.key, decision.item);
    }
  }
  starts.set(partition, first ?? next);
  const entries = [...last];
  for (let from = 0; from < entries.length; from += itemsAtOnce) {
    const some = entries.slice(from, from + itemsAtOnce);
    await options.write(() => some.filter(([key]) => !options.round.handled?.has(key)).map(([, item]) => item));
  }
  options.onDone(partition, entries.length, options.clock.now() - began);
}

/** Where the result says no end, its window is a local day, of 25 hours at most. */
function endOf(result: Result): number {
  return 'end' in result ? result.end : result.start + dayMs + 3_600_000;
}
