/**
 * The buckets of InfluxDB as the contracts say, made and verified through the HTTP API (InfluxDB 2).
 *
 * A missing bucket is created; a retention that differs is set, but only to a longer one, since a shorter one deletes:
 * a bucket that keeps more is left as it is. Shards are sized to the retention (InfluxDB's 7 days would make 520 for ten years).
 */
import { type BucketName, buckets } from '../../domain/measurements.ts';
import { type InfluxConnection, influxRequest, organisationId } from './admin-request.ts';

/** `bucket` is missing, or its `retention` (seconds, 0: for ever) is shorter than planned. */
export interface BucketDifference {
  readonly bucket: BucketName;
  readonly setting: 'bucket' | 'retention';
  readonly expected: string;
  readonly actual: string | null;
}

export interface BucketReport {
  readonly created: readonly BucketName[];
  readonly altered: readonly BucketDifference[];
}

export type Retentions = Partial<Readonly<Record<BucketName, number>>>;

interface StoredBucket {
  readonly id: string;
  readonly name: string;
  readonly retentionRules: readonly { readonly everySeconds: number }[];
}

const day = 86_400;
const shardSeconds: Readonly<Record<BucketName, number>> = {
  releve_raw: 7 * day,
  releve_daily: 30 * day,
  releve_periods: 365 * day,
};
const names = Object.keys(buckets) as readonly BucketName[];

/**
 * Creates and lengthens what is missing; the token must be allowed to write buckets. `retentions` in seconds take the
 * place of the contract's, 0 keeps for ever. @throws InfluxRequestError
 */
export async function ensureBuckets(connection: InfluxConnection, retentions: Retentions = {}): Promise<BucketReport> {
  const orgID = await organisationId(connection);
  const differences = await verifyBuckets(connection, retentions);
  const stored = await storedBuckets(connection);
  for (const { bucket, setting } of differences) {
    const retentionRules = [rule(bucket, retentions)];
    if (setting === 'bucket') {
      await influxRequest(connection, 'POST', '/api/v2/buckets', { orgID, name: bucket, retentionRules });
    } else {
      await influxRequest(connection, 'PATCH', `/api/v2/buckets/${stored.get(bucket)!.id}`, { retentionRules });
    }
  }
  return {
    created: differences.filter(({ setting }) => setting === 'bucket').map(({ bucket }) => bucket),
    altered: differences.filter(({ setting }) => setting === 'retention'),
  };
}

/** What is missing or keeps less than planned; empty when all is well. Changes nothing. @throws InfluxRequestError */
export async function verifyBuckets(
  connection: InfluxConnection,
  retentions: Retentions = {},
): Promise<readonly BucketDifference[]> {
  const stored = await storedBuckets(connection);
  return names.flatMap((bucket): BucketDifference[] => {
    const found = stored.get(bucket);
    const expected = seconds(bucket, retentions);
    if (found === undefined) return [{ bucket, setting: 'bucket', expected: 'present', actual: null }];
    const actual = found.retentionRules[0]?.everySeconds ?? 0;
    if (kept(actual) >= kept(expected)) return [];
    return [{ bucket, setting: 'retention', expected: String(expected), actual: String(actual) }];
  });
}

/** The contract's buckets that exist, by name. @throws InfluxRequestError */
export async function storedBuckets(connection: InfluxConnection): Promise<ReadonlyMap<BucketName, StoredBucket>> {
  const found = await Promise.all(
    names.map(async (name) => {
      const query = new URLSearchParams({ org: connection.org, name });
      const answer = await influxRequest<{ buckets: StoredBucket[] }>(connection, 'GET', `/api/v2/buckets?${query}`);
      return answer?.buckets[0];
    }),
  );
  return new Map(found.filter((bucket) => bucket !== undefined).map((bucket) => [bucket.name as BucketName, bucket]));
}

function seconds(bucket: BucketName, retentions: Retentions): number {
  return retentions[bucket] ?? buckets[bucket].retentionSeconds;
}

/** A retention that compares: 0 is for ever. */
function kept(everySeconds: number): number {
  return everySeconds === 0 ? Number.POSITIVE_INFINITY : everySeconds;
}

/** A shard is never longer than what is kept. */
function rule(bucket: BucketName, retentions: Retentions): object {
  const everySeconds = seconds(bucket, retentions);
  const shardGroupDurationSeconds = Math.min(shardSeconds[bucket], kept(everySeconds));
  return { type: 'expire', everySeconds, shardGroupDurationSeconds };
}
