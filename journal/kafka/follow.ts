/** `follow` on Kafka: at least once. Each partition is read by a loop of its own from the group's position, which moves after the handler has resolved. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { type TopicName, topicName } from '../../domain/topics.ts';
import type { FollowOptions } from '../port.ts';
import { isOffsetOutOfRange, isRefused, reasonOf } from './errors.ts';
import { createFetcher, type Fetched, type Fetcher } from './fetcher.ts';
import type { Member } from './membership.ts';

export interface FollowContext {
  readonly kafka: Kafka;
  readonly prefix: string;
  readonly groupId: string;
  readonly options: FollowOptions;
}

const firstRetryMs = 500;
const longestRetryMs = 30_000;
const idleWaitMs = 500;
const currentPollMs = 200;
/** Compressed; some 5,000 results, what InfluxDB takes best: more at once only grows what the collector has to carry. */
const fetchBytes = 250_000;

export async function followPartition(
  context: FollowContext,
  partition: number,
  member: Member,
  signal: AbortSignal,
): Promise<void> {
  const { options } = context;
  const fetcher = createFetcher(context.kafka, context.prefix);
  try {
    const next = await attempt(() => startPositions(context, partition, fetcher));
    while (next && !signal.aborted) {
      const wanted = [...next].map(([topic, offset]) => ({ topic, partition, offset }));
      const fetched = await attempt(() => fetchOrSkip(fetcher, wanted));
      for (const { topic, records, next: after, stableEnd } of fetched ?? []) {
        const lag = Math.max(0, stableEnd - after);
        if (records.length > 0) {
          const taken = await attempt(async () => {
            await current(member, signal);
            await options.handle(records, lag, signal);
            return true;
          });
          if (!taken) return;
        }
        if (after === next.get(topic)) continue;
        next.set(topic, after);
        // A commit lost to a rebalance only makes the next owner repeat.
        const offset = { topic: topicName(topic, context.prefix), partition, next: after };
        await member
          .commit([offset])
          .catch((error) => options.onEvent?.({ type: 'retry', partition, facts: { reason: reasonOf(error) } }));
      }
    }
  } finally {
    await fetcher.close().catch(() => undefined);
  }

  /** Tries until it succeeds; undefined where it was stopped before. */
  async function attempt<T>(body: () => Promise<T>): Promise<T | undefined> {
    for (let retryMs = firstRetryMs; !signal.aborted; retryMs = Math.min(2 * retryMs, longestRetryMs)) {
      try {
        return await body();
      } catch (error) {
        if (signal.aborted) return undefined;
        if (isRefused(error)) throw error;
        options.onEvent?.({ type: 'retry', partition, facts: { reason: reasonOf(error), retryMs } });
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }
}

/** Waits while others may have our partition: a follower that slept must not overwrite what they have written since. */
async function current(member: Member, signal: AbortSignal): Promise<void> {
  while (!member.isCurrent()) await sleep(currentPollMs, undefined, { signal });
}

async function startPositions(
  context: FollowContext,
  partition: number,
  fetcher: Fetcher,
): Promise<Map<TopicName, number>> {
  const admin = context.kafka.admin();
  await admin.connect();
  try {
    const names = context.options.topics.map((topic) => topicName(topic, context.prefix));
    const committed = await admin.fetchOffsets({ groupId: context.groupId, topics: names });
    const next = new Map<TopicName, number>();
    for (const [index, topic] of context.options.topics.entries()) {
      const found = committed.find((answer) => answer.topic === names[index]);
      const offset = Number(found?.partitions.find((answer) => answer.partition === partition)?.offset ?? -1);
      next.set(topic, offset >= 0 ? offset : (await fetcher.bounds(topic, partition)).earliest);
    }
    return next;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function fetchOrSkip(
  fetcher: Fetcher,
  wanted: readonly { topic: TopicName; partition: number; offset: number }[],
): Promise<Fetched[]> {
  try {
    return await fetcher.fetch(wanted, { maxWaitMs: idleWaitMs, maxBytes: fetchBytes });
  } catch (error) {
    if (!isOffsetOutOfRange(error)) throw error;
    // Retention was faster, or the topic was made anew: go on with what is there.
    return Promise.all(
      wanted.map(async ({ topic, partition, offset }) => {
        const { earliest, end } = await fetcher.bounds(topic, partition);
        const next = offset < earliest || offset > end ? earliest : offset;
        return { topic, partition, records: [], next, stableEnd: end };
      }),
    );
  }
}
