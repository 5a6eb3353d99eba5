/** What `ingest` says of itself each minute on `telemetry`, as the other components do: records read, refused, waiting. */
import type { PipelineStats } from '../domain/telemetry.ts';
import type { IngestCounts } from '../ingest/pipeline.ts';

/** `buses`: ids; they name the part of the work that is this process's. The function gives the point of an instant (epoch ms). */
export function ingestTelemetry(
  buses: readonly string[],
  counts: () => IngestCounts,
  startedAt: number,
): (now: number) => PipelineStats {
  let toldAt = startedAt;
  let readingsBefore = 0;
  return (now) => {
    const { readings, rejects, refused, waiting, spooled } = counts();
    const seconds = Math.max(1, (now - toldAt) / 1000);
    const throughput = (readings - readingsBefore) / seconds;
    toldAt = now;
    readingsBefore = readings;
    return {
      v: 1,
      kind: 'pipeline',
      component: 'ingest',
      partition: buses.join('+'),
      at: now,
      lag: waiting + spooled,
      used: readings,
      duplicates: 0,
      conflicts: 0,
      glitches: 0,
      quarantined: 0,
      late: 0,
      rejected: rejects + refused,
      throughput,
      latencyMs: null,
    };
  };
}
