/** The journal on Kafka. Groups and transactional ids begin with the prefix of the topics. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../domain/clock.ts';
import { type TopicName, topicName, topicNames } from '../../domain/topics.ts';
import type { Journal, JournalRecord, ProcessOptions } from '../port.ts';
import { createAppender } from './append.ts';
import { createKafka, type KafkaOptions } from './client.ts';
import type { Encoding } from './encode.ts';
import { isRefused, reasonOf } from './errors.ts';
import { createFetcher, readPartition } from './fetcher.ts';
import { followPartition } from './follow.ts';
import { joinGroup } from './membership.ts';
import { processPartition } from './process.ts';

export interface KafkaJournalOptions extends KafkaOptions {
  readonly clock?: Clock | undefined;
}

const defaultSessionTimeoutMs = 15_000;
const firstPauseMs = 500;
const longestPauseMs = 5000;

/** Connects when first used. */
export function createKafkaJournal(options: KafkaJournalOptions): Journal {
  const prefix = options.prefix ?? 'releve';
  const clock = options.clock ?? systemClock;
  const sessionTimeoutMs = options.sessionTimeoutMs ?? defaultSessionTimeoutMs;
  const kafka = createKafka(options);
  const appender = createAppender(kafka);
  const fetcher = createFetcher(kafka, prefix);
  let encoding: Promise<Encoding> | undefined;

  /** The number of partitions decides where a building is, so it is asked once. */
  function encode(): Promise<Encoding> {
    encoding ??= countPartitions().catch((error) => {
      encoding = undefined;
      throw error;
    });
    return encoding;
  }

  async function countPartitions(): Promise<Encoding> {
    const counts = new Map<TopicName, number>();
    for (const topic of topicNames) counts.set(topic, await fetcher.partitions(topic));
    return { prefix, partitions: (topic) => counts.get(topic)!, isApart: (await fetcher.brokers()) > 1 };
  }

  return {
    async append(records) {
      if (records.length > 0) await appender.append(records, await encode());
    },
    partitions: (topic) => fetcher.partitions(topic),
    async *read(topic, partition, from = 0): AsyncGenerator<readonly JournalRecord[]> {
      const own = createFetcher(kafka, prefix);
      try {
        yield* readPartition(own, topic, partition, from);
      } finally {
        await own.close();
      }
    },
    async process(processing) {
      const groupId = `${prefix}-${processing.group}`;
      const encoding = await reached(encode, processing);
      if (!encoding) return;
      const { partitions } = encoding;
      if (processing.inputs.some((topic) => partitions(topic) !== partitions('state'))) {
        throw new Error(`the topics ${processing.inputs.join(', ')} and state must have the same number of partitions`);
      }
      const context = { kafka, clock, groupId, encoding, options: processing };
      await joinGroup({
        kafka,
        groupId,
        topics: processing.inputs.map((topic) => topicName(topic, prefix)),
        sessionTimeoutMs,
        own: (partition, member, signal) => processPartition(context, partition, member, signal),
        signal: processing.signal,
        onEvent: (event) => processing.onEvent?.(event),
      });
    },
    async follow(following) {
      const groupId = `${prefix}-${following.group}`;
      const context = { kafka, prefix, groupId, options: following };
      await joinGroup({
        kafka,
        groupId,
        topics: following.topics.map((topic) => topicName(topic, prefix)),
        sessionTimeoutMs,
        own: (partition, member, signal) => followPartition(context, partition, member, signal),
        signal: following.signal,
        onEvent: (event) => following.onEvent?.(event),
      });
    },
    async position(group, topic, partition) {
      const admin = kafka.admin();
      try {
        await admin.connect();
        const [found] = await admin.fetchOffsets({ groupId: `${prefix}-${group}`, topics: [topicName(topic, prefix)] });
        const offset = Number(found?.partitions.find((entry) => entry.partition === partition)?.offset ?? 0);
        return Math.max(0, offset);
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    },
    async check() {
      for (const topic of topicNames) await fetcher.partitions(topic);
    },
    async close() {
      await appender.close();
      await fetcher.close().catch(() => undefined);
    },
  };
}

/** Waits for brokers and topics that are not there yet; undefined where it was stopped before. */
async function reached<T>(
  ask: () => Promise<T>,
  { signal, onEvent }: Pick<ProcessOptions, 'signal' | 'onEvent'>,
): Promise<T | undefined> {
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await ask();
    } catch (error) {
      if (isRefused(error)) throw error;
      onEvent?.({ type: 'retry', facts: { reason: reasonOf(error), pauseMs } });
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
