/**
 * `process` on Kafka: exactly once. kafkajs has no rebalance listener and sends no generation with offsets, so everything hangs on one
 * transactional id a partition and on the state that the task keeps:
 *
 *     assigned → fence the former owner (and end its open transaction) → restore the state, committed only, to its end
 *       → read from the offsets *in the state* → (batch → task → results + state + offsets in one transaction)*
 *
 * Any failure of a transaction has an unknown outcome: the task is dropped and restored anew, after a pause in which a process that has lost
 * the partition hears of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { Clock } from '../../domain/clock.ts';
import { type TopicName, topicName } from '../../domain/topics.ts';
import type { JournalRecord, OutgoingRecord, PartitionTask, ProcessOptions } from '../port.ts';
import type { Encoding } from './encode.ts';
import { isFenced, isOffsetOutOfRange, isRefused, KafkaFailure, reasonOf } from './errors.ts';
import { createFetcher, type Fetched, type Fetcher, readPartition } from './fetcher.ts';
import type { Member } from './membership.ts';
import { beginTransactions, type Transactions } from './transactions.ts';

export interface PartitionContext {
  readonly kafka: Kafka;
  readonly clock: Clock;
  readonly encoding: Encoding;
  readonly groupId: string;
  readonly options: ProcessOptions;
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;
/** How long the broker waits for records: short enough to stop and tick in time. */
const idleWaitMs = 500;
const fetchRetryMs = 500;
/** Compressed; some 30,000 readings, so that a transaction stays small beside the rest of the pipeline. */
const fetchBytes = 250_000;
/** Records handed to the task at once, between which timers and sockets have their turn. */
const recordsAtOnce = 5000;

/** Runs one partition until the signal; rejects on a failure of the task itself, or where the brokers refuse us. */
export async function processPartition(
  context: PartitionContext,
  partition: number,
  member: Member,
  signal: AbortSignal,
): Promise<void> {
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    const fetcher = createFetcher(context.kafka, context.encoding.prefix);
    let transactions: Transactions | undefined;
    try {
      transactions = await beginTransactions({
        kafka: context.kafka,
        transactionalId: `${context.groupId}-${partition}`,
        groupId: context.groupId,
        partition,
        encoding: { ...context.encoding, ownPartition: partition },
      });
      await runTask(context, partition, fetcher, transactions, signal, () => {
        pauseMs = firstPauseMs;
      });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof KafkaFailure) || isRefused(error)) {
        context.options.onEvent?.({ type: 'failed', partition, facts: { reason: reasonOf(error) } });
        throw error;
      }
      const type = isFenced(error) ? 'fenced' : 'retry';
      context.options.onEvent?.({ type, partition, facts: { reason: reasonOf(error), pauseMs } });
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      await confirmed(member, signal);
    } finally {
      await transactions?.close();
      await fetcher.close().catch(() => undefined);
    }
  }
}

