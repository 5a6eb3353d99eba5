/**
 * One InfluxDB 2 on loopback, with its data in the caller's folder, set up through its HTTP API with the organisation
 * `releve` and an operator token that the folder remembers (`operator.token`, readable by its owner only).
 *
 *     npx node infra/native/influx.ts [--dir .cache/run/influx] [--port 8086]      until Ctrl-C
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runUntilSignal, serverOptions } from './command-line.ts';
import { installInflux } from './install-influx.ts';
import { influxZones } from './paths.ts';
import { freePort, type ServerProcess, startServer } from './server-process.ts';

export type InfluxServer = ServerProcess & {
  readonly url: string;
  readonly org: string;
  /** The operator's token: may do everything. */
  readonly token: string;
  readonly port: number;
  readonly dir: string;
};

const org = 'releve';
/** As in the composition: every field of every series is a key of its own, and 25 MB, its default, are full of them every few seconds. */
const cacheBytes = 128 * 1024 * 1024;

/**
 * Installs InfluxDB where needed, starts it with its data in `dir` and resolves when it is set up and answers (about
 * 1 s). The organisation has one bucket, `scratch`, kept for ever. @throws Error with the end of its log
 */
export async function startInflux(options: {
  dir: string;
  port?: number;
  /** Files of the server's certificate and key: HTTPS. */
  tls?: { readonly cert: string; readonly key: string };
}): Promise<InfluxServer> {
  const program = await installInflux((line) => console.error(line));
  const { dir } = options;
  mkdirSync(dir, { recursive: true });
  const port = options.port ?? (await freePort());
  const { tls } = options;
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  const server = await startServer({
    name: 'influxdb',
    program,
    arguments: [
      `--http-bind-address=127.0.0.1:${port}`,
      `--bolt-path=${join(dir, 'influxd.bolt')}`,
      `--sqlite-path=${join(dir, 'influxd.sqlite')}`,
      `--engine-path=${join(dir, 'engine')}`,
      `--storage-cache-snapshot-memory-size=${cacheBytes}`,
      '--reporting-disabled',
      '--log-level=warn',
      ...(tls ? [`--tls-cert=${tls.cert}`, `--tls-key=${tls.key}`] : []),
    ],
    environment: { ZONEINFO: influxZones, INFLUXD_CONFIG_PATH: dir },
    folder: dir,
    log: join(dir, 'server.log'),
    isReady: async () => (await fetch(`${url}/health`)).ok,
    readyWithinMs: 60_000,
  });
  try {
    return { ...server, url, org, token: await setUp(url, join(dir, 'operator.token')), port, dir };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The operator's token, made by the first set-up of that folder and read back afterwards. */
async function setUp(url: string, tokenFile: string): Promise<string> {
  const question = await fetch(`${url}/api/v2/setup`);
  const { allowed } = (await question.json()) as { allowed: boolean };
  if (!allowed) {
    if (!existsSync(tokenFile)) throw new Error(`influxdb is set up, but its token is not in ${tokenFile}`);
    return readFileSync(tokenFile, 'utf8').trim();
  }
  const token = crypto.randomUUID() + crypto.randomUUID();
  const password = crypto.randomUUID();
  const answer = await fetch(`${url}/api/v2/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ org, bucket: 'scratch', username: 'releve', password, token }),
  });
  if (answer.status !== 201) throw new Error(`influxdb: set-up answered ${answer.status}: ${await answer.text()}`);
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  return token;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const server = await startInflux(serverOptions('influx'));
  await runUntilSignal(server, {
    url: server.url,
    org: server.org,
    token: server.token,
    pid: server.pid,
    dir: server.dir,
  });
}
