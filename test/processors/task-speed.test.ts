/** Throughput and latency of a partition's minute. */
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../journal/port.ts';
import { createTaskSpeed } from '../../processors/task-speed.ts';

const record = (receivedAt: unknown, topic: JournalRecord['topic'] = 'readings'): JournalRecord => ({
  topic,
  partition: 0,
  offset: 0,
  key: 'b',
  value: { receivedAt },
});

test('the longest way of a minute, and readings a second since the last one', () => {
  const speed = createTaskSpeed();
  expect(speed.take([record(900), record(700), record(1, 'events')], 2, 1000)).toEqual({
    readings: 2,
    oldestReceivedAt: 700,
    now: 1000,
  });
  speed.take([record(50_000)], 1, 50_100);
  expect(speed.since(Number.NEGATIVE_INFINITY, 60_000)).toEqual({ throughput: 3 / 60, latencyMs: 300 });
  expect(speed.take([record('nonsense')], 0, 70_000).oldestReceivedAt).toBeNull();
  speed.take([record(80_000)], 12, 80_020);
  expect(speed.since(60_000, 120_000)).toEqual({ throughput: 12 / 60, latencyMs: 20 });
  expect(speed.since(120_000, 180_000)).toEqual({ throughput: 0, latencyMs: null });
});
