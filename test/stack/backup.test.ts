/**
 * Backup and return, each mode as docs/operations.md says: the embedded file copied while it is in use (`VACUUM INTO`); the buckets of InfluxDB
 * through its own backup and restore API into another InfluxDB; the topics of Kafka made anew, with the readings from InfluxDB.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProcessing } from '../../bin/embedded.ts';
import type { Building } from '../../domain/building.ts';
import { readingValue } from '../../domain/reading.ts';
import { type InfluxServer, startInflux } from '../../infra/native/influx.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { history, historyStart } from '../../ingest/simulator/history.ts';
import { ensureBuckets } from '../../results/influx/ensure-buckets.ts';
import { createInfluxResults } from '../../results/influx/results.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { type ComparedResults, comparedResults } from './faults/compare.ts';

const dayMs = 86_400_000;
const end = Date.now() - 5 * dayMs;
const days = 6;
const building: Building = simulatedBuilding(4, { id: 'sauvegarde', tenants: 4, intervalMs: 900_000 });
const from = historyStart(building, days, end);
const range = { from, to: end + dayMs };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'releve-backup-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function fill(file: string, until: number): Promise<void> {
  const store = openSqliteStore(file);
  const processing = startProcessing({ store, buildings: [building], watching: false });
  try {
    const known = new Set<string>();
    for await (const batch of store.results.readings({ building: building.id, ...range }))
      for (const { meter, at } of batch) known.add(`${meter} ${at}`);
    const records = [...history(building, { days, end, seed: 4 })]
      .filter(({ meter, at }) => at <= until && !known.has(`${meter} ${at}`))
      .map((reading) => ({
        topic: 'readings' as const,
        key: building.id,
        building: building.id,
        value: readingValue({ ...reading, source: 'import' as const }),
      }));
    await store.journal.append(records);
    await processing.drained();
  } finally {
    await processing.stop();
    store.close();
  }
}

async function resultsOf(file: string): Promise<ComparedResults> {
  const store = openSqliteStore(file);
  try {
    return await comparedResults(store.results, building.id, range);
  } finally {
    store.close();
  }
}

test('embedded: a copy made while the file is open is whole, and the program goes on from it', async () => {
  const file = join(folder, 'releve.sqlite');
  const middle = from + 3 * dayMs;
  await fill(file, middle);
  const wanted = await resultsOf(file);
  const open = openSqliteStore(file);
  const copy = join(folder, 'copie.sqlite');
  const backup = new DatabaseSync(file, { readOnly: true });
  backup.exec(`VACUUM INTO '${copy}'`);
  backup.close();
  open.close();
  expect(wanted.meter_day!.length).toBeGreaterThan(10);
  expect(await resultsOf(copy)).toEqual(wanted);
  // The original is lost; the rest of the readings comes to the copy, and all is as if nothing had happened.
  await fill(copy, end);
  await fill(file, end);
  expect(await resultsOf(copy)).toEqual(await resultsOf(file));
});

test('InfluxDB: its backup in another InfluxDB answers the same', async () => {
  const file = join(folder, 'releve.sqlite');
  await fill(file, end);
  const wanted = await resultsOf(file);
  const source = await startInflux({ dir: join(folder, 'influx') });
  const target = await startInflux({ dir: join(folder, 'influx-2') });
  try {
    await ensureBuckets(source);
    await copyAll(file, source);
    const before = createInfluxResults(source);
    expect(await comparedResults(before, building.id, range)).toEqual(wanted);
    await backUp(source, join(folder, 'backup'));
    await source.stop();
    await restore(target, join(folder, 'backup'));
    // A full restore brings the tokens of the source with it.
    const after = createInfluxResults({ url: target.url, org: source.org, token: source.token });
    expect(await comparedResults(after, building.id, range)).toEqual(wanted);
    let readings = 0;
    for await (const batch of after.readings({ building: building.id, ...range })) readings += batch.length;
    expect(readings).toBe([...history(building, { days, end, seed: 4 })].length);
  } finally {
    await source.stop();
    await target.stop();
  }
}, 120_000);

async function copyAll(file: string, influx: InfluxServer): Promise<void> {
  const store = openSqliteStore(file);
  const results = createInfluxResults(influx);
  const query = { building: building.id, from: from - 400 * dayMs, to: end + dayMs };
  try {
    for await (const batch of store.results.readings(query))
      await expectStored(
        results.write(
          batch.map((reading) => ({
            building: building.id,
            source: 'import' as const,
            receivedAt: reading.at,
            meter: reading.meter,
            at: reading.at,
            energyImportWh: reading.energyImportWh,
            powerW: reading.powerW ?? undefined,
            resolutionWh: reading.resolutionWh ?? undefined,
          })),
        ),
      );
    const { meterDays, buildingDays, anomalies, recommendations, meterPeriods, buildingPeriods } = store.results;
    await expectStored(results.write([...(await meterDays(query)), ...(await buildingDays(query))]));
    await expectStored(results.write([...(await anomalies(query)), ...(await recommendations(query))]));
    for (const period of ['month', 'quarter', 'year'] as const) {
      await expectStored(
        results.write([
          ...(await meterPeriods({ ...query, period })),
          ...(await buildingPeriods({ ...query, period })),
        ]),
      );
    }
  } finally {
    store.close();
  }
}

async function expectStored(writing: Promise<{ readonly outcome: string }>): Promise<void> {
  expect(await writing).toEqual({ outcome: 'done', refused: [] });
}

/** The calls of `influx backup` and `influx restore --full`, as an operator's script may make them where the tool is not at hand. */
async function backUp(influx: InfluxServer, path: string): Promise<void> {
  const answer = await fetch(`${influx.url}/api/v2/backup/metadata`, { headers: authorization(influx) });
  expect(answer.status).toBe(200);
  const parts = partsOf(Buffer.from(await answer.arrayBuffer()), answer.headers.get('content-type') ?? '');
  const manifest = JSON.parse(parts.get('buckets')!.toString()) as ManifestBucket[];
  writeFileSync(`${path}.bolt`, parts.get('kv')!);
  writeFileSync(`${path}.sqlite`, parts.get('sql')!);
  writeFileSync(`${path}.json`, JSON.stringify(manifest));
  for (const id of shardsOf(manifest)) {
    const shard = await fetch(`${influx.url}/api/v2/backup/shards/${id}`, { headers: authorization(influx) });
    if (shard.status === 404) continue;
    expect(shard.status).toBe(200);
    writeFileSync(`${path}.${id}`, Buffer.from(await shard.arrayBuffer()));
  }
}

