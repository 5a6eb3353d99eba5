/**
 * `api`: requests a second and p99 of the five routes for a building with 400 days of readings, from SQLite and from InfluxDB, beside the
 * course's own Flask and SQLite code on the same readings. Ours is one process; bodies are shared for two seconds, as they are in use;
 * `uncached` rows make every body anew. Rounds go in turn; the figures are medians.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ApiServer, createApiServer } from '../api/server.ts';
import { systemClock } from '../domain/clock.ts';
import { startInflux } from '../infra/native/influx.ts';
import { ensureBuckets } from '../results/influx/ensure-buckets.ts';
import { createInfluxResults } from '../results/influx/results.ts';
import type { ResultsReader } from '../results/port.ts';
import { openSqliteStore } from '../results/sqlite/open.ts';
import { building, copyResults, flaskFile, prepare, sqliteFile, writeStates } from './api-data.ts';
import type { Load } from './api-load.ts';
import { startFlask } from './api-peer.ts';
import { median } from './figures.ts';
import type { BenchRow } from './row.ts';

const rounds = 3;
const roundMs = 1_200;
const warmMs = 500;
const connections = 8;
const cachedMs = 2_000;
/** Below so many answers a second one round of two requests at a time says enough, and keeps both of the peer's workers busy. */
const slow = 2;
const slowConnections = 2;

const routes = [
  ['analyse-quotidienne', 'analyse-quotidienne?days=1'],
  ['repartition-charges', 'repartition-charges?periode=mois'],
  ['tableau-bord-syndic', 'tableau-bord-syndic'],
  ['rapports-locataires', 'rapports-locataires?locataire=3&days=30'],
  ['maintenance', 'maintenance'],
] as const;

interface Served {
  /** Of the row. */
  readonly name: string;
  readonly url: string;
  /** Whether its longest times are worth a row. */
  readonly tail: boolean;
}

export async function run(): Promise<BenchRow[]> {
  await prepare();
  const folder = mkdtempSync(join(tmpdir(), 'releve-bench-api-'));
  const influxServer = await startInflux({ dir: join(folder, 'influx') });
  await ensureBuckets(influxServer);
  const sqlite = openSqliteStore(sqliteFile);
  await writeStates(sqlite.results);
  const influx = createInfluxResults(influxServer);
  await copyResults(sqlite.results, influx);
  const servers: ApiServer[] = [];
  const serve = async (name: string, reader: ResultsReader, cacheMs: number): Promise<Served> => {
    const server = await createApiServer({
      reader,
      buildings: [building()],
      clock: systemClock,
      tokens: [],
      openOnLoopback: true,
      rateLimit: null,
      cacheMs,
    });
    servers.push(server);
    const { url } = await server.listen({ host: '127.0.0.1', port: 0 });
    return { name: cacheMs === 0 ? `${name}, uncached` : name, url, tail: cacheMs > 0 };
  };
  const flask = await startFlask(flaskFile);
  try {
    const ours = [
      await serve('SQLite', sqlite.results, cachedMs),
      await serve('SQLite', sqlite.results, 0),
      await serve('InfluxDB', influx, cachedMs),
      await serve('InfluxDB', influx, 0),
    ];
    const rows: BenchRow[] = [];
    for (const [route, path] of routes) {
      const urls = [...ours.map(({ url }) => url), flask.url].map((url) => `${url}/api/immeuble/${path}`);
      await sameAnswers(urls.slice(0, -1));
      rows.push(...rowsOf(route, ours, await inTurn(urls)));
    }
    return rows;
  } finally {
    flask.stop();
    for (const server of servers) await server.close();
    sqlite.close();
    await influx.close();
    await influxServer.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is compared is the same: a store that answers less is no faster. */
async function sameAnswers(urls: readonly string[]): Promise<void> {
  const answers = await Promise.all(
    urls.map(async (url) =>
      (await (await fetch(url)).text()).replaceAll(
        /"(date_verification":"[^"]*"|derniere_lecture":"[^"]*"|secondes_depuis_lecture":\d+)/g,
        '',
      ),
    ),
  );
  if (new Set(answers).size !== 1) throw new Error(`the stores differ: ${urls[0]}`);
}

function rowsOf(route: string, ours: readonly Served[], loads: readonly Load[]): BenchRow[] {
  const peer = loads.at(-1)!;
  return ours.flatMap(({ name, tail }, index) => {
    const load = loads[index]!;
    const row = (suffix: string, own: number, other: number, ratio: number, unit: string): BenchRow => ({
      name: `${route} (${name})${suffix}`,
      ours: own,
      peer: other,
      ratio,
      unit,
    });
    const { requestsPerSecond, p99Ms } = load;
    const rate = row(
      '',
      requestsPerSecond,
      peer.requestsPerSecond,
      requestsPerSecond / peer.requestsPerSecond,
      'requests/s',
    );
    return tail ? [rate, row(' p99', p99Ms, peer.p99Ms, peer.p99Ms / p99Ms, 'ms')] : [rate];
  });
}

/** Medians of each address over the rounds, one address after the other. */
async function inTurn(addresses: readonly string[]): Promise<Load[]> {
  const figures: Load[][] = addresses.map(() => []);
  const warm: Load[] = [];
  for (const address of addresses) warm.push(await measure(address, warmMs, 1));
  for (let round = 0; round < rounds; round++)
    for (const [index, address] of addresses.entries()) {
      const sluggish = warm[index]!.requestsPerSecond < slow;
      if (sluggish && round > 0) continue;
      figures[index]!.push(await measure(address, roundMs, sluggish ? slowConnections : connections));
    }
  return figures.map((list) => ({
    requests: list.reduce((all, one) => all + one.requests, 0),
    requestsPerSecond: median(list.map((one) => one.requestsPerSecond)),
    p99Ms: median(list.map((one) => one.p99Ms)),
  }));
}

async function measure(address: string, durationMs: number, connections: number): Promise<Load> {
  const script = fileURLToPath(new URL('./api-load.ts', import.meta.url));
  const child = spawn(process.execPath, [script, address, String(connections), String(durationMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`load on ${address} failed`);
  return JSON.parse(output) as Load;
}

if (import.meta.main) {
  for (const { name, ours, peer, ratio, unit } of await run())
    console.log(
      `${name}: ${ours.toFixed(unit === 'ms' ? 2 : 0)} ${unit}, peer ${peer.toFixed(unit === 'ms' ? 0 : 2)}, ratio ${ratio.toFixed(1)}`,
    );
}
