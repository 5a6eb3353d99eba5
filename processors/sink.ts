/**
 * The sink: from the journal to the results store, at least once; points are idempotent, so at least once is enough. The position moves only
 * after the store has answered. The store's outcomes: done (what it refused becomes a dead letter), retry (again, without end), stop (wrong
 * rights or configuration: the sink ends with an alarm, nothing is lost).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import type { JournalAppender, JournalFollowing, JournalReader, JournalRecord } from '../journal/port.ts';
import type { RefusedPoint, ResultsWriter } from '../results/port.ts';
import { type ReconcileRound, reconcileForever } from './reconcile.ts';
import type { SinkEvent } from './sink-events.ts';
import { deadLetter, decideRecord, type SetAside, type SinkItem } from './sink-items.ts';
import { createSinkTelemetry, tellForever } from './sink-telemetry.ts';
import { createTakeovers } from './takeovers.ts';

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
  /** A write of a partition's former owner has come to its end after this long: more than a session and a write take. 30 s where left out. */
  readonly settleMs?: number | undefined;
  /** How often the sink tells its own speed, lag and refusals on `telemetry`: each minute where left out; 0 for never. */
  readonly tellEveryMs?: number | undefined;
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: SinkEvent) => void) | undefined;
}

/** The results store refuses us: rights or configuration. */
export class SinkStopped extends Error {
  override readonly name = 'SinkStopped';
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const defaultSettleMs = 30_000;
const longestRetryMs = 60_000;

/** Resolves when the signal has stopped it; rejects with SinkStopped. */
export async function runSink(options: SinkOptions): Promise<void> {
  const { journal, results, clock } = options;
  const telemetry = createSinkTelemetry(clock.now());
  const onEvent = (event: SinkEvent): void => {
    telemetry.take(event);
    options.onEvent?.(event);
  };
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const partitions = new Set<number>();
  /** Results of a partition go one write at a time, so that a reconciliation never overtakes news of the same point. */
  const turns = new Map<number, ReturnType<typeof createTurns>>();
  const round: ReconcileRound = { handled: undefined };
  const settleMs = options.settleMs ?? defaultSettleMs;
  const takeovers = createTakeovers(settleMs);
  let stopped: SinkStopped | undefined;

  function inTurn<T>(partition: number, body: () => Promise<T>): Promise<T> {
    let turn = turns.get(partition);
    if (!turn) {
      turn = createTurns();
      turns.set(partition, turn);
    }
    return turn(body);
  }

  /** Again and again, unless somebody else has the partition in the meantime: what he writes is newer. */
  async function write(items: readonly SinkItem[], lost: AbortSignal): Promise<readonly RefusedPoint[]> {
    for (let failures = 0; ; failures++) {
      signal.throwIfAborted();
      lost.throwIfAborted();
      const outcome = await results.write(items);
      if (outcome.outcome === 'done') return outcome.refused;
      if (outcome.outcome === 'stop') {
        stopped ??= new SinkStopped(outcome.reason);
        onEvent({ type: 'stop', reason: outcome.reason });
        stop.abort();
        throw stopped;
      }
      const afterMs = Math.min(longestRetryMs, outcome.afterMs * 2 ** Math.min(failures, 6));
      onEvent({ type: 'retry', reason: outcome.reason, afterMs });
      await sleep(afterMs, undefined, { signal: lost });
    }
  }

  async function writeNews(
    batch: readonly JournalRecord[],
    items: readonly SinkItem[],
    lost: AbortSignal,
  ): Promise<readonly RefusedPoint[]> {
    const refused = await write(items, lost);
    for (const { key } of batch) round.handled?.add(key);
    return refused;
  }

  async function handle(batch: readonly JournalRecord[], lag: number, lost: AbortSignal): Promise<void> {
    const began = clock.now();
    const items: SinkItem[] = [];
    const taken: JournalRecord[] = [];
    const asides: SetAside[] = [];
    for (const record of batch) {
      const decision = decideRecord(record);
      if (decision.take === 'item') {
        items.push(decision.item);
        taken.push(record);
      } else if (decision.take === 'aside') asides.push(decision.aside);
    }
    const { topic, partition } = batch[0]!;
    let refusedByStore = 0;
    if (items.length > 0) {
      if (topic === 'results') takeovers.handled(partition, batch[0]!.offset);
      const refused =
        topic === 'results' ? await inTurn(partition, () => writeNews(batch, items, lost)) : await write(items, lost);
      refusedByStore = refused.length;
      for (const { item, reason } of refused)
        asides.push({ record: taken[items.indexOf(item)]!, code: 'STORE_REFUSED', reason });
    }
    if (asides.length > 0) {
      await journal.append(asides.map((each) => deadLetter(each, clock.now())));
      onEvent({ type: 'dead_letters', topic, partition, count: asides.length });
    }
    const now = clock.now();
    onEvent({
      type: 'written',
      topic,
      partition,
      count: items.length,
      refused: refusedByStore,
      latencyMs: latencyOf(items, now),
      lag,
      durationMs: now - began,
    });
  }

  const following = journal.follow({
    group: options.group ?? 'sink',
    topics: ['results', 'readings', 'telemetry'],
    handle,
    signal,
    onEvent(event) {
      const { type, partition } = event;
      if (type === 'assigned' && partition !== undefined) {
        partitions.add(partition);
        takeovers.gained(partition);
      }
      if (type === 'revoked' && partition !== undefined) {
        partitions.delete(partition);
        takeovers.lost(partition);
      }
      onEvent({ type: 'journal', event });
    },
  });
  const telling = tellForever(telemetry, { journal, clock, everyMs: options.tellEveryMs ?? minuteMs, signal });
  const reconciling = reconcileForever({
    journal,
    clock,
    partitions,
    round,
    takeovers,
    settleMs,
    days: options.reconcileDays ?? 3,
    everyMs: options.reconcileEveryMs ?? hourMs,
    write: (partition, select) => inTurn(partition, async () => void (await write(select(), signal))),
    signal,
    onDone: (partition, count, durationMs) => onEvent({ type: 'reconciled', partition, count, durationMs }),
    onFailed: (reason) => onEvent({ type: 'retry', reason, afterMs: options.reconcileEveryMs ?? hourMs }),
  });
  try {
    await following;
  } catch (error) {
    if (!stopped) throw error;
  } finally {
    stop.abort();
    await Promise.all([reconciling, telling]);
  }
  if (stopped) throw stopped;
}

/** How long the batch's oldest reading has been on its way, ms; null where there is none. */
function latencyOf(items: readonly SinkItem[], now: number): number | null {
  let oldest = Number.POSITIVE_INFINITY;
  for (const item of items) if (!('kind' in item)) oldest = Math.min(oldest, item.receivedAt);
  return oldest === Number.POSITIVE_INFINITY ? null : Math.max(0, now - oldest);
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
