/**
 * `state`: the memory that a meter with a reading every 15 minutes and 48 h of lateness holds after five days, by the growth of a process of
 * its own that holds 300 buildings of 21 meters; and how long `releve process` takes to restore 100,000 such meters from a changelog in Kafka.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createCalendar } from '../domain/calendar.ts';
import { partitionOf } from '../domain/topics.ts';
import { startKafka } from '../infra/native/kafka.ts';
import { createKafka } from '../journal/kafka/client.ts';
import { ensureTopics } from '../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import type { OutgoingRecord } from '../journal/port.ts';
import { snapshotRecords } from '../processors/changelog.ts';
import { noEffects } from '../processors/effects.ts';
import { encodeState } from '../processors/snapshot.ts';
import { BuildingProcessor } from '../processors/step.ts';
import { createBuildingTask } from '../processors/task.ts';
import { Workspace } from '../processors/workspace.ts';
import { median } from './figures.ts';
import { fleet, metersABuilding, readings } from './fleet.ts';
import type { BenchRow } from './row.ts';

const buildings = 300;
const days = 5;
const rounds = 3;
const meters = 100_000;
const partitions = 4;
const prefix = 'bench';
const start0 = Date.UTC(2026, 5, 1, 22);
const allowedBytes = 8192;
const allowedSeconds = 30;

export async function run(): Promise<BenchRow[]> {
  const bytes = Array.from({ length: rounds }, () => Number(inProcess('memory')));
  const seconds = await restores();
  return [
    row('state: memory held a meter', median(bytes), allowedBytes, 'bytes, less is better'),
    row('state: restore of 100,000 meters from the changelog', median(seconds), allowedSeconds, 's, less is better'),
  ];
}

/** The peer's column holds what is allowed. */
function row(name: string, ours: number, peer: number, unit: string): BenchRow {
  return { name, ours, peer, ratio: ours / peer, unit };
}

function inProcess(...arguments_: string[]): string {
  const flags = ['--expose-gc', '--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url)];
  return execFileSync(process.execPath, [...flags, ...arguments_], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

/** Day by day, publishing each, so that what can no longer change is forgotten as it is in use. */
function live(buildingCount: number): BuildingProcessor[] {
  const workspace = new Workspace();
  const calendar = createCalendar('Europe/Paris');
  const processors = fleet(buildingCount).map(
    (building) => new BuildingProcessor(building, workspace, undefined, calendar),
  );
  for (const processor of processors) {
    for (let day = 0; day < days; day++) {
      const effects = noEffects();
      for (const reading of readings([processor.configured], day * 96, (day + 1) * 96, start0))
        processor.step({ type: 'reading', reading }, effects);
      processor.step({ type: 'flush', now: start0 + (day + 1) * 86_400_000, settled: true }, effects);
    }
  }
  return processors;
}

async function memoryAMeter(): Promise<number> {
  // One of each kind first, so that code and shared tables do not count.
  const warm = live(20);
  const before = await held();
  const processors = live(buildings);
  const after = await held();
  if (warm.length + processors.length === 0) throw new Error('nothing was kept');
  return (after - before) / (buildings * metersABuilding);
}

/** Heap and memory outside of it after collection: what is resident besides is the room that making the readings has taken. */
async function held(): Promise<number> {
  for (let pass = 0; pass < 6; pass++) {
    globalThis.gc?.();
    await sleep(50);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stderr.write(`${Math.round((heapUsed + external) / 1e6)} MB held, ${Math.round(rss / 1e6)} MB resident\n`);
  return heapUsed + external;
}

async function restores(): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'releve-restore-'));
  const kafka = await startKafka({ dir: join(folder, 'kafka') });
  try {
    const { brokers } = kafka;
    const admin = createKafka({ brokers }).admin();
    await admin.connect();
    await ensureTopics(admin, { prefix, partitions, replicationFactor: 1 });
    await admin.disconnect();
    await fillChangelog(brokers);
    return Array.from({ length: rounds }, () => Number(inProcess('restore', JSON.stringify(brokers))));
  } finally {
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fillChangelog(brokers: readonly string[]): Promise<void> {
  const [template] = live(1);
  if (!template) throw new Error('no building');
  const journal = createKafkaJournal({ brokers, prefix });
  let batch: OutgoingRecord[] = [];
  for (let index = 0; index < meters / metersABuilding; index++) {
    const id = `b${index}`;
    Object.assign(template.state, { id, building: id });
    batch.push(...snapshotRecords(id, 1, encodeState(template.state), { readings: 0, events: 0, telemetry: 0 }));
    if (batch.length < 200) continue;
    await journal.append(batch);
    batch = [];
  }
  await journal.append(batch);
  await journal.close();
}

/** Seconds until every partition's state is in memory, one partition after the other as one process does. */
async function restore(brokers: readonly string[]): Promise<number> {
  const all = fleet(Math.ceil(meters / metersABuilding));
  const journal = createKafkaJournal({ brokers, prefix });
  const began = performance.now();
  const tasks = Array.from({ length: partitions }, (_, partition) =>
    createBuildingTask({
      partition,
      buildings: all,
      owns: (building) => partitionOf(building, partitions) === partition,
    }),
  );
  await Promise.all(tasks.map((task, partition) => task.restore(journal.read('state', partition))));
  const seconds = (performance.now() - began) / 1000;
  const open = tasks.reduce((sum, task) => sum + task.openDays(), 0);
  if (open < all.length) throw new Error(`only ${open} days of ${all.length} buildings are open`);
  process.stderr.write(`restored ${meters} meters: ${Math.round(process.memoryUsage.rss() / 1e6)} MB resident\n`);
  await journal.close();
  return seconds;
}

if (import.meta.main) {
  const [mode, brokers] = process.argv.slice(2);
  if (mode === 'memory') process.stdout.write(`${await memoryAMeter()}\n`);
  else if (mode === 'restore') process.stdout.write(`${await restore(JSON.parse(brokers ?? '[]') as string[])}\n`);
  else console.table(await run());
}
