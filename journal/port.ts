/**
 * How records travel and wait. Two implementations: Kafka (distributed) and SQLite (embedded), one contract suite.
 *
 * Guarantees: `append` resolves when the records are durable (all in-sync replicas; synchronous=FULL). `process` applies a batch, its
 * outgoing records, its state records and its position in one transaction: exactly once. `follow` is at least once: the position moves
 * after the handler has resolved. Order is kept within a partition.
 */
import { type Reading, readingValue } from '../domain/reading.ts';
import type { TopicName } from '../domain/topics.ts';

export interface OutgoingRecord {
  readonly topic: TopicName;
  /** What identifies the record (compaction). */
  readonly key: string;
  /** Chooses the partition. */
  readonly building: string;
  /** JSON-able; null deletes the key of a compacted topic. */
  readonly value: object | null;
}

export function readingRecord(reading: Reading): OutgoingRecord {
  const { building } = reading;
  return { topic: 'readings', key: building, building, value: readingValue(reading) };
}

export interface JournalRecord {
  readonly topic: TopicName;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  /** The decoded JSON; null: deleted; undefined: not JSON, see `raw`. */
  readonly value: unknown;
  /** The text as it stood, only where it is not JSON. */
  readonly raw?: string | undefined;
}

/** Makes records durable. */
export interface JournalAppender {
  /** Resolves when every record is durable; rejects when that is not known. */
  append(records: readonly OutgoingRecord[]): Promise<void>;
}

/** Reads what is there, once. */
export interface JournalReader {
  partitions(topic: TopicName): Promise<number>;
  /** Batches in order from an offset (default: the beginning) to the end at the time of the call; committed records only. */
  read(topic: TopicName, partition: number, from?: number): AsyncIterable<readonly JournalRecord[]>;
}

/** The next offset to read of each input topic. */
export type Positions = Readonly<Partial<Record<TopicName, number>>>;

/** The state topic of a partition, for a task that keeps a copy of its state elsewhere. */
export interface StateLog {
  /** Cluster and topic. */
  readonly identity: string;
  /** Committed records in order from an offset to the end; none where it ends before. */
  read(from: number): AsyncIterable<readonly JournalRecord[]>;
}

/** One partition's life: restored from its state records, then fed. All methods run one at a time. */
export interface PartitionTask {
  /** Called once, with every record of the partition's state topic, committed only, in order; `log` where the journal has offsets that last. */
  restore(state: AsyncIterable<readonly JournalRecord[]>, log?: StateLog): Promise<void>;
  /** Where to read on: what the state says, not what the group says. */
  positions(): Positions;
  /** Applies a batch; the records returned are written in one transaction with the positions. `now`: wall clock, epoch ms. */
  process(batch: readonly JournalRecord[], now: number): readonly OutgoingRecord[];
  /** Called when nothing came for `tickMs`, and at least every `tickMs`; same transaction. `lag`: records not yet read. */
  tick(now: number, lag: number): readonly OutgoingRecord[];
  /** Work that needs more than records (a building replayed from the store), when nothing waits; its records are one transaction too. */
  maintain?(now: number): Promise<readonly OutgoingRecord[]> | null;
  /** The records of the last call are committed; the offset of the last one of them on the state topic. */
  committed?(stateOffset: number): void;
  /** Called after each tick, when everything is committed: work on files of its own. Never rejects. */
  save?(now: number): Promise<void> | null;
  /** The partition is let go, everything is committed; takes a few seconds at most and never rejects. */
  leave?(): Promise<void>;
}

export interface ProcessOptions {
  readonly group: string;
  readonly inputs: readonly TopicName[];
  /** `partitions`: how many there are of each topic. */
  createTask(partition: number, partitions: number): PartitionTask;
  readonly tickMs: number;
  /** Stops gracefully: the batch in hand is committed. */
  readonly signal: AbortSignal;
  /** Something an operator wants to know (assigned, restored, fenced, failed and retried). */
  onEvent?(event: JournalEvent): void;
}

export interface FollowOptions {
  readonly group: string;
  readonly topics: readonly TopicName[];
  /**
   * Resolves when the batch is safe: only then the position moves. A rejection is retried from the same position. `lost`: somebody else handles the
   * partition from now on, or all stops; what has not been done by then is better left undone.
   */
  handle(batch: readonly JournalRecord[], lag: number, lost: AbortSignal): Promise<void>;
  readonly signal: AbortSignal;
  onEvent?(event: JournalEvent): void;
}

export interface JournalEvent {
  readonly type: 'assigned' | 'restored' | 'revoked' | 'retry' | 'fenced' | 'failed';
  readonly partition?: number | undefined;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

/** Resolves when stopped by the signal; rejects only on what no retry mends. */
export interface JournalProcessing {
  process(options: ProcessOptions): Promise<void>;
}
export interface JournalFollowing {
  follow(options: FollowOptions): Promise<void>;
  /** The next offset that a following group has not handled yet; 0: it has handled nothing. */
  position(group: string, topic: TopicName, partition: number): Promise<number>;
}

export interface Journal extends JournalAppender, JournalReader, JournalProcessing, JournalFollowing {
  /** Resolves when reachable; rejects with the reason. */
  check(): Promise<void>;
  close(): Promise<void>;
}
