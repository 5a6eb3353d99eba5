/** What each topic's table can do. All of it synchronous: the caller holds the transaction. */
import type { TopicName } from '../../domain/topics.ts';
import type { JournalRecord, OutgoingRecord } from '../port.ts';

export interface TopicTable {
  readonly topic: TopicName;
  /** Adds records of this topic in order; `now` (epoch ms) starts their retention. */
  insert(records: readonly OutgoingRecord[], now: number): void;
  /** At most `limit` records from an offset on, in order. */
  read(from: number, limit: number): JournalRecord[];
  /** The offset after the last one ever given. */
  end(): number;
  /** Looks at the `limit` oldest records and removes those stored before `before` (epoch ms); returns how many. */
  expire(before: number, limit: number): number;
}

/** SQLite has one partition: the file has one writer at a time anyway. */
export const onlyPartition = 0;
