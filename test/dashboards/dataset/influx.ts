/** Loads the data set into an InfluxDB and asks it, with the rights that Grafana has. */

import type { BucketName } from '../../../domain/measurements.ts';
import type { InfluxConnection } from '../../../results/influx/admin-request.ts';
import { ensureBuckets } from '../../../results/influx/ensure-buckets.ts';
import { ensureTokens } from '../../../results/influx/ensure-tokens.ts';
import { buildingDays, meterDays, neighbours, withdrawn } from './days.ts';
import { anomalies, recommendations } from './findings.ts';
import { lineOf, readingLines } from './lines.ts';
import { adjustment, periods } from './periods.ts';
import { buses, meterStates, pipeline } from './telemetry.ts';

const items = [
  ...meterDays,
  ...buildingDays,
  ...neighbours,
  ...anomalies,
  ...recommendations,
  ...periods,
  adjustment,
  ...meterStates,
  ...buses,
  ...pipeline,
];

/** Makes the buckets, kept for ever, and fills them. Resolves with a token that only reads. */
export async function loadDataset(connection: InfluxConnection): Promise<InfluxConnection> {
  await ensureBuckets(connection, { releve_raw: 0, releve_daily: 0, releve_periods: 0 });
  const { grafana } = await ensureTokens(connection);
  // The same point twice in one request has no dependable order.
  for (const item of withdrawn) await write(connection, lineOf(item).bucket, [lineOf(item).text]);
  const byBucket = Map.groupBy(items.map(lineOf), ({ bucket }) => bucket);
  for (const [bucket, found] of byBucket) {
    for (const lines of chunks(found.map(({ text }) => text))) await write(connection, bucket, lines);
  }
  for (const lines of chunks(readingLines())) await write(connection, 'releve_raw', lines);
  return { url: connection.url, org: connection.org, token: grafana };
}

function* chunks(lines: Iterable<string>): Generator<string[]> {
  let chunk: string[] = [];
  for (const one of lines) {
    chunk.push(one);
    if (chunk.length < 20_000) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function write(
  { url, org, token }: InfluxConnection,
  bucket: BucketName,
  lines: readonly string[],
): Promise<void> {
  const address = `${url}/api/v2/write?${new URLSearchParams({ org, bucket, precision: 'ms' })}`;
  const answer = await fetch(address, {
    method: 'POST',
    headers: { authorization: `Token ${token}` },
    body: lines.join('\n'),
  });
  if (answer.status !== 204) throw new Error(`InfluxDB answered ${answer.status}: ${await answer.text()}`);
}
