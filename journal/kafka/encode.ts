/** Records as requests: partitions by building, small enough for the broker's limit of one batch a partition. */
import { partitionOf, type TopicName, topicName, topics } from '../../domain/topics.ts';
import type { OutgoingRecord } from '../port.ts';
import { RecordsWriter } from './records-writer.ts';

/** A broker takes 1 MB a batch by default; compression makes it less, never counted on. */
const maximumBatchBytes = 900_000;

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

/** The batches of one topic in one request. */
export interface TopicBatches {
  /** The full name. */
  readonly topic: string;
  readonly partitions: ReadonlyMap<number, RecordsWriter>;
}

type Batches = Map<TopicName, Map<number, RecordsWriter>>;

/** The requests that carry the records, in order. */
export function encodeRecords(records: readonly OutgoingRecord[], encoding: Encoding): TopicBatches[][] {
  const requests: TopicBatches[][] = [];
  const partitionFor = createPartitioner(encoding);
  let request: Batches = new Map();
  for (const record of records) {
    const { topic, key, value } = record;
    const partition = partitionFor(record);
    const text = value === null ? '' : JSON.stringify(value);
    const keyBytes = Buffer.byteLength(key);
    const valueBytes = value === null ? -1 : Buffer.byteLength(text);
    let batch = batchOf(request, topic, partition);
    if (batch.length > 0 && batch.sizeWith(keyBytes, valueBytes) > maximumBatchBytes) {
      requests.push(toTopicBatches(request, encoding));
      request = new Map();
      batch = batchOf(request, topic, partition);
    }
    batch.add(key, keyBytes, text, valueBytes);
  }
  if (request.size > 0) requests.push(toTopicBatches(request, encoding));
  return encoding.isApart ? requests.flatMap(apart) : requests;
}

function apart(request: readonly TopicBatches[]): TopicBatches[][] {
  return request.flatMap(({ topic, partitions }) =>
    [...partitions].map(([partition, records]) => [{ topic, partitions: new Map([[partition, records]]) }]),
  );
}

/** Of a compacted topic only the last record of each key matters to anybody; the order is that of the last ones. */
export function lastOfEachKey(records: readonly OutgoingRecord[]): readonly OutgoingRecord[] {
  const seen = new Map<TopicName, Set<string>>();
  const kept: OutgoingRecord[] = [];
  for (let index = records.length - 1; index >= 0; index--) {
    const record = records[index]!;
    const { topic, key } = record;
    if (topics[topic].cleanup === 'compact') {
      let keys = seen.get(topic);
      if (!keys) {
        keys = new Set();
        seen.set(topic, keys);
      }
      if (keys.has(key)) continue;
      keys.add(key);
    }
    kept.push(record);
  }
  return kept.reverse();
}

/** Gives the partition of a record; those of one building mostly follow one another. */
function createPartitioner({ ownPartition, partitions }: Encoding): (record: OutgoingRecord) => number {
  let last: { building: string; count: number; partition: number } | undefined;
  return ({ topic, building }) => {
    if (ownPartition !== undefined && (topic === 'state' || building === '')) return ownPartition;
    const count = partitions(topic);
    if (last?.building !== building || last.count !== count)
      last = { building, count, partition: partitionOf(building, count) };
    return last.partition;
  };
}

function batchOf(request: Batches, topic: TopicName, partition: number): RecordsWriter {
  let partitions = request.get(topic);
  if (!partitions) {
    partitions = new Map();
    request.set(topic, partitions);
  }
  let batch = partitions.get(partition);
  if (!batch) {
    batch = new RecordsWriter();
    partitions.set(partition, batch);
  }
  return batch;
}

function toTopicBatches(request: Batches, { prefix }: Encoding): TopicBatches[] {
  return [...request].map(([topic, partitions]) => ({ topic: topicName(topic, prefix), partitions }));
}
