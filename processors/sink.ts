/**
 * The sink: from the journal to the results store, at least once; points are idempotent, so at least once is enough. The position moves only
 * after the store has answered. The store's outcomes: done (what it refused becomes a dead letter), retry (again, without end), stop (wrong
 * rights or configuration: the sink ends with an alarm, nothing is lost).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import type { TopicName } from '../domain/topics.ts';
import type { JournalAppender, JournalEvent, JournalFollowing, JournalReader, JournalRecord } from '../journal/port.ts';
import type { RefusedPoint, ResultsWriter } from '../results/port.ts';
import { type ReconcileRound, reconcileForever } from './reconcile.ts';
import { deadLetter, decideRecord, type SetAside, type SinkItem } from './sink-items.ts';

export interface SinkOptions {
  readonly journal: JournalFollowing & JournalAppender & JournalReader;
  readonly results: ResultsWriter;
  readonly clock: Clock;
  /** Sinks of one group share the partitions; `sink` where left out. */
  readonly group?: string | undefined;
  /** The results of this many last days are rewritten … */
  readonly reconcileDays?: number | undefined;
  /** … this often. Hourly, three days where left out; 0 for never. */
  readonly reconcileEveryMs?: number | undefined;
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: SinkEvent) => void) | undefined;
}

export type SinkEvent =
  | { readonly type: 'journal'; readonly event: JournalEvent }
  | {
      readonly type: 'written';
      readonly topic: TopicName;
      readonly partition: number;
      readonly count: number;
      /** Records of the topic's partition not yet read. */
      readonly lag: number;
      readonly durationMs: number;
    }
  | { readonly type: 'dead_letters'; readonly topic: TopicName; readonly count: number }
  | { readonly type: 'retry'; readonly reason: string; readonly afterMs: number }
  | { readonly type: 'stop'; readonly reason: string }
  | { readonly type: 'reconciled'; readonly partition: number; readonly count: number; readonly durationMs: number };

/** The results store refuses us: rights or configuration. */
export class SinkStopped extends Error {
  override readonly name = 'SinkStopped';
}

const hourMs = 3_600_000;
const longestRetryMs = 60_000;

/** Resolves when the signal has stopped it; rejects with SinkStopped. */
export async function runSink(options: SinkOptions): Promise<void> {
  const { journal, results, clock, onEvent } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const partitions = new Set<number>();
  /** Results go one write at a time, so that a reconciliation never overtakes news of the same point. */
  const inTurn = createTurns();
  const round: ReconcileRound = { handled: undefined };
  let stopped: SinkStopped | undefined;

  async function write(items: readonly SinkItem[]): Promise<readonly RefusedPoint[]> {
    for (let failures = 0; ; failures++) {
      signal.throwIfAborted();
      const outcome = await results.write(items);
      if (outcome.outcome === 'done') return outcome.refused;
      if (outcome.outcome === 'stop') {
        stopped ??= new SinkStopped(outcome.reason);
        onEvent?.({ type: 'stop', reason: outcome.reason });
        stop.abort();
        throw stopped;
      }
      const afterMs = Math.min(longestRetryMs, outcome.afterMs * 2 ** Math.min(failures, 6));
      onEvent?.({ type: 'retry', reason: outcome.reason, afterMs });
      await sleep(afterMs, undefined, { signal });
    }
  }

  async function writeNews(
    batch: readonly JournalRecord[],
    items: readonly SinkItem[],
  ): Promise<readonly RefusedPoint[]> {
    const refused = await write(items);
    for (const { key } of batch) round.handled?.add(key);
    return refused;
  }

  async function handle(batch: readonly JournalRecord[], lag: number): Promise<void> {
    const began = clock.now();
    const records = new Map<unknown, JournalRecord>();
    const asides: SetAside[] = [];
    for (const record of batch) {
      const decision = decideRecord(record);
      if (decision.take === 'item') records.set(decision.item, record);
      else if (decision.take === 'aside') asides.push(decision.aside);
    }
    const { topic, partition } = batch[0]!;
    const items = [...records.keys()] as SinkItem[];
    if (items.length > 0) {
      const refused = topic === 'results' ? await inTurn(() => writeNews(batch, items)) : await write(items);
      for (const { item, reason } of refused)
        asides.push({ record: records.get(item)!, code: 'STORE_REFUSED', reason });
    }
    if (asides.length > 0) {
      await journal.append(asides.map((each) => deadLetter(each, clock.now())));
      onEvent?.({ type: 'dead_letters', topic, count: asides.length });
    }
    onEvent?.({ type: 'written', topic, partition, count: items.length, lag, durationMs: clock.now() - began });
  }

  const following = journal.follow({
    group: options.group ?? 'sink',
    topics: ['results', 'readings', 'telemetry'],
    handle,
    signal,
    onEvent(event) {
      if (event.type === 'assigned' && event.partition !== undefined) partitions.add(event.partition);
      if (event.type === 'revoked' && event.partition !== undefined) partitions.delete(event.partition);
      onEvent?.({ type: 'journal', event });
    },
  });
  const reconciling = reconcileForever({
    journal,
    clock,
    partitions,
    round,
    days: options.reconcileDays ?? 3,
    everyMs: options.reconcileEveryMs ?? hourMs,
    write: (select) => inTurn(async () => void (await write(select()))),
    signal,
    onDone: (partition, count, durationMs) => onEvent?.({ type: 'reconciled', partition, count, durationMs }),
    onFailed: (reason) => onEvent?.({ type: 'retry', reason, afterMs: options.reconcileEveryMs ?? hourMs }),
  });
  try {
    await following;
  } catch (error) {
    if (!stopped) throw error;
  } finally {
    stop.abort();
    await reconciling;
  }
  if (stopped) throw stopped;
}

/** Runs one after the other, in order of the calls. */
function createTurns(): <T>(body: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (body) => {
    const turn = last.then(body, body);
    last = turn.catch(() => undefined);
    return turn;
  };
}
