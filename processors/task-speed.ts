/** How fast a partition goes: readings a second and the longest way of one from its reception, since the last point. */
import type { JournalRecord } from '../journal/port.ts';

export interface BatchFacts {
  readonly readings: number;
  /** Reception of the batch's oldest reading, epoch ms; null: none in it. */
  readonly oldestReceivedAt: number | null;
  readonly now: number;
}

export interface TaskSpeed {
  take(batch: readonly JournalRecord[], readings: number, now: number): BatchFacts;
  /** Begins anew. */
  since(lastAt: number, now: number): { readonly throughput: number; readonly latencyMs: number | null };
}

const firstSpanS = 60;

export function createTaskSpeed(): TaskSpeed {
  let total = 0;
  let latencyMs: number | null = null;
  return {
    take(batch, readings, now) {
      const oldest = oldestReceivedAt(batch);
      total += readings;
      if (oldest !== null) latencyMs = Math.max(latencyMs ?? 0, now - oldest);
      return { readings, oldestReceivedAt: oldest, now };
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

function oldestReceivedAt(batch: readonly JournalRecord[]): number | null {
  let oldest: number | null = null;
  for (const { topic, value } of batch) {
    if (topic !== 'readings') continue;
    const receivedAt = (value as { receivedAt?: number } | null | undefined)?.receivedAt;
    if (typeof receivedAt === 'number' && (oldest === null || receivedAt < oldest)) oldest = receivedAt;
  }
  return oldest;
}
