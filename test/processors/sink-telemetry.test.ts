/** What the sink tells of itself each minute. */
import { expect, test } from 'vitest';
import { createSinkTelemetry } from '../../processors/sink-telemetry.ts';

const written = { type: 'written', topic: 'readings', partition: 3, lag: 0, durationMs: 5 } as const;

test('counts what was stored and refused by partition, with the slowest way of the minute', () => {
  const telemetry = createSinkTelemetry(0);
  telemetry.take({ type: 'journal', event: { type: 'assigned', partition: 3 } });
  telemetry.take({ type: 'journal', event: { type: 'assigned', partition: 4 } });
  telemetry.take({ ...written, count: 100, refused: 1, latencyMs: 800 });
  telemetry.take({ ...written, topic: 'results', count: 21, refused: 0, latencyMs: null, lag: 7 });
  telemetry.take({ ...written, count: 1, refused: 0, latencyMs: 300, lag: 2 });
  telemetry.take({ type: 'dead_letters', topic: 'readings', partition: 3, count: 2 });
  const [busy, idle] = telemetry.points(60_000);
  expect(busy).toMatchObject({ component: 'sink', partition: '3', at: 60_000, used: 121, rejected: 2, lag: 9 });
  expect(busy).toMatchObject({ latencyMs: 800, throughput: 121 / 60 });
  expect(idle).toMatchObject({ partition: '4', used: 0, rejected: 0, lag: 0, latencyMs: null, throughput: 0 });
});

test('counts go on, speed and latency are of the minute', () => {
  const telemetry = createSinkTelemetry(0);
  telemetry.take({ ...written, count: 60, refused: 0, latencyMs: 800 });
  telemetry.points(60_000);
  telemetry.take({ ...written, count: 30, refused: 0, latencyMs: null });
  expect(telemetry.points(120_000)).toMatchObject([{ used: 90, throughput: 0.5, latencyMs: null }]);
});

test('a partition that went to another sink is not told any more', () => {
  const telemetry = createSinkTelemetry(0);
  telemetry.take({ ...written, count: 60, refused: 0, latencyMs: 800 });
  telemetry.take({ type: 'journal', event: { type: 'revoked', partition: 3 } });
  expect(telemetry.points(60_000)).toEqual([]);
});
