/**
 * `ResultsWriter` on InfluxDB. The client's own retries and background flushes lose data, so they are off: every request is awaited and its
 * answer decides. Within one write no two lines have one key, so that the order of its requests does not matter.
 *
 *     204 stored · 400, 413, 422 somebody is refused: halves, down to the line · 408, 429, 5xx, network: again later · other: stop
 */
import { HttpError, type InfluxDB } from '@influxdata/influxdb-client';
import type { Clock } from '../../domain/clock.ts';
import type { InFlight } from '../../domain/in-flight.ts';
import { type BucketName, buckets, type MeasurementSpec, measurements } from '../../domain/measurements.ts';
import { kindOf, type StoredItem } from '../item.ts';
import { lastOfEach } from '../order.ts';
import type { RefusedPoint, WriteOutcome } from '../port.ts';
import { type Line, toLine } from './line.ts';

export interface WriterOptions {
  readonly client: InfluxDB;
  readonly org: string;
  readonly clock: Clock;
  /** Runs a request when there is room for it: those of all writes that are going on share it. */
  readonly inFlight: InFlight;
}

/** What InfluxDB takes best. */
const linesAtOnce = 5000;
const retryAfterMs = 2000;

export async function writeItems(options: WriterOptions, items: readonly StoredItem[]): Promise<WriteOutcome> {
  const refused: RefusedPoint[] = [];
  const byBucket = new Map<BucketName, Line[]>();
  const now = options.clock.now();
  for (const item of lastOfEach(items)) {
    const line = isBeyondRetention(item, now) ? 'older than what its bucket keeps' : toLine(item);
    if (typeof line === 'string') refused.push({ item, reason: line });
    else {
      const lines = byBucket.get(line.bucket);
      if (lines) lines.push(line);
      else byBucket.set(line.bucket, [line]);
    }
  }
  const requests: { bucket: BucketName; lines: Line[] }[] = [];
  for (const [bucket, lines] of byBucket) {
    for (let from = 0; from < lines.length; from += linesAtOnce) {
      requests.push({ bucket, lines: lines.slice(from, from + linesAtOnce) });
    }
  }
  const outcomes = await Promise.all(requests.map(({ bucket, lines }) => writeLines(options, bucket, lines)));
  return worst([{ outcome: 'done', refused }, ...outcomes]);
}

/** One request, or as many as it takes to find the lines that are refused. */
async function writeLines(options: WriterOptions, bucket: BucketName, lines: readonly Line[]): Promise<WriteOutcome> {
  const answer = await send(options, bucket, lines);
  if (answer === undefined) return { outcome: 'done', refused: [] };
  if (answer.outcome !== 'refused') return answer;
  if (lines.length === 1) return { outcome: 'done', refused: [{ item: lines[0]!.item, reason: answer.reason }] };
  const middle = Math.floor(lines.length / 2);
  const first = await writeLines(options, bucket, lines.slice(0, middle));
  if (first.outcome !== 'done') return first;
  return worst([first, await writeLines(options, bucket, lines.slice(middle))]);
}

type Answer =
  | Exclude<WriteOutcome, { outcome: 'done' }>
  | { readonly outcome: 'refused'; readonly reason: string }
  | undefined;

/** undefined: stored. */
async function send(
  { client, org, inFlight }: WriterOptions,
  bucket: BucketName,
  lines: readonly Line[],
): Promise<Answer> {
  const api = client.getWriteApi(org, bucket, 'ms', {
    batchSize: lines.length + 1,
    maxBatchBytes: Number.MAX_SAFE_INTEGER,
    flushInterval: 0,
    maxRetries: 0,
  });
  try {
    await inFlight(async () => {
      api.writeRecords(lines.map((line) => line.text));
      await api.flush();
    });
    return undefined;
  } catch (error) {
    return answerOf(error);
  }
}

function answerOf(error: unknown): Answer {
  if (!(error instanceof HttpError)) return { outcome: 'retry', reason: String(error), afterMs: retryAfterMs };
  const reason = `${error.statusCode} ${error.body ?? error.message}`;
  const { statusCode } = error;
  if (statusCode === 400 || statusCode === 413 || statusCode === 422) return { outcome: 'refused', reason };
  if (statusCode === 408 || statusCode === 429 || statusCode >= 500) {
    return { outcome: 'retry', reason, afterMs: Math.max(askedWaitMs(error), retryAfterMs) };
  }
  return { outcome: 'stop', reason };
}

/** `Retry-After` in seconds, which the client itself does not read. */
function askedWaitMs(error: HttpError): number {
  const seconds = Number(error.headers?.['retry-after']);
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}

function worst(outcomes: readonly WriteOutcome[]): WriteOutcome {
  const stop = outcomes.find((each) => each.outcome === 'stop');
  if (stop) return stop;
  const retries = outcomes.filter((each) => each.outcome === 'retry');
  if (retries.length > 0) return { ...retries[0]!, afterMs: Math.max(...retries.map((each) => each.afterMs)) };
  return { outcome: 'done', refused: outcomes.flatMap((each) => (each.outcome === 'done' ? each.refused : [])) };
}

function isBeyondRetention(item: StoredItem, now: number): boolean {
  const spec: MeasurementSpec = measurements[kindOf(item)];
  const time = (item as unknown as Readonly<Record<string, unknown>>)[spec.time];
  return typeof time === 'number' && time < now - buckets[spec.bucket].retentionSeconds * 1000;
}
