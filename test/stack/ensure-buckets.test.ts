/** Buckets and tokens on a real InfluxDB of its own: the names are the contract's, so that no other test may share them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type InfluxServer, startInflux } from '../../infra/native/influx.ts';
import { influxRequest } from '../../results/influx/admin-request.ts';
import { ensureBuckets, storedBuckets, verifyBuckets } from '../../results/influx/ensure-buckets.ts';
import { ensureTokens } from '../../results/influx/ensure-tokens.ts';

const year = 365 * 86_400;
let folder: string;
let influx: InfluxServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-buckets-'));
  influx = await startInflux({ dir: folder });
});
afterEach(async () => {
  await influx.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('buckets', () => {
  test('are made with the retentions of the contracts, once', async () => {
    expect((await verifyBuckets(influx)).map(({ bucket, setting }) => [bucket, setting])).toEqual([
      ['releve_raw', 'bucket'],
      ['releve_daily', 'bucket'],
      ['releve_periods', 'bucket'],
    ]);
    expect((await ensureBuckets(influx)).created).toEqual(['releve_raw', 'releve_daily', 'releve_periods']);
    expect(await ensureBuckets(influx)).toEqual({ created: [], altered: [] });
    const retentions = [...(await storedBuckets(influx)).values()].map(
      (bucket) => bucket.retentionRules[0]?.everySeconds,
    );
    expect(retentions).toEqual([2 * year, 3 * year, 10 * year]);
  });

  test('a shorter retention is lengthened, a longer one is left alone', async () => {
    await ensureBuckets(influx, { releve_raw: 86_400, releve_daily: 20 * year, releve_periods: 0 });
    expect(await ensureBuckets(influx)).toEqual({
      created: [],
      altered: [{ bucket: 'releve_raw', setting: 'retention', expected: String(2 * year), actual: '86400' }],
    });
    expect(await verifyBuckets(influx)).toEqual([]);
    const daily = (await storedBuckets(influx)).get('releve_daily');
    expect(daily?.retentionRules[0]?.everySeconds).toBe(20 * year);
  });

  test('a wrong token and an unknown organisation are errors that say so', async () => {
    await expect(ensureBuckets({ ...influx, token: 'wrong' })).rejects.toMatchObject({ status: 401 });
    await expect(ensureBuckets({ ...influx, org: 'nobody' })).rejects.toThrow('no organisation nobody');
  });
});

describe('tokens', () => {
  const write = async (token: string, bucket: string): Promise<number> => {
    const query = new URLSearchParams({ org: influx.org, bucket, precision: 's' });
    const headers = { authorization: `Token ${token}` };
    const body = `meter_day,meter=A energy_wh=1i ${Math.floor(Date.now() / 1000)}`;
    return (await fetch(`${influx.url}/api/v2/write?${query}`, { method: 'POST', headers, body })).status;
  };
  const rowsRead = async (token: string, bucket: string): Promise<number> => {
    const headers = { authorization: `Token ${token}`, 'content-type': 'application/vnd.flux' };
    const body = `from(bucket: "${bucket}") |> range(start: -1h)`;
    const answer = await fetch(`${influx.url}/api/v2/query?org=${influx.org}`, { method: 'POST', headers, body });
    return answer.ok ? (await answer.text()).split('\n').filter((line) => line.includes('energy_wh')).length : -1;
  };

  test('the sink writes and does not read, Grafana and the API read and do not write, and nobody else’s bucket is theirs', async () => {
    await ensureBuckets(influx);
    const tokens = await ensureTokens(influx);
    for (const bucket of ['releve_raw', 'releve_daily', 'releve_periods']) {
      expect(await write(tokens.sink, bucket)).toBe(204);
      expect(await rowsRead(tokens.sink, bucket)).toBe(-1);
      for (const reader of [tokens.grafana, tokens.api]) {
        expect(await write(reader, bucket)).toBeGreaterThanOrEqual(400);
        expect(await rowsRead(reader, bucket)).toBe(1);
      }
    }
    expect(await write(tokens.sink, 'scratch')).toBeGreaterThanOrEqual(400);
    expect(await rowsRead(tokens.api, 'scratch')).toBe(-1);
    expect(new Set(Object.values(tokens)).size).toBe(3);
  });

  test('a second run gives the same tokens; one whose rights were changed by hand is replaced', async () => {
    await ensureBuckets(influx);
    const tokens = await ensureTokens(influx);
    expect(await ensureTokens(influx)).toEqual(tokens);
    const list = await influxRequest<{ authorizations: { id: string; description: string }[] }>(
      influx,
      'GET',
      '/api/v2/authorizations',
    );
    const sink = list!.authorizations.find((authorization) => authorization.description === 'releve sink')!;
    await influxRequest(influx, 'PATCH', `/api/v2/authorizations/${sink.id}`, { status: 'inactive' });
    const renewed = await ensureTokens(influx);
    expect(renewed.sink).not.toBe(tokens.sink);
    expect(renewed.api).toBe(tokens.api);
    expect(await write(renewed.sink, 'releve_daily')).toBe(204);
    expect(await write(tokens.sink, 'releve_daily')).toBe(401);
  });
});
