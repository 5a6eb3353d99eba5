/** A real Chromium without first-run traffic, and a page server on a life-like residence whose clock and results the test moves. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { type ApiServer, createApiServer } from '../../api/server.ts';
import type { Building } from '../../domain/building.ts';
import type { ResultsStore } from '../../results/port.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { buildingOf, lifelike, now } from '../api/fixtures.ts';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchChromium(): Promise<Browser> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  if (executablePath === undefined) throw new Error('no Chromium: apt-get install chromium');
  return chromium.launch({ executablePath, args: flags });
}

export interface Residence {
  readonly building: Building;
  readonly store: ResultsStore;
  readonly server: ApiServer;
  readonly url: string;
  /** Stops listening, as a machine that is switched off; `start` listens on the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function openResidence(options: {
  readonly anomalies: boolean;
  readonly pollMs: number;
}): Promise<Residence> {
  const building = buildingOf();
  const store = openSqliteStore(':memory:', { now: () => now }).results;
  const { results, telemetry, readings } = lifelike(building, 40, options);
  await store.write([...results, ...telemetry, ...readings]);
  const create = () =>
    createApiServer({
      reader: store,
      buildings: [building],
      clock: { now: () => now },
      tokens: [],
      openOnLoopback: true,
      rateLimit: null,
      cacheMs: 0,
      pollMs: options.pollMs,
    });
  let server = await create();
  const { url, port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    building,
    store,
    get server() {
      return server;
    },
    url,
    stop: () => server.close(),
    async start() {
      server = await create();
      await server.listen({ host: '127.0.0.1', port });
    },
    async close() {
      await server.close();
      await store.close();
    },
  };
}
