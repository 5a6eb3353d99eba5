/** Reads partitions from given offsets, committed records only, over connections of its own; waits for brokers that are away. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { type TopicName, topicName } from '../../domain/topics.ts';
import type { JournalRecord } from '../port.ts';
import { committedMessages } from './committed.ts';
import { isOffsetOutOfRange, KafkaFailure } from './errors.ts';
import { createCluster, type FetchTopic, fetchFrom, readCommitted } from './internals.ts';
import type { RawMessage, RawPartition } from './raw.ts';

export interface FetchPosition {
  readonly topic: TopicName;
  readonly partition: number;
  /** Next offset to read. */
  readonly offset: number;
}

export interface Fetched {
  readonly topic: TopicName;
  readonly partition: number;
  readonly records: readonly JournalRecord[];
  /** The next offset to read, past control and aborted records. */
  readonly next: number;
  /** One past the last record that is committed, or not in a transaction that is still open. */
  readonly stableEnd: number;
}

export interface FetchLimits {
  /** How long the broker may wait for something to come. */
  readonly maxWaitMs: number;
  readonly maxBytes: number;
}

export interface Fetcher {
  partitions(topic: TopicName): Promise<number>;
  /** One answer for each partition; throws KafkaFailure where the brokers do not give it. */
  fetch(positions: readonly FetchPosition[], limits: FetchLimits): Promise<Fetched[]>;
  /** The first offset that is still there, and one past the last. */
  bounds(topic: TopicName, partition: number): Promise<{ readonly earliest: number; readonly end: number }>;
  /** Which cluster it is. */
  clusterId(): Promise<string>;
  /** How many brokers it has now. */
  brokers(): Promise<number>;
  close(): Promise<void>;
}

/** What the broker still waits with one connection's other partitions, where several brokers lead them. */
const sharedWaitMs = 100;

export function createFetcher(kafka: Kafka, prefix: string): Fetcher {
  const cluster = createCluster(kafka);
  const targets = new Set<string>();
  let connected: Promise<void> | undefined;

  async function prepare(topics: readonly string[]): Promise<void> {
    connected ??= cluster.connect();
    try {
      await connected;
    } catch (error) {
      connected = undefined;
      throw error;
    }
    if (!cluster.isConnected()) await cluster.connect();
    if (topics.some((topic) => !targets.has(topic))) {
      await cluster.addMultipleTargetTopics(topics);
      for (const topic of topics) targets.add(topic);
    } else await cluster.refreshMetadataIfNecessary();
  }

  /** Runs a request; after a failure the next one starts from fresh metadata. */
  async function request<T>(topics: readonly TopicName[], body: () => Promise<T>): Promise<T> {
    try {
      await prepare(topics.map((topic) => topicName(topic, prefix)));
      return await body();
    } catch (error) {
      const { host, port } = error as { host?: string; port?: number };
      if (host !== undefined && port !== undefined) cluster.removeBroker({ host, port });
      if (!isOffsetOutOfRange(error)) await cluster.refreshMetadata().catch(() => undefined);
      throw new KafkaFailure(error);
    }
  }

  async function fetchOnce(positions: readonly FetchPosition[], limits: FetchLimits): Promise<Fetched[]> {
    const byLeader = new Map<string, FetchPosition[]>();
    for (const position of positions) {
      const leaders = cluster.findLeaderForPartitions(topicName(position.topic, prefix), [position.partition]);
      const leader = Object.keys(leaders)[0];
      if (leader === undefined) throw new Error(`partition ${position.partition} of ${position.topic} has no leader`);
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), position]);
    }
    const maxWaitTime = byLeader.size > 1 ? Math.min(limits.maxWaitMs, sharedWaitMs) : limits.maxWaitMs;
    const answers = await Promise.all(
      [...byLeader].map(async ([nodeId, own]) => {
        const broker = await cluster.findBroker({ nodeId });
        const topics = own.map(
          ({ topic, partition, offset }): FetchTopic => ({
            topic: topicName(topic, prefix),
            partitions: [{ partition, fetchOffset: String(offset), maxBytes: limits.maxBytes }],
          }),
        );
        const maxBytes = limits.maxBytes * own.length;
        return await fetchFrom(broker, { isolationLevel: readCommitted, maxWaitTime, minBytes: 1, maxBytes, topics });
      }),
    );
    const found = new Map<string, RawPartition>();
    for (const { topicName: name, partitions } of answers.flat()) {
      for (const partition of partitions) found.set(`${name}/${partition.partition}`, partition);
    }
    return positions.map((position) => {
      const raw = found.get(`${topicName(position.topic, prefix)}/${position.partition}`);
      // A broker that holds us back (quotas) answers with nothing at all: that is not the end of the partition.
      if (!raw) throw new Error(`no answer for partition ${position.partition} of ${position.topic}`);
      return decode(position, raw);
    });
  }

  /** Alone, a partition is given its next batch however large it is; where none comes, none is left before the stable end. */
  async function fetchAlone(position: FetchPosition, limits: FetchLimits): Promise<Fetched> {
    const [answer] = await request([position.topic], () => fetchOnce([position], { ...limits, maxWaitMs: 0 }));
    return isStuck(answer!, position) ? { ...answer!, next: answer!.stableEnd } : answer!;
  }

  return {
    async partitions(topic) {
      return await request([topic], async () => cluster.findTopicPartitionMetadata(topicName(topic, prefix)).length);
    },
    async fetch(positions, limits) {
      const topics = [...new Set(positions.map(({ topic }) => topic))];
      const fetched = await request(topics, () => fetchOnce(positions, limits));
      // The others' records took the whole answer, or compaction has taken all records before the stable end.
      return await Promise.all(
        fetched.map((answer, index) =>
          isStuck(answer, positions[index]!) ? fetchAlone(positions[index]!, limits) : answer,
        ),
      );
    },
    async bounds(topic, partition) {
      const name = topicName(topic, prefix);
      const offset = async (fromBeginning: boolean): Promise<number> => {
        const asked = [{ topic: name, partitions: [{ partition }], fromBeginning }];
        const [answer] = await request([topic], () => cluster.fetchTopicsOffset(asked));
        return Number(answer?.partitions[0]?.offset ?? 0);
      };
      return { earliest: await offset(true), end: await offset(false) };
    },
    async clusterId() {
      return await request([], async () => (await cluster.metadata({ topics: [] })).clusterId);
    },
    async brokers() {
      return await request([], async () => (await cluster.metadata({ topics: [] })).brokers.length);
    },
    async close() {
      await connected?.catch(() => undefined);
      await cluster.disconnect();
    },
  };
}

