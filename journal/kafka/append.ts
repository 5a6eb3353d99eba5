/**
 * `append` on Kafka: idempotent producer, acknowledged by all in-sync replicas. One request is on its way at a time; what comes meanwhile
 * goes together in the next one.
 *
 * kafkajs moves a producer's sequence numbers only on success. After a failure whose outcome is unknown the next batch would go out under the
 * numbers of one that may be stored, and the broker would take it for a duplicate and drop it: so a producer that has failed is never used again.
 */
import type { Kafka, Producer } from 'kafkajs';
import type { OutgoingRecord } from '../port.ts';
import { type Encoding, encodeRecords } from './encode.ts';
import { KafkaFailure } from './errors.ts';
import { toMessages } from './produce.ts';

export interface Appender {
  append(records: readonly OutgoingRecord[], encoding: Encoding): Promise<void>;
  close(): Promise<void>;
}

export const acknowledgedByAll = -1;

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly encoding: Encoding;
  resolve(): void;
  reject(error: unknown): void;
}

export function createAppender(kafka: Kafka): Appender {
  let producer: Producer | undefined;
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  async function send(records: readonly OutgoingRecord[], encoding: Encoding): Promise<void> {
    if (!producer) {
      producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
      await producer.connect();
    }
    for (const batches of encodeRecords(records, encoding)) {
      await producer.sendBatch({ topicMessages: batches.map(toMessages), acks: acknowledgedByAll });
    }
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const together = waiting;
      waiting = [];
      try {
        const records = together.length === 1 ? together[0]!.records : together.flatMap((item) => item.records);
        await send(records, together[0]!.encoding);
        for (const item of together) item.resolve();
      } catch (error) {
        void producer?.disconnect().catch(() => undefined);
        producer = undefined;
        for (const item of together) item.reject(new KafkaFailure(error));
      }
    }
    running = undefined;
  }

  return {
    append(records, encoding) {
      return new Promise((resolve, reject) => {
        waiting.push({ records, encoding, resolve, reject });
        running ??= run();
      });
    },
    async close() {
      await running;
      await producer?.disconnect().catch(() => undefined);
      producer = undefined;
    },
  };
}
