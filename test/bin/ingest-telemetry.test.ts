/** What `ingest` tells of itself each minute. */
import { expect, test } from 'vitest';
import { ingestTelemetry } from '../../bin/ingest-telemetry.ts';

test('cumulative counts, the speed of the time since the last point, what waits anywhere', () => {
  let counts = { readings: 0, acknowledged: 0, rejects: 0, refused: 0, waiting: 0, spooled: 0 };
  const point = ingestTelemetry(['bus-1', 'bus-2'], () => counts, 0);
  counts = { readings: 42, acknowledged: 40, rejects: 3, refused: 1, waiting: 5, spooled: 7 };
  expect(point(60_000)).toMatchObject({
    kind: 'pipeline',
    component: 'ingest',
    partition: 'bus-1+bus-2',
    at: 60_000,
    used: 42,
    rejected: 4,
    lag: 12,
    throughput: 0.7,
    latencyMs: null,
  });
  counts = { ...counts, readings: 72 };
  expect(point(120_000)).toMatchObject({ used: 72, throughput: 0.5 });
});