/** Every record of a partition from an offset to its stable end at the time of the call; waits for brokers until aborted. */
export async function* readPartition(
  fetcher: Fetcher,
  topic: TopicName,
  partition: number,
  from: number,
  signal?: AbortSignal,
): AsyncGenerator<readonly JournalRecord[]> {
  let offset = from;
  let end: number | undefined;
  for (let failures = 0; end === undefined || offset < end; ) {
    signal?.throwIfAborted();
    let fetched: Fetched | undefined;
    try {
      [fetched] = await fetcher.fetch([{ topic, partition, offset }], { maxWaitMs: 0, maxBytes: 4_000_000 });
      failures = 0;
    } catch (error) {
      if (isOffsetOutOfRange(error)) {
        const { earliest } = await fetcher.bounds(topic, partition);
        if (offset >= earliest) return;
        offset = earliest;
        continue;
      }
      if (++failures > 8) throw error;
      await sleep(100 * failures);
      continue;
    }
    end ??= fetched!.stableEnd;
    const limit = end;
    const records =
      fetched!.next <= limit ? fetched!.records : fetched!.records.filter((record) => record.offset < limit);
    offset = fetched!.next;
    if (records.length > 0) yield records;
  }
}

function isStuck(answer: Fetched, { offset }: FetchPosition): boolean {
  return answer.next === offset && offset < answer.stableEnd;
}

function decode({ topic, partition, offset }: FetchPosition, raw: RawPartition): Fetched {
  return {
    topic,
    partition,
    records: committedMessages(raw, offset).map((message) => decodeMessage(topic, partition, message)),
    next: Math.max(offset, raw.nextOffset ?? offset),
    stableEnd: raw.lastStableOffset,
  };
}

function decodeMessage(
  topic: TopicName,
  partition: number,
  { offset, key, value: text, unreadable }: RawMessage,
): JournalRecord {
  if (unreadable !== undefined) {
    // Nobody else writes there, and without it the state would be another one.
    if (topic === 'state') throw new Error(`${unreadable}: record ${offset} of the state of partition ${partition}`);
    return { topic, partition, offset, key, value: undefined, raw: unreadable };
  }
  if (text === null) return { topic, partition, offset, key, value: null };
  try {
    return { topic, partition, offset, key, value: JSON.parse(text) as unknown };
  } catch {
    return { topic, partition, offset, key, value: undefined, raw: text };
  }
}
