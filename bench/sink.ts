/**
 * `sink`: results of Kafka into InfluxDB, points a second: `releve sink` beside Telegraf (kafka_consumer, json_v2, influxdb_v2) on the same topic,
 * and beside InfluxDB's own client fed with finished lines from memory, with one and with four batches of 5,000 on their way.
 *
 * Measured from outside and alike for all: InfluxDB's own counter of points stored, from the first to the last. Each turn gets a new InfluxDB: what
 * one has left behind (types of fields, series, work of compaction) is nobody else's burden.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfluxDB } from '@influxdata/influxdb-client';
import type { Admin } from 'kafkajs';
import type { MeterDay } from '../domain/results.ts';
import { resultKey } from '../domain/results.ts';
import { topicName } from '../domain/topics.ts';
import { startInflux } from '../infra/native/influx.ts';
import { startKafka } from '../infra/native/kafka.ts';
import { createKafka } from '../journal/kafka/client.ts';
import { ensureTopics } from '../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import { noEffects } from '../processors/effects.ts';
import { BuildingProcessor } from '../processors/step.ts';
import { Workspace } from '../processors/workspace.ts';
import type { InfluxConnection } from '../results/influx/admin-request.ts';
import { ensureBuckets } from '../results/influx/ensure-buckets.ts';
import { toLine } from '../results/influx/line.ts';
import { type Child, root, start, startReleve } from './children.ts';
import { median } from './figures.ts';
import { fleet, readings } from './fleet.ts';
import type { BenchRow } from './row.ts';

const prefix = 'bench';
const partitions = 4;
const buildings = 2000;
const days = 5;
const linesABatch = 5000;
const rounds = Number(process.env.RELEVE_BENCH_ROUNDS ?? 3);
const start0 = Date.UTC(2026, 5, 1, 22);
const pollMs = 50;
const patienceMs = 120_000;
const telegraf = `${root}/.cache/bench/telegraf`;
const peer = `${root}/bench/peers/sink-telegraf`;
const bucket = 'releve_daily';

interface Setting {
  readonly folder: string;
  readonly brokers: readonly string[];
  readonly admin: Admin;
  readonly results: readonly MeterDay[];
}

export async function run(): Promise<BenchRow[]> {
  installPeer();
  const folder = mkdtempSync(join(tmpdir(), 'releve-sink-'));
  const kafka = await startKafka({ dir: join(folder, 'kafka') });
  const { brokers } = kafka;
  const admin = createKafka({ brokers }).admin();
  try {
    await admin.connect();
    await ensureTopics(admin, { prefix, partitions, replicationFactor: 1 });
    const results = meterDays();
    const journal = createKafkaJournal({ brokers, prefix });
    for (let from = 0; from < results.length; from += 20_000)
      await journal.append(
        results
          .slice(from, from + 20_000)
          .map((value) => ({ topic: 'results', key: resultKey(value), building: value.building, value })),
      );
    await journal.close();
    return rows(await inTurn({ folder, brokers, admin, results }));
  } finally {
    await admin.disconnect();
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Figures {
  readonly ours: number[];
  readonly telegraf: number[];
  readonly one: number[];
  readonly four: number[];
}

async function inTurn(setting: Setting): Promise<Figures> {
  const figures: Figures = { ours: [], telegraf: [], one: [], four: [] };
  for (let round = 0; round < rounds; round++) {
    figures.ours.push(await ours(setting));
    if (process.env.RELEVE_BENCH_OURS) continue;
    figures.telegraf.push(await telegrafs(setting, `telegraf-${round}`));
    figures.one.push(await client(setting, 1));
    figures.four.push(await client(setting, 4));
  }
  process.stderr.write(`${JSON.stringify(figures)}\n`);
  return figures;
}

function rows(figures: Figures): BenchRow[] {
  const ours = median(figures.ours);
  return [
    { name: 'sink beside Telegraf', peer: median(figures.telegraf) },
    { name: 'sink beside the plain client, 1 batch in flight, from memory', peer: median(figures.one) },
    { name: 'sink beside the plain client, 4 batches in flight, from memory', peer: median(figures.four) },
  ].map((row) => ({ ...row, ours, ratio: ours / row.peer, unit: 'points/s' }));
}

/** One building's days by the rules, told for many. */
function meterDays(): MeterDay[] {
  const [building] = fleet(1);
  if (!building) throw new Error('no building');
  const processor = new BuildingProcessor(building, new Workspace());
  const effects = noEffects();
  for (const reading of readings([building], 0, days * 96, start0))
    processor.step({ type: 'reading', reading }, effects);
  processor.step({ type: 'flush', now: start0 + (days + 1) * 86_400_000, settled: true }, effects);
  const found = effects.results.filter((result): result is MeterDay => result.kind === 'meter_day');
  return Array.from({ length: buildings }, (_, index) =>
    found.map((day) => ({ ...day, building: `b${index}` })),
  ).flat();
}

