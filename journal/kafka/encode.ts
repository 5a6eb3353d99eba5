/** Records as messages: partitions by building, requests small enough for the broker's limit of one batch a partition. */
import type { TopicMessages } from 'kafkajs';
import { partitionOf, type TopicName, topicName, topics } from '../../domain/topics.ts';
import type { OutgoingRecord } from '../port.ts';

/** A broker takes 1 MB a batch by default; compression makes it less, never counted on. */
const maximumBatchBytes = 900_000;
const messageOverheadBytes = 70;

export interface Encoding {
  readonly prefix: string;
  readonly partitions: (topic: TopicName) => number;
  /**
   * One partition a request. kafkajs sends a request to the leaders of all its partitions at once, and where one of them fails it sends again to those that
   * have not answered yet, under new sequence numbers: what they were taking then stands twice.
   */
  readonly isApart?: boolean | undefined;
  /** Where the state of the task goes, and records of no building. */
  readonly ownPartition?: number | undefined;
}

interface EncodedMessage {
  readonly partition: number;
  readonly key: string;
  readonly value: Buffer | null;
}

/** The requests that carry the records, in order. */
export function encodeRecords(records: readonly OutgoingRecord[], encoding: Encoding): TopicMessages[][] {
  const requests: TopicMessages[][] = [];
  let request = new Map<TopicName, EncodedMessage[]>();
  let bytes = new Map<string, number>();
  for (const record of records) {
    const message = encodeRecord(record, encoding);
    const batch = `${record.topic}/${message.partition}`;
    const size = messageOverheadBytes + message.key.length + (message.value?.length ?? 0);
    const sum = (bytes.get(batch) ?? 0) + size;
    if (sum > maximumBatchBytes && sum > size) {
      requests.push(toTopicMessages(request, encoding));
      request = new Map();
      bytes = new Map([[batch, size]]);
    } else bytes.set(batch, sum);
    const messages = request.get(record.topic);
    if (messages) messages.push(message);
    else request.set(record.topic, [message]);
  }
  if (request.size > 0) requests.push(toTopicMessages(request, encoding));
  return encoding.isApart ? requests.flatMap(apart) : requests;
}

function apart(request: readonly TopicMessages[]): TopicMessages[][] {
  return request.flatMap(({ topic, messages }) => {
    const byPartition = new Map<number | undefined, TopicMessages['messages']>();
    for (const message of messages) {
      const own = byPartition.get(message.partition);
      if (own) own.push(message);
      else byPartition.set(message.partition, [message]);
    }
    return [...byPartition.values()].map((own) => [{ topic, messages: own }]);
  });
}

/** Of a compacted topic only the last record of each key matters to anybody; the order is that of the last ones. */
export function lastOfEachKey(records: readonly OutgoingRecord[]): readonly OutgoingRecord[] {
  const seen = new Set<string>();
  const kept: OutgoingRecord[] = [];
  for (const record of [...records].reverse()) {
    if (topics[record.topic].cleanup === 'compact') {
      const identity = `${record.topic}/${record.key}`;
      if (seen.has(identity)) continue;
      seen.add(identity);
    }
    kept.push(record);
  }
  return kept.reverse();
}

function encodeRecord({ topic, key, building, value }: OutgoingRecord, encoding: Encoding): EncodedMessage {
  const { ownPartition } = encoding;
  const own = ownPartition !== undefined && (topic === 'state' || building === '');
  const partition = own ? ownPartition : partitionOf(building, encoding.partitions(topic));
  return { partition, key, value: value === null ? null : Buffer.from(JSON.stringify(value)) };
}

function toTopicMessages(request: ReadonlyMap<TopicName, EncodedMessage[]>, { prefix }: Encoding): TopicMessages[] {
  return [...request].map(([topic, messages]) => ({ topic: topicName(topic, prefix), messages }));
}
