/** How fast a partition goes: readings a second and the longest way of one from its reception, since the last point. */
import type { JournalRecord } from '../journal/port.ts';

export interface BatchFacts {
  readonly readings: number;
  /** Reception of the batch's oldest reading, epoch ms; null: none in it. */
  readonly oldestReceivedAt: number | null;
  /** And of its newest. */
  readonly newestReceivedAt: number | null;
  readonly now: number;
}

export interface TaskSpeed {
  take(batch: readonly JournalRecord[], readings: number, now: number): BatchFacts;
  /** Begins anew. */
  since(lastAt: number, now: number): { readonly throughput: number; readonly latencyMs: number | null };
}

const firstSpanS = 60;
/** Times the ordinary one. */
const slowestPace = 5;

export function createTaskSpeed(): TaskSpeed {
  let total = 0;
  let latencyMs: number | null = null;
  return {
    take(batch, readings, now) {
      const receptions = receptionsOf(batch);
      const { oldestReceivedAt: oldest } = receptions;
      total += readings;
      if (oldest !== null) latencyMs = Math.max(latencyMs ?? 0, now - oldest);
      return { readings, ...receptions, now };
    },
    since(lastAt, now) {
      const seconds = lastAt === Number.NEGATIVE_INFINITY ? firstSpanS : Math.max(1, (now - lastAt) / 1000);
      const speed = { throughput: total / seconds, latencyMs };
      total = 0;
      latencyMs = null;
      return speed;
    },
  };
}

/** Telling results more often than the readings are late serves nobody and costs a catch-up a third of its speed. */
export function publicationPaceMs({ newestReceivedAt, now }: BatchFacts, publishMs: number): number {
  const lateMs = newestReceivedAt === null ? 0 : now - newestReceivedAt;
  return Math.min(Math.max(publishMs, lateMs), slowestPace * publishMs);
}

function receptionsOf(batch: readonly JournalRecord[]): Pick<BatchFacts, 'oldestReceivedAt' | 'newestReceivedAt'> {
  let oldest = Number.POSITIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;
  for (const { topic, value } of batch) {
    if (topic !== 'readings') continue;
    const receivedAt = (value as { receivedAt?: number } | null | undefined)?.receivedAt;
    if (typeof receivedAt !== 'number') continue;
    if (receivedAt < oldest) oldest = receivedAt;
    if (receivedAt > newest) newest = receivedAt;
  }
  return oldest > newest
    ? { oldestReceivedAt: null, newestReceivedAt: null }
    : { oldestReceivedAt: oldest, newestReceivedAt: newest };
}
