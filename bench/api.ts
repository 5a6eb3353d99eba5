/**
 * `api`: requests a second and p99 of the five routes for a building with 400 days of readings, beside the course's own Flask and SQLite
 * code (gunicorn, two workers of four threads, an index on meter and time) on the same readings. Ours is one process over SQLite;
 * bodies are shared for two seconds, as they are in use. `uncached` rows make every body anew. Rounds go in turn; the
 * figures are medians.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type ApiServer, createApiServer } from '../api/server.ts';
import { loadConfiguration } from '../bin/configuration.ts';
import { systemClock } from '../domain/clock.ts';
import type { ResultsReader } from '../results/port.ts';
import { openSqliteStore } from '../results/sqlite/open.ts';
import type { Load } from './api-load.ts';
import type { BenchRow } from './row.ts';

const days = 400;
const stepMs = 900_000;
const rounds = 3;
const roundMs = 2_500;
const connections = 8;

const routes = [
  ['analyse-quotidienne', 'analyse-quotidienne?days=1'],
  ['repartition-charges', 'repartition-charges?periode=mois'],
  ['tableau-bord-syndic', 'tableau-bord-syndic'],
  ['rapports-locataires', 'rapports-locataires?locataire=3&days=30'],
  ['maintenance', 'maintenance'],
] as const;

export async function run(): Promise<BenchRow[]> {
  mkdirSync(CACHE, { recursive: true });
  await prepare();
  const store = openSqliteStore(`${CACHE}/data/releve.sqlite`);
  const cached = await serve(store.results, 2_000);
  const uncached = await serve(store.results, 0);
  const flask = await startFlask();
  try {
    const rows: BenchRow[] = [];
    for (const [name, path] of routes) {
      const [shared, fresh, peer] = await inTurn(
        [cached.url, uncached.url, flask.url].map((url) => `${url}/api/immeuble/${path}`),
      );
      rows.push(
        row(`${name} (SQLite)`, shared!.requestsPerSecond, peer!.requestsPerSecond, 'requests/s'),
        row(`${name} (SQLite, uncached)`, fresh!.requestsPerSecond, peer!.requestsPerSecond, 'requests/s'),
        {
          name: `${name} (SQLite) p99`,
          ours: shared!.p99Ms,
          peer: peer!.p99Ms,
          ratio: peer!.p99Ms / shared!.p99Ms,
          unit: 'ms',
        },
      );
    }
    return rows;
  } finally {
    flask.stop();
    await cached.server.close();
    await uncached.server.close();
    store.close();
  }
}

async function serve(reader: ResultsReader, cacheMs: number): Promise<{ server: ApiServer; url: string }> {
  const server = await createApiServer({
    reader,
    buildings: loadConfiguration(undefined).buildings,
    clock: systemClock,
    tokens: [],
    openOnLoopback: true,
    rateLimit: null,
    cacheMs,
  });
  const { url } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, url };
}

/** Medians of each address over the rounds, one address after the other. */
async function inTurn(addresses: readonly string[]): Promise<Load[]> {
  const figures: Load[][] = addresses.map(() => []);
  const warm: Load[] = [];
  for (const address of addresses) warm.push(await measure(address, 500));
  for (let round = 0; round < rounds; round++)
    for (const [index, address] of addresses.entries()) {
      // Below two answers a second one round says enough, and takes a minute.
      if (round > 0 && warm[index]!.requestsPerSecond < 2) continue;
      figures[index]!.push(await measure(address, roundMs));
    }
  return figures.map((list) => ({
    requests: list.reduce((all, one) => all + one.requests, 0),
    requestsPerSecond: median(list.map((one) => one.requestsPerSecond)),
    p99Ms: median(list.map((one) => one.p99Ms)),
  }));
}

async function measure(address: string, durationMs: number): Promise<Load> {
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

/** The same readings for both, once a day: they must end now, because the peer knows no other date than today. */
async function prepare(): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const mark = `${CACHE}/ready-${today}`;
  if (existsSync(mark)) return;
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(`${CACHE}/data`, { recursive: true });
  const csv = `${CACHE}/readings.csv`;
  await writeReadings(csv);
  const bin = fileURLToPath(new URL('../bin/releve.ts', import.meta.url));
  execFileSync(process.execPath, [bin, 'import', csv, '--data-dir', `${CACHE}/data`], { stdio: 'ignore' });
  const python = pythonOf();
  execFileSync(python, [`${PEER}/serve.py`, 'load', csv, `${CACHE}/flask.sqlite`], { stdio: 'inherit' });
  renameSync(csv, mark);
}

async function writeReadings(path: string): Promise<void> {
  const file = createWriteStream(path);
  file.write('meter,at,energy_import_wh,power_w\n');
  const end = Math.floor(Date.now() / stepMs) * stepMs;
  const indexes = new Map<string, number>();
  for (let at = end - days * 86_400_000; at <= end; at += stepMs) {
    const hour = (at / 3_600_000) % 24;
    let whole = 60;
    for (let lot = 1; lot <= 20; lot++) {
      const watts = Math.round(
        (150 + 11 * lot) * (1 + 0.8 * Math.sin(((hour - 9) * Math.PI) / 12)) + (((at / stepMs) * lot) % 97),
      );
      const wh = Math.round(watts / 4);
      whole += wh;
      const meter = `LOC${String(lot).padStart(2, '0')}`;
      indexes.set(meter, (indexes.get(meter) ?? 1_000_000) + wh);
      file.write(`${meter},${new Date(at).toISOString()},${indexes.get(meter)},${watts}\n`);
    }
    indexes.set('GLOBAL', (indexes.get('GLOBAL') ?? 50_000_000) + whole);
    if (!file.write(`GLOBAL,${new Date(at).toISOString()},${indexes.get('GLOBAL')},${whole * 4}\n`))
      await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

interface Peer {
  readonly url: string;
  stop(): void;
}

async function startFlask(): Promise<Peer> {
  const port = await freePort();
  const python = pythonOf();
  const child: ChildProcess = spawn(
    python,
    [
      '-m',
      'gunicorn',
      '-w',
      '2',
      '-k',
      'gthread',
      '--threads',
      '4',
      '-t',
      '120',
      '-b',
      `127.0.0.1:${port}`,
      '--log-level',
      'error',
      `serve:create("${CACHE}/flask.sqlite")`,
    ],
    { cwd: PEER, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    try {
      await fetch(`${url}/api/immeuble/maintenance`);
      return { url, stop: () => child.kill() };
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function pythonOf(): string {
  const python = `${VENV}/bin/python`;
  if (!existsSync(python)) {
    execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'inherit' });
    execFileSync(`${VENV}/bin/pip`, ['install', '-q', '-r', `${PEER}/requirements.txt`], { stdio: 'inherit' });
  }
  return python;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

function row(name: string, ours: number, peer: number, unit: string): BenchRow {
  return { name, ours, peer, ratio: ours / peer, unit };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const PEER = fileURLToPath(new URL('./peers/api-flask', import.meta.url));
const CACHE = fileURLToPath(new URL('../.cache/bench/api', import.meta.url));
const VENV = fileURLToPath(new URL('../.cache/bench/api-flask', import.meta.url));

if (import.meta.main) {
  for (const { name, ours, peer, ratio, unit } of await run())
    console.log(
      `${name}: ${ours.toFixed(unit === 'ms' ? 2 : 0)} ${unit}, peer ${peer.toFixed(unit === 'ms' ? 0 : 2)}, ratio ${ratio.toFixed(1)}`,
    );
}
