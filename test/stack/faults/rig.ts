/** The distributed mode on real servers: topics, buckets, narrow tokens, and a folder of configuration files that every role takes with `-c`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Building } from '../../../domain/building.ts';
import type { Config } from '../../../domain/config/config.ts';
import { parseConfig } from '../../../domain/config/parse.ts';
import { freePort } from '../../../infra/native/server-process.ts';
import { history } from '../../../ingest/simulator/history.ts';
import { createKafka } from '../../../journal/kafka/client.ts';
import { ensureTopics } from '../../../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../../../journal/kafka/journal.ts';
import { type Journal, type OutgoingRecord, readingRecord } from '../../../journal/port.ts';
import { ensureBuckets } from '../../../results/influx/ensure-buckets.ts';
import { ensureTokens } from '../../../results/influx/ensure-tokens.ts';
import { createInfluxResults } from '../../../results/influx/results.ts';
import type { ResultsStore } from '../../../results/port.ts';
import { healthy, type Role, startRole } from './role.ts';

export interface RigOptions {
  /** For configuration, spools and data; exists. */
  readonly folder: string;
  readonly brokers: readonly string[];
  readonly influx: { readonly url: string; readonly org: string; readonly token: string };
  readonly prefix: string;
  readonly partitions: number;
  /** Contents of one configuration file a building, in the file's terms. */
  readonly files: readonly object[];
}

export interface StartedRole extends Role {
  readonly operationsPort: number;
}

export interface Rig {
  readonly config: Config;
  readonly buildings: readonly Building[];
  /** The test's own journal and results, with the operator's rights. */
  readonly journal: Journal;
  readonly results: ResultsStore;
  /** The secrets that no log may hold. */
  readonly secrets: readonly string[];
  /** Resolves when `/health` answers. */
  start(role: 'process' | 'sink' | 'ingest' | 'api' | 'notify', ...options: string[]): Promise<StartedRole>;
  /** A command that ends by itself. */
  command(name: string, ...options: string[]): Role;
  /** Kills what still runs. */
  close(): Promise<void>;
}

export async function createRig(options: RigOptions): Promise<Rig> {
  const { folder, brokers, influx, prefix, partitions, files } = options;
  const admin = createKafka({ brokers }).admin();
  await admin.connect();
  await ensureTopics(admin, { prefix, partitions, replicationFactor: 1 });
  await admin.disconnect();
  await ensureBuckets(influx);
  const tokens = await ensureTokens(influx);
  const folderOfFiles = join(folder, 'config');
  mkdirSync(folderOfFiles, { recursive: true });
  const servers = {
    version: 1,
    kafka: { brokers: [...brokers], prefix, partitions },
    influx: { url: influx.url, organisation: influx.org, token: '$' + '{RELEVE_INFLUX_TOKEN}', timeout: '3s' },
    api: { host: '127.0.0.1', port: 0 },
  };
  const contents = [servers, ...files].map((file, index) => ({ name: `${index}.yaml`, text: stringify(file) }));
  for (const { name, text } of contents) writeFileSync(join(folderOfFiles, name), text);
  const config = parseConfig(contents, () => 'not used here');
  const journal = createKafkaJournal({ brokers, prefix });
  // Patient: whoever judges at the end asks a machine that is busy.
  const results = createInfluxResults({ ...influx, timeoutMs: 60_000 });
  const started: Role[] = [];

  function run(name: string, more: readonly string[]): Role {
    const token = name === 'sink' ? tokens.sink : tokens.api;
    const data = join(folder, `data-${name}`);
    const role = startRole(name, ['-c', folderOfFiles, '--data-dir', data, ...more], { RELEVE_INFLUX_TOKEN: token });
    started.push(role);
    return role;
  }

  return {
    config,
    buildings: config.buildings,
    journal,
    results,
    secrets: [tokens.sink, tokens.api, influx.token],
    async start(name, ...more) {
      const operationsPort = await freePort();
      const role = run(name, [name === 'api' ? '--port' : '--operations-port', String(operationsPort), ...more]);
      await healthy(role, operationsPort);
      return Object.defineProperty(role, 'operationsPort', { value: operationsPort }) as StartedRole;
    },
    command: (name, ...more) => run(name, more),
    async close() {
      await Promise.all(started.filter(({ ended }) => ended === undefined).map((role) => role.end('SIGKILL')));
      await journal.close();
      await results.close();
    },
  };
}

/** A building of tenants and a general meter in the configuration's terms. */
export function buildingFile(id: string, tenants: number, more: object = {}): object {
  const numbers = Array.from({ length: tenants }, (_, index) => index + 1);
  const meter = (number: number): string => `LOC${String(number).padStart(2, '0')}`;
  return {
    id,
    timezone: 'Europe/Paris',
    lots: numbers.map((number) => ({
      number,
      tantiemes: { generales: 1 },
      occupancy: [{ from: '2020-01-01', occupant: `L${number}` }],
    })),
    meters: [
      ...numbers.map((number) => ({ id: meter(number), role: 'tenant', lot: number, installed_at: '2020-01-01' })),
      { id: 'GLOBAL', role: 'general', installed_at: '2020-01-01' },
    ],
    ...more,
  };
}

/** Six days of them all with a leak, instant by instant. */
export function historyRecords(buildings: readonly Building[], end: number): OutgoingRecord[] {
  return buildings
    .flatMap((building, seed) => [...history(building, { days: 6, end, seed, leakW: 100 })])
    .sort((a, b) => a.at - b.at)
    .map(readingRecord);
}