async function restore(influx: InfluxServer, path: string): Promise<void> {
  const headers = { ...authorization(influx), 'content-type': 'application/octet-stream' };
  const post = async (route: string, body: Buffer, own: InfluxServer): Promise<void> => {
    const answer = await fetch(`${own.url}${route}`, {
      method: 'POST',
      headers: { ...headers, ...authorization(own) },
      body: new Uint8Array(body),
    });
    expect([route, answer.status, await answer.text()]).toEqual([
      route,
      expect.toSatisfy((s: number) => s < 300),
      expect.anything(),
    ]);
  };
  await post('/api/v2/restore/kv', readFileSync(`${path}.bolt`), influx);
  const token = readFileSync(join(folder, 'influx', 'operator.token'), 'utf8').trim();
  const restored = { ...influx, token };
  await post('/api/v2/restore/sql', readFileSync(`${path}.sqlite`), restored);
  const manifest = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as ManifestBucket[];
  for (const id of shardsOf(manifest)) {
    const file = `${path}.${id}`;
    if (existsSync(file)) await post(`/api/v2/restore/shards/${id}`, readFileSync(file), restored);
  }
}

interface ManifestBucket {
  readonly retentionPolicies: readonly {
    readonly shardGroups: readonly { readonly shards: readonly { readonly id: number }[] }[];
  }[];
}

function shardsOf(buckets: readonly ManifestBucket[]): number[] {
  return buckets.flatMap((bucket) =>
    bucket.retentionPolicies.flatMap((policy) =>
      policy.shardGroups.flatMap((group) => group.shards.map(({ id }) => id)),
    ),
  );
}

function authorization({ token }: { readonly token: string }): Record<string, string> {
  return { authorization: `Token ${token}` };
}

/** The parts of a multipart answer by name; what is packed is unpacked. */
function partsOf(body: Buffer, contentType: string): Map<string, Buffer> {
  const boundary = `--${/boundary="?([^";]+)/.exec(contentType)![1]}`;
  const parts = new Map<string, Buffer>();
  for (let at = body.indexOf(boundary); ; ) {
    const next = body.indexOf(boundary, at + boundary.length);
    if (next < 0) return parts;
    const headers = body.subarray(at, body.indexOf('\r\n\r\n', at)).toString();
    const name = /name="?(\w+)/.exec(headers)?.[1];
    const content = body.subarray(body.indexOf('\r\n\r\n', at) + 4, next - 2);
    if (name !== undefined) parts.set(name, gunzipped(content));
    at = next;
  }
}

function gunzipped(bytes: Buffer): Buffer {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}
