/** Throughput and latency of a partition's minute. */
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../journal/port.ts';
import { createTaskSpeed, publicationPaceMs } from '../../processors/task-speed.ts';

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
    newestReceivedAt: 900,
    now: 1000,
  });
  speed.take([record(50_000)], 1, 50_100);
  expect(speed.since(Number.NEGATIVE_INFINITY, 60_000)).toEqual({ throughput: 3 / 60, latencyMs: 300 });
  expect(speed.take([record('nonsense')], 0, 70_000).oldestReceivedAt).toBeNull();
  speed.take([record(80_000)], 12, 80_020);
  expect(speed.since(60_000, 120_000)).toEqual({ throughput: 12 / 60, latencyMs: 20 });
  expect(speed.since(120_000, 180_000)).toEqual({ throughput: 0, latencyMs: null });
});

test.each([
  ['live: as often as it is told to', [9_900], 1000],
  ['one late reading among news slows nobody down', [100, 9_900], 1000],
  ['a little late: as often as that', [6_500, 7_000], 3000],
  ['a backlog: five times less often', [100, 200], 5000],
  ['from a clock that is ahead', [12_000], 1000],
  ['no reading', [], 1000],
])('results are told %s', (_, receptions, paceMs) => {
  const facts = createTaskSpeed().take(
    receptions.map((receivedAt) => record(receivedAt)),
    receptions.length,
    10_000,
  );
  expect(publicationPaceMs(facts, 1000)).toBe(paceMs);
});
