/**
 * `scale`: members of the group `process` on the same topic of 8 partitions: threads of one `releve process`, and several of one thread each. Measured from
 * outside by the offsets that the group commits, from the moment at which every member has restored partitions to the end of the topic. What it
 * shows is bounded by the cores that the processes, the broker and whatever else runs there share.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { topicName } from '../domain/topics.ts';
import { startKafka } from '../infra/native/kafka.ts';
import { createKafka } from '../journal/kafka/client.ts';
import { ensureTopics } from '../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import { type OutgoingRecord, readingRecord } from '../journal/port.ts';
import { type Child, startReleve } from './children.ts';
import { median } from './figures.ts';
import { fleet, fleetFile, readings } from './fleet.ts';
import type { BenchRow } from './row.ts';

interface Crew {
  readonly processes: number;
  /** Of each. */
  readonly threads: number;
}

const crews: readonly Crew[] = [
  { processes: 1, threads: 1 },
  { processes: 1, threads: 2 },
  { processes: 2, threads: 1 },
  { processes: 4, threads: 1 },
];
const partitions = 8;
const buildings = 400;
const days = 4;
const rounds = Number(process.env.RELEVE_BENCH_ROUNDS ?? 3);
const start0 = Date.UTC(2026, 5, 1, 22);
const pollMs = 50;
const patienceMs = 240_000;

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'releve-scale-'));
  const kafka = await startKafka({ dir: join(folder, 'kafka') });
  const admin = createKafka(kafka).admin();
  try {
    await admin.connect();
    const figures = new Map(crews.map((crew) => [crew, [] as number[]]));
    for (let round = 0; round < rounds; round++) {
      for (const [crew, found] of figures) {
        const prefix = `scale-${round}-${crew.processes}-${crew.threads}`;
        await ensureTopics(admin, { prefix, partitions, replicationFactor: 1 });
        await fill(kafka.brokers, prefix);
        const config = join(folder, `${prefix}.yaml`);
        const section = { brokers: kafka.brokers, prefix, partitions };
        writeFileSync(
          config,
          JSON.stringify({ version: 1, data_dir: folder, kafka: section, buildings: fleetFile(buildings) }),
        );
        found.push(await throughput(admin, prefix, crew, config));
      }
    }
    process.stderr.write(`on ${availableParallelism()} cores, load ${loadavg().join(' ')}\n`);
    for (const [crew, found] of figures) process.stderr.write(`${JSON.stringify(crew)} ${found.map(Math.round)}\n`);
    const [one, ...others] = [...figures].map(([crew, found]) => ({ crew, speed: median(found) }));
    return others.map(({ crew: { processes, threads }, speed }) => ({
      name: `scale: ${processes} of ${threads} thread(s) beside 1 of 1`,
      ours: speed,
      peer: one!.speed,
      ratio: speed / one!.speed,
      unit: 'readings/s',
    }));
  } finally {
    await admin.disconnect();
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(brokers: readonly string[], prefix: string): Promise<void> {
  const journal = createKafkaJournal({ brokers, prefix });
  let batch: OutgoingRecord[] = [];
  for (const reading of readings(fleet(buildings), 0, 96 * days, start0)) {
    batch.push(readingRecord(reading));
    if (batch.length < 20_000) continue;
    await journal.append(batch);
    batch = [];
  }
  await journal.append(batch);
  await journal.close();
}

/** Readings a second while all of them work; ends the processes. */
async function throughput(admin: Admin, prefix: string, crew: Crew, config: string): Promise<number> {
  const topic = topicName('readings', prefix);
  const end = (await admin.fetchTopicOffsets(topic)).reduce((sum, { offset }) => sum + Number(offset), 0);
  const command = ['process', '-c', config, '--threads', String(crew.threads)];
  const children: Child[] = Array.from({ length: crew.processes }, () => startReleve(command));
  let first: { readonly at: number; readonly done: number } | undefined;
  const deadline = performance.now() + patienceMs;
  try {
    for (;;) {
      // A coordinator that has just been made is still loading.
      const [answer] = await admin.fetchOffsets({ groupId: `${prefix}-process`, topics: [topic] }).catch(() => []);
      const done = (answer?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
      const now = performance.now();
      if (done > 0 && !first && children.every((child) => workers(child) === crew.threads)) first = { at: now, done };
      if (first && done >= end && now > first.at) return ((done - first.done) / (now - first.at)) * 1000;
      if (now > deadline || (done >= end && !first))
        throw new Error(
          `${JSON.stringify(crew)}: ${done} of ${end}\n${children.map((child) => child.said().slice(-1500)).join('\n')}`,
        );
      await sleep(pollMs);
    }
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/** Its threads that have restored a partition. */
function workers(child: Child): number {
  const restored = child.said().matchAll(/^.*"msg":"restored".*$/gm);
  return new Set([...restored].map(([line]) => /"thread":\d+/.exec(line)?.[0])).size;
}

if (import.meta.main) console.table(await run());