async function ours(setting: Setting): Promise<number> {
  const { admin, brokers, folder } = setting;
  await admin.deleteGroups([`${prefix}-sink`]).catch(() => undefined);
  return await measure(setting, ({ url, org: organisation, token }) => {
    const config = join(folder, 'releve.yaml');
    const servers = { kafka: { brokers, prefix, partitions }, influx: { url, organisation, token: '$' + '{TOKEN}' } };
    writeFileSync(config, JSON.stringify({ version: 1, ...servers, buildings: [] }));
    return startReleve(['sink', '-c', config], { environment: { TOKEN: token } });
  });
}

async function telegrafs(setting: Setting, group: string): Promise<number> {
  return await measure(setting, ({ url, org, token }) =>
    start({
      program: telegraf,
      arguments: ['--config', `${peer}/telegraf.conf`],
      environment: {
        BROKER: setting.brokers.join(','),
        TOPIC: topicName('results', prefix),
        GROUP: group,
        URL: url,
        ORG: org,
        TOKEN: token,
        BUCKET: bucket,
      },
    }),
  );
}

async function client(setting: Setting, inFlight: number): Promise<number> {
  const lines = setting.results.map((result) => {
    const line = toLine(result);
    if (typeof line === 'string') throw new Error(line);
    return line.text;
  });
  let next = 0;
  async function worker({ url, org, token }: InfluxConnection): Promise<void> {
    const influx = new InfluxDB({ url, token });
    while (next < lines.length) {
      const batch = lines.slice(next, next + linesABatch);
      next += linesABatch;
      const api = influx.getWriteApi(org, bucket, 'ms', {
        batchSize: batch.length + 1,
        flushInterval: 0,
        maxRetries: 0,
      });
      api.writeRecords(batch);
      await api.flush();
    }
  }
  let writing: Promise<unknown> = Promise.resolve();
  return await measure(setting, (influx) => {
    writing = Promise.all(Array.from({ length: inFlight }, () => worker(influx)));
    return { stop: async () => void (await writing) };
  });
}

/** Points a second between the first seen in a new InfluxDB and the last; ends what was begun. */
async function measure(
  { folder, results }: Setting,
  begin: (influx: InfluxConnection) => Pick<Child, 'stop'> & Partial<Child>,
): Promise<number> {
  const dir = mkdtempSync(join(folder, 'influx-'));
  const influx = await startInflux({ dir });
  await ensureBuckets(influx);
  const writer = begin(influx);
  let first: { at: number; count: number } | undefined;
  const deadline = performance.now() + patienceMs;
  try {
    for (;;) {
      const count = await stored(influx);
      const now = performance.now();
      if (count > 0 && !first) first = { at: now, count };
      if (first && count >= results.length && now > first.at) return ((count - first.count) / (now - first.at)) * 1000;
      if (now > deadline)
        throw new Error(`${count} of ${results.length} points after ${patienceMs} ms\n${writer.said?.().slice(-1500)}`);
      await sleep(pollMs);
    }
  } finally {
    await writer.stop();
    await influx.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function stored({ url }: InfluxConnection): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^storage_writer_ok_points_sum(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1] ?? 0);
}

function installPeer(): void {
  if (existsSync(telegraf)) return;
  const tags = 'custom,inputs.kafka_consumer,parsers.json_v2,outputs.influxdb_v2';
  const program = 'github.com/influxdata/telegraf/cmd/telegraf';
  execFileSync('go', ['build', '-trimpath', '-tags', tags, '-ldflags=-s -w', '-o', telegraf, program], {
    cwd: peer,
    stdio: 'inherit',
  });
}

if (import.meta.main) console.table(await run());
