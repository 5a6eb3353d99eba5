/**
 * One partition's transactional producer. kafkajs's `connect` does not initialise a transactional id, and only that fences the former
 * owner and ends its open transaction, so an empty transaction is begun at once.
 */
import type { Kafka, Producer, RecordMetadata } from 'kafkajs';
import { type TopicName, topicName } from '../../domain/topics.ts';
import type { OutgoingRecord } from '../port.ts';
import { acknowledgedByAll } from './append.ts';
import { type Encoding, encodeRecords, lastOfEachKey } from './encode.ts';
import { KafkaFailure } from './errors.ts';
import { toMessages } from './produce.ts';

export interface Transactions {
  /**
   * Writes the records and the group's next offsets, all or nothing; gives the offset of the last record of the state topic, where the brokers
   * have said it. After a rejection the outcome is unknown and this is of no more use.
   */
  commit(records: readonly OutgoingRecord[], next: ReadonlyMap<TopicName, number>): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface TransactionsOptions {
  readonly kafka: Kafka;
  readonly transactionalId: string;
  readonly groupId: string;
  readonly partition: number;
  readonly encoding: Encoding;
}

/** A transaction left open by a process that nobody follows blocks readers this long. */
const transactionTimeoutMs = 30_000;

/** Fences whoever used the id before. */
export async function beginTransactions(options: TransactionsOptions): Promise<Transactions> {
  const { kafka, transactionalId, groupId, partition, encoding } = options;
  const producer = kafka.producer({
    transactionalId,
    maxInFlightRequests: 1,
    transactionTimeout: transactionTimeoutMs,
    allowAutoTopicCreation: false,
  });
  try {
    await producer.connect();
    const empty = await producer.transaction();
    await empty.abort();
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw new KafkaFailure(error);
  }
  return {
    async commit(records, next) {
      try {
        return await commitOnce(producer, records, next);
      } catch (error) {
        throw new KafkaFailure(error);
      }
    },
    async close() {
      await producer.disconnect().catch(() => undefined);
    },
  };

  async function commitOnce(
    on: Producer,
    records: readonly OutgoingRecord[],
    next: ReadonlyMap<TopicName, number>,
  ): Promise<number | undefined> {
    const transaction = await on.transaction();
    const stateTopic = topicName('state', encoding.prefix);
    let stateOffset: number | undefined;
    try {
      for (const batches of encodeRecords(lastOfEachKey(records), encoding)) {
        const topicMessages = batches.map(toMessages);
        const answers = await transaction.sendBatch({ topicMessages, acks: acknowledgedByAll });
        const sent = batches.find(({ topic }) => topic === stateTopic)?.partitions.get(partition)?.length;
        if (sent !== undefined) stateOffset = lastOffset(answers, stateTopic, sent);
      }
      const topics = [...next].map(([topic, offset]) => ({
        topic: topicName(topic, encoding.prefix),
        partitions: [{ partition, offset: String(offset) }],
      }));
      await transaction.sendOffsets({ consumerGroupId: groupId, topics });
      await transaction.commit();
      return stateOffset;
    } catch (error) {
      if (transaction.isActive()) await transaction.abort().catch(() => undefined);
      throw error;
    }
  }
}

/** All state records of a request are one batch of one partition, so they stand one after the other. */
function lastOffset(answers: readonly RecordMetadata[], topic: string, count: number): number | undefined {
  const base = Number(answers.find(({ topicName }) => topicName === topic)?.baseOffset ?? -1);
  return base >= 0 ? base + count - 1 : undefined;
}
