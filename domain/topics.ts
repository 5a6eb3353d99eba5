/** The topics: names (after the prefix), what cleans them, how long they keep. The key is what identifies the record; partitions are by building. */

export type TopicName =
  | 'readings'
  | 'results'
  | 'telemetry'
  | 'state'
  | 'late'
  | 'rejects'
  | 'events'
  | 'notifications';

export interface TopicSpec {
  readonly name: TopicName;
  readonly cleanup: 'delete' | 'compact';
  /** null: for ever (compacted). */
  readonly retentionMs: number | null;
  /** Same number for all topics that `process` joins by partition. */
  readonly partitioned: boolean;
}

const day = 86_400_000;

export const topics: Readonly<Record<TopicName, TopicSpec>> = {
  readings: { name: 'readings', cleanup: 'delete', retentionMs: 30 * day, partitioned: true },
  results: { name: 'results', cleanup: 'compact', retentionMs: null, partitioned: true },
  telemetry: { name: 'telemetry', cleanup: 'delete', retentionMs: 7 * day, partitioned: true },
  state: { name: 'state', cleanup: 'compact', retentionMs: null, partitioned: true },
  late: { name: 'late', cleanup: 'delete', retentionMs: 90 * day, partitioned: true },
  rejects: { name: 'rejects', cleanup: 'delete', retentionMs: 90 * day, partitioned: true },
  events: { name: 'events', cleanup: 'compact', retentionMs: null, partitioned: true },
  notifications: { name: 'notifications', cleanup: 'delete', retentionMs: 365 * day, partitioned: true },
};

export const topicNames = Object.keys(topics) as readonly TopicName[];

/** Full name on the broker, `releve.readings`. */
export function topicName(name: TopicName, prefix = 'releve'): string {
  return `${prefix}.${name}`;
}

/** The partition of a building: 32-bit FNV-1a of its UTF-8 id, so that every program agrees whatever its Kafka library. */
export function partitionOf(building: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(building)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % partitions;
}