/** Waits until we are known to own something: to begin transactions otherwise would fence the rightful owner. */
async function confirmed(member: Member, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await member.isConfirmed().catch(() => false))) {
    await sleep(firstPauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One life of the task: restored, then fed, until the signal or a failure. */
async function runTask(
  context: PartitionContext,
  partition: number,
  fetcher: Fetcher,
  transactions: Transactions,
  signal: AbortSignal,
  onCommitted: () => void,
): Promise<void> {
  const { clock, options } = context;
  const task: PartitionTask = options.createTask(partition, context.encoding.partitions('state'));
  const began = clock.now();
  const readState = (from: number) => readPartition(fetcher, 'state', partition, from, signal);
  const identity = `${await fetcher.clusterId()}/${topicName('state', context.encoding.prefix)}`;
  await task.restore(readState(0), { identity, read: readState });
  const positions = task.positions();
  const next = new Map<TopicName, number>();
  for (const topic of options.inputs)
    next.set(topic, positions[topic] ?? (await fetcher.bounds(topic, partition)).earliest);
  const facts = { positions: Object.fromEntries(next), durationMs: clock.now() - began };
  options.onEvent?.({ type: 'restored', partition, facts });

  const ends = new Map<TopicName, number>();
  let ticked = clock.now();
  let prefetched: Promise<Fetched[]> | undefined;
  while (!signal.aborted) {
    const fetched = await (prefetched ?? fetchNext(msToTick()));
    for (const answer of fetched) next.set(answer.topic, Math.max(answer.next, next.get(answer.topic) ?? 0));
    for (const { topic, stableEnd } of fetched) ends.set(topic, stableEnd);
    const batch = fetched.flatMap(({ records }) => records);
    prefetched = undefined;
    if (batch.length > 0) {
      const position = new Map(next);
      if (lag() > 0) prefetched = caught(fetchNext(idleWaitMs));
      const outgoing = await applyBatch(task, batch);
      await commit(outgoing, position);
    }
    const now = clock.now();
    // A clock set back must not silence the ticks.
    if (now - ticked >= options.tickMs || now < ticked) {
      ticked = now;
      await commit(task.tick(now, lag()), next);
      await task.save?.(now);
    }
    const maintenance = batch.length === 0 && lag() === 0 ? (task.maintain?.(now) ?? null) : null;
    if (maintenance) await commit(await maintenance, next);
  }
  await prefetched?.catch(() => undefined);
  await task.leave?.();

  function msToTick(): number {
    return Math.max(0, Math.min(idleWaitMs, ticked + options.tickMs - clock.now()));
  }

  function lag(): number {
    return [...next].reduce((sum, [topic, offset]) => sum + Math.max(0, (ends.get(topic) ?? offset) - offset), 0);
  }

  async function commit(outgoing: readonly OutgoingRecord[], position: ReadonlyMap<TopicName, number>): Promise<void> {
    if (outgoing.length === 0) return;
    const stateOffset = await transactions.commit(outgoing, position);
    if (stateOffset !== undefined) task.committed?.(stateOffset);
    onCommitted();
  }

  async function applyBatch(to: PartitionTask, batch: readonly JournalRecord[]): Promise<readonly OutgoingRecord[]> {
    if (batch.length <= recordsAtOnce) return to.process(batch, clock.now());
    const outgoing: OutgoingRecord[] = [];
    for (let from = 0; from < batch.length; from += recordsAtOnce) {
      for (const record of to.process(batch.slice(from, from + recordsAtOnce), clock.now())) outgoing.push(record);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return outgoing;
  }

  async function fetchNext(maxWaitMs: number): Promise<Fetched[]> {
    try {
      const wanted = [...next].map(([topic, offset]) => ({ topic, partition, offset }));
      return await fetcher.fetch(wanted, { maxWaitMs, maxBytes: fetchBytes });
    } catch (error) {
      if (isOffsetOutOfRange(error)) {
        await skipLost();
        return [];
      }
      if (isRefused(error)) throw error;
      // Brokers that are away do not harm the task: the same records are asked for again.
      options.onEvent?.({ type: 'retry', partition, facts: { reason: reasonOf(error) } });
      await sleep(fetchRetryMs, undefined, { signal }).catch(() => undefined);
      return [];
    }
  }

  /** Retention was faster than we, or the topic was made anew: what is gone is gone, and said. What is read twice is known by the task. */
  async function skipLost(): Promise<void> {
    for (const [topic, offset] of next) {
      const { earliest, end } = await fetcher.bounds(topic, partition);
      if (offset >= earliest && offset <= end) continue;
      const reason = offset < earliest ? 'records lost to retention' : 'the topic ends before what was read of it';
      options.onEvent?.({ type: 'failed', partition, facts: { reason, topic, from: offset, to: earliest } });
      next.set(topic, earliest);
    }
    await sleep(fetchRetryMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The same promise, that may fail while nobody waits for it. */
function caught<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
