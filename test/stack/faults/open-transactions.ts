/**
 * What the broker says of transactions: its own log `__transaction_state`, one record a change, the newest of each transactional id.
 *
 *     key    version i16 | length i16 | transactional id
 *     value  version i16 | producer id i64 | epoch i16 | timeout i32 | status i8 | …          big-endian
 */
import type { Kafka } from 'kafkajs';

export interface TransactionWatch {
  /** Those of the ids that have begun and not been asked to end, as far as is known here. */
  open(ids: readonly string[]): string[];
  /**
   * From now on: resolves when it is decided what becomes of the ids' open transactions, true where one at least is aborted. Of a process that is no
   * more this is the proof: nobody but its successor, or the broker after the time that it allows, can have done that.
   */
  aborted(ids: readonly string[]): Promise<boolean>;
  /** Changes seen so far. */
  readonly seen: number;
  stop(): Promise<void>;
}

const ongoing = 1;
/** PrepareAbort, and PrepareEpochFence where a successor ends it. */
const aborting: ReadonlySet<number> = new Set([3, 7]);
const statusOffset = 2 + 8 + 2 + 4;

/** Resolves when it has begun to read; transactions must have been made before, for the broker to have the topic. */
export async function watchTransactions(kafka: Kafka): Promise<TransactionWatch> {
  const statuses = new Map<string, number>();
  let seen = 0;
  const waiting = new Map<string, ((status: number) => void)[]>();
  const next = (id: string): Promise<number> =>
    new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]));
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
      else {
        const status = value.readInt8(statusOffset);
        statuses.set(id, status);
        // The next partitions of the same transaction decide nothing.
        if (status !== ongoing) {
          for (const resolve of waiting.get(id) ?? []) resolve(status);
          waiting.delete(id);
        }
      }
      seen++;
    },
  });
  return {
    open: (ids) => ids.filter((id) => statuses.get(id) === ongoing),
    aborted: async (ids) => (await Promise.all(ids.map(next))).some((status) => aborting.has(status)),
    get seen() {
      return seen;
    },
    stop: () => consumer.disconnect(),
  };
}
