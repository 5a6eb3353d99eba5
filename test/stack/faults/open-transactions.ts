/**
 * What the broker says of transactions: its own log `__transaction_state`, one record a change, the newest of each transactional id.
 *
 *     key    version i16 | length i16 | transactional id
 *     value  version i16 | producer id i64 | epoch i16 | timeout i32 | status i8 | …          big-endian
 */
import type { Kafka } from 'kafkajs';

export interface TransactionWatch {
  /** Those of the ids that have begun and not been asked to end. */
  open(ids: readonly string[]): string[];
  /** Changes seen so far. */
  readonly seen: number;
  stop(): Promise<void>;
}

const ongoing = 1;
const statusOffset = 2 + 8 + 2 + 4;

/** Resolves when it has begun to read; transactions must have been made before, for the broker to have the topic. */
export async function watchTransactions(kafka: Kafka): Promise<TransactionWatch> {
  const statuses = new Map<string, number>();
  let seen = 0;
  const consumer = kafka.consumer({
    groupId: `transactions-${process.pid}-${Date.now()}`,
    readUncommitted: true,
    maxWaitTimeInMs: 50,
    allowAutoTopicCreation: false,
  });
  await consumer.connect();
  await consumer.subscribe({ topic: '__transaction_state', fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message: { key, value } }) => {
      if (key === null) return;
      const id = key.subarray(4, 4 + key.readInt16BE(2)).toString();
      if (value === null) statuses.delete(id);
      else statuses.set(id, value.readInt8(statusOffset));
      seen++;
    },
  });
  return {
    open: (ids) => ids.filter((id) => statuses.get(id) === ongoing),
    get seen() {
      return seen;
    },
    stop: () => consumer.disconnect(),
  };
}
