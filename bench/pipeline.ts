/**
 * `pipeline`: Kafka to Kafka, exactly once: `releve process` with the full rules beside a Kafka Streams application that keeps first, last,
 * maximum and count of each meter and local day, one stream thread, exactly_once_v2, in the DSL and in the processor API. Same topic, same broker,
 * in turn; then with the program on one core and the broker on the other.
 *
 * Measured from outside and alike for all: the slope of the offsets that the group commits, between 20 and 80 % of the topic. What comes before is
 * starting and warming up; what a program has in hand is the same at both ends. Once by the clock and once by the program's processor time, which
 * a busy machine disturbs less.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { readingValue } from '../domain/reading.ts';
import { topicName } from '../domain/topics.ts';
import { startKafka } from '../infra/native/kafka.ts';
import { createKafka } from '../journal/kafka/client.ts';
import { createTopics } from '../journal/kafka/create-topics.ts';
import { ensureTopics } from '../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import type { OutgoingRecord } from '../journal/port.ts';
import { type Child, pin, processorSeconds, root, start, startReleve } from './children.ts';
import { median } from './figures.ts';
import { fleet, fleetFile, readings } from './fleet.ts';
import type { BenchRow } from './row.ts';

const prefix = 'bench';
const partitions = 4;
const buildings = 250;
const days = 3;
const rounds = Number(process.env.RELEVE_BENCH_ROUNDS ?? 3);
const start0 = Date.UTC(2026, 5, 1, 22);
const pollMs = 50;
const patienceMs = 300_000;
/** The part of the topic that counts. */
const counted = { from: 0.2, to: 0.8 };
const cache = `${root}/.cache/bench/pipeline-streams`;
const peer = `${root}/bench/peers/pipeline-streams`;

interface Setting {
  readonly folder: string;
  readonly brokers: readonly string[];
  readonly admin: Admin;
  readonly count: number;
}

