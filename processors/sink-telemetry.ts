/**
 * What the sink says of itself each minute: a point for each partition that is its own, with counts since this sink took the partition. Another
 * owner counts from 0 again, as readers of cumulative counts expect. Its latency is of the whole way: from the reception of a reading to
 * the store's answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import type { PipelineStats } from '../domain/telemetry.ts';
import type { JournalAppender } from '../journal/port.ts';
import type { SinkEvent } from './sink-events.ts';

export interface SinkTelemetry {
  take(event: SinkEvent): void;
  /** The points of this instant (epoch ms); speed and latency begin anew. */
  points(now: number): PipelineStats[];
}

export function createSinkTelemetry(startedAt: number): SinkTelemetry {
  const accounts = new Map<number, PartitionAccount>();
  let toldAt = startedAt;
  const accountOf = (partition: number): PartitionAccount => {
    let account = accounts.get(partition);
    if (!account) {
      account = { used: 0, rejected: 0, usedBefore: 0, lags: new Map(), latencyMs: null };
      accounts.set(partition, account);
    }
    return account;
  };
  return {
    take(event) {
      if (event.type === 'journal') {
        const { type, partition } = event.event;
        if (type === 'assigned' && partition !== undefined) accountOf(partition);
        if (type === 'revoked' && partition !== undefined) accounts.delete(partition);
      } else if (event.type === 'written') {
        const account = accountOf(event.partition);
        account.used += event.count - event.refused;
        account.lags.set(event.topic, event.lag);
        if (event.latencyMs !== null) account.latencyMs = Math.max(account.latencyMs ?? 0, event.latencyMs);
      } else if (event.type === 'dead_letters') accountOf(event.partition).rejected += event.count;
    },
    points(now) {
      const seconds = Math.max(1, (now - toldAt) / 1000);
      toldAt = now;
      return [...accounts].map(([partition, account]): PipelineStats => {
        const { used, rejected, usedBefore, lags, latencyMs } = account;
        account.usedBefore = used;
        account.latencyMs = null;
        return {
          v: 1,
          kind: 'pipeline',
          component: 'sink',
          partition: String(partition),
          at: now,
          lag: [...lags.values()].reduce((sum, lag) => sum + lag, 0),
          used,
          duplicates: 0,
          conflicts: 0,
          glitches: 0,
          quarantined: 0,
          late: 0,
          rejected,
          throughput: (used - usedBefore) / seconds,
          latencyMs,
        };
      });
    },
  };
}

/** Appends the points every `everyMs` until the signal; one that cannot be told is left out. 0: never. */
export async function tellForever(
  telemetry: SinkTelemetry,
  options: {
    readonly journal: JournalAppender;
    readonly clock: Clock;
    readonly everyMs: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { journal, clock, everyMs, signal } = options;
  // A broker that is away must not hold up a stop.
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  while (everyMs > 0 && !signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const records = telemetry.points(clock.now()).map((point) => ({
      topic: 'telemetry' as const,
      key: `sink/${point.partition}`,
      building: 'pipeline',
      value: point,
    }));
    await Promise.race([stopped, journal.append(records).catch(() => undefined)]);
  }
}

interface PartitionAccount {
  used: number;
  rejected: number;
  usedBefore: number;
  readonly lags: Map<string, number>;
  latencyMs: number | null;
}