export async function run(): Promise<BenchRow[]> {
  installPeer();
  const folder = mkdtempSync(join(tmpdir(), 'releve-pipeline-'));
  const kafka = await startKafka({ dir: join(folder, 'kafka') });
  const admin = createKafka(kafka).admin();
  try {
    await admin.connect();
    await ensureTopics(admin, { prefix, partitions, replicationFactor: 1 });
    const count = await fill(kafka.brokers);
    const { brokers } = kafka;
    const config = join(folder, 'releve.yaml');
    writeFileSync(
      config,
      JSON.stringify({ version: 1, kafka: { brokers, prefix, partitions }, buildings: fleetFile(buildings) }),
    );
    const setting = { folder, brokers, admin, count };
    const free = await inTurn(setting, config, undefined);
    pin(kafka.pid, '1');
    const pinned = await inTurn(setting, config, '0');
    return [...rows(free, 'two cores shared with the broker'), ...rows(pinned, 'on one core')];
  } finally {
    await admin.disconnect();
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const programs = ['ours', 'dsl', 'processor'] as const;
type Program = (typeof programs)[number];

/** Readings a second. */
interface Speed {
  readonly wall: number;
  readonly processor: number;
}

type Figures = Readonly<Record<Program, Speed[]>>;

async function inTurn(setting: Setting, config: string, cores: string | undefined): Promise<Figures> {
  const figures: Figures = { ours: [], dsl: [], processor: [] };
  for (let round = 0; round < rounds; round++) {
    figures.ours.push(await ours(setting, config, cores));
    if (process.env.RELEVE_BENCH_OURS) continue;
    for (const variant of ['dsl', 'processor'] as const)
      figures[variant].push(await streams(setting, variant, `${variant}-${cores ?? 'free'}-${round}`, cores));
  }
  for (const program of programs) process.stderr.write(`${program} ${shown(figures[program])}\n`);
  return figures;
}

function shown(speeds: readonly Speed[]): string {
  return speeds.map(({ wall, processor }) => `${Math.round(wall)} (${Math.round(processor)} a CPU second)`).join(', ');
}

function rows(figures: Figures, where: string): BenchRow[] {
  const peers = { dsl: 'Kafka Streams DSL', processor: 'Kafka Streams processor API' } as const;
  const units = { wall: 'readings/s', processor: 'readings/CPU s' } as const;
  return (['wall', 'processor'] as const).flatMap((by) =>
    (['dsl', 'processor'] as const).map((program) => {
      const [mine, theirs] = [figures.ours, figures[program]].map((speeds) => median(speeds.map((speed) => speed[by])));
      const name = `pipeline ${where} beside ${peers[program]}`;
      return { name, ours: mine!, peer: theirs!, ratio: mine! / theirs!, unit: units[by] };
    }),
  );
}

async function fill(brokers: readonly string[]): Promise<number> {
  const journal = createKafkaJournal({ brokers, prefix });
  let batch: OutgoingRecord[] = [];
  let count = 0;
  for (const reading of readings(fleet(buildings), 0, 96 * days, start0)) {
    const { building, meter } = reading;
    // The meter in the key spares the peer a repartition.
    batch.push({ topic: 'readings', key: `${building}/${meter}`, building, value: readingValue(reading) });
    if (batch.length < 20_000) continue;
    await journal.append(batch);
    count += batch.length;
    batch = [];
  }
  await journal.append(batch);
  await journal.close();
  return count + batch.length;
}

async function ours(setting: Setting, config: string, cores: string | undefined): Promise<Speed> {
  const { admin } = setting;
  const group = `${prefix}-process`;
  await fresh(
    admin,
    group,
    ['state', 'results', 'telemetry', 'late', 'rejects'].map((name) => `${prefix}.${name}`),
    true,
  );
  const child = startReleve(['process', '-c', config], { cores });
  return await measure(setting, group, child);
}

async function streams(
  setting: Setting,
  variant: 'dsl' | 'processor',
  name: string,
  cores: string | undefined,
): Promise<Speed> {
  const { admin, brokers, folder } = setting;
  const output = `out-${name}`;
  await createTopics(admin, [{ topic: output, numPartitions: partitions, replicationFactor: 1 }]);
  const child = start({
    program: 'java',
    arguments: [
      '-Xmx1g',
      '-cp',
      `${cache}/lib/*:${cache}/classes`,
      'PipelineStreams',
      variant,
      brokers.join(','),
      `streams-${name}`,
      topicName('readings', prefix),
      output,
      join(folder, `streams-${name}`),
    ],
    cores,
  });
  return await measure(setting, `streams-${name}`, child);
}

/** Topics and positions as if nothing had ever been processed. */
async function fresh(admin: Admin, group: string, topics: readonly string[], again: boolean): Promise<void> {
  await admin.deleteGroups([group]).catch(() => undefined);
  await admin.deleteTopics({ topics: [...topics] });
  if (!again) return;
  for (;;) {
    const left = await admin.listTopics();
    if (!topics.some((topic) => left.includes(topic))) break;
    await sleep(pollMs);
  }
  await ensureTopics(admin, { prefix, partitions, replicationFactor: 1 });
}

/** Follows the group's commits until enough of the topic is done; ends the child. */
async function measure({ admin, count }: Setting, groupId: string, child: Child): Promise<Speed> {
  const topic = topicName('readings', prefix);
  const samples: Sample[] = [];
  const deadline = performance.now() + patienceMs;
  try {
    for (;;) {
      const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const done = (answer?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
      if (done >= counted.from * count)
        samples.push({ done, wall: performance.now() / 1000, processor: processorSeconds(child.pid) });
      if (done >= counted.to * count) break;
      if (performance.now() > deadline)
        throw new Error(`${groupId}: ${done} of ${count} after ${patienceMs} ms\n${child.said().slice(-3000)}`);
      await sleep(pollMs);
    }
  } finally {
    await child.stop();
  }
  return { wall: slope(samples, 'wall'), processor: slope(samples, 'processor') };
}

interface Sample {
  readonly done: number;
  /** Seconds. */
  readonly wall: number;
  readonly processor: number;
}

/** Readings a second, least squares. */
function slope(samples: readonly Sample[], by: 'wall' | 'processor'): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, each) => sum + of(each), 0) / samples.length;
  const at = mean((sample) => sample[by]);
  const done = mean((sample) => sample.done);
  return mean((sample) => (sample[by] - at) * (sample.done - done)) / mean((sample) => (sample[by] - at) ** 2);
}

function installPeer(): void {
  if (existsSync(`${cache}/classes/PipelineStreams.class`)) return;
  mkdirSync(cache, { recursive: true });
  execFileSync('mvn', ['-q', 'dependency:copy-dependencies', `-DoutputDirectory=${cache}/lib`], {
    cwd: peer,
    stdio: 'inherit',
  });
  execFileSync('javac', ['-cp', `${cache}/lib/*`, '-d', `${cache}/classes`, `${peer}/PipelineStreams.java`], {
    stdio: 'inherit',
  });
}

if (import.meta.main) console.table(await run());
