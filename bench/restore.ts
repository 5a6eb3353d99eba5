/**
 * `restore`: time and memory until the state of 100,000 meters is back in one process, from a changelog in Kafka: once of snapshots alone, once with as
 * many events after each snapshot as there are on average before the next one (1000), in deltas of one publication each; and that one again from
 * local snapshots, as a stop has left them.
 *
 *     node bench/restore.ts        starts a broker, fills both changelogs, restores each in a process of its own; RELEVE_BENCH_METERS for fewer meters
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCalendar } from '../domain/calendar.ts';
import { limitInFlight } from '../domain/in-flight.ts';
import { partitionOf } from '../domain/topics.ts';
import { startKafka } from '../infra/native/kafka.ts';
import { createKafka } from '../journal/kafka/client.ts';
import { ensureTopics } from '../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import type { OutgoingRecord } from '../journal/port.ts';
import { deltaRecord, positionRecord, snapshotRecords } from '../processors/changelog.ts';
import { noEffects } from '../processors/effects.ts';
import { encodeState } from '../processors/snapshot.ts';
import { type BuildingEvent, BuildingProcessor } from '../processors/step.ts';
import { createBuildingTask } from '../processors/task.ts';
import { Workspace } from '../processors/workspace.ts';
import { fleet, metersABuilding, readings } from './fleet.ts';
import type { BenchRow } from './row.ts';

const meters = Number(process.env.RELEVE_BENCH_METERS ?? 100_000);
const partitions = 8;
const days = 5;
const deltas = 48;
const start0 = Date.UTC(2026, 5, 1, 22);
const positions = { readings: 0, events: 0, telemetry: 0 };
const allowedSeconds = 30;

type Changelog = 'snapshots' | 'snapshots and deltas';

interface Restored {
  readonly meters: number;
  readonly source: string;
  readonly seconds: number;
  readonly residentMB: number;
  readonly peakMB: number;
  readonly cpuSeconds: number;
  readonly writeSeconds: number;
  readonly fileMB: number;
}

/** The peer's column holds what is allowed. */
export async function run(): Promise<BenchRow[]> {
  const found = await restored(['snapshots']);
  return Object.entries(found).map(([source, { seconds }]) => ({
    name: `restore of ${meters} meters: ${source}`,
    ours: seconds,
    peer: allowedSeconds,
    ratio: seconds / allowedSeconds,
    unit: 's, less is better',
  }));
}

/** From changelogs of these kinds, and from the local snapshots that the last one's process has left. */
async function restored(kinds: readonly Changelog[]): Promise<Record<string, Restored>> {
  const folder = mkdtempSync(join(tmpdir(), 'releve-restore-'));
  const kafka = await startKafka({ dir: join(folder, 'kafka') });
  try {
    const admin = createKafka(kafka).admin();
    await admin.connect();
    const rows: Record<string, Restored> = {};
    const tell = (name: string, row: Restored): void => {
      rows[name] = row;
      process.stderr.write(`${name}: ${JSON.stringify(row)}\n`);
    };
    for (const kind of kinds) {
      const prefix = kind.replaceAll(' ', '-');
      await ensureTopics(admin, { prefix, partitions, replicationFactor: 1 });
      await fill(kafka.brokers, prefix, kind === 'snapshots' ? 0 : deltas);
      const local = join(folder, prefix);
      const flags = ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url)];
      const restoredOnce = (): Restored =>
        JSON.parse(
          execFileSync(process.execPath, [...flags, kafka.brokers.join(','), prefix, local], { encoding: 'utf8' }),
        ) as Restored;
      tell(kind, restoredOnce());
      if (kind === kinds.at(-1)) tell('local snapshot', restoredOnce());
    }
    await admin.disconnect();
    return rows;
  } finally {
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same state under the id of every building. */
async function fill(brokers: readonly string[], prefix: string, deltaCount: number): Promise<void> {
  const [building] = fleet(1);
  const processor = new BuildingProcessor(building!, new Workspace(), undefined, createCalendar('Europe/Paris'));
  for (let day = 0; day < days; day++) {
    for (const reading of readings([building!], day * 96, (day + 1) * 96, start0))
      processor.step({ type: 'reading', reading }, noEffects());
    processor.step({ type: 'flush', now: start0 + (day + 1) * 86_400_000, settled: true }, noEffects());
  }
  const journal = createKafkaJournal({ brokers, prefix });
  for (let index = 0; index < meters / metersABuilding; index++) {
    const id = `b${index}`;
    Object.assign(processor.state, { building: id });
    const records: OutgoingRecord[] = snapshotRecords(id, 1, encodeState(processor.state), positions);
    for (let number = 0; number < deltaCount; number++)
      records.push(deltaRecord(id, 1, number, roundOf(id, days * 96 + number), positions));
    await journal.append(records);
  }
  // The last record of a transaction, by which a local snapshot is known.
  for (let partition = 0; partition < partitions; partition++) {
    const owner = Array.from({ length: 1000 }, (_, index) => `b${index}`).find(
      (id) => partitionOf(id, partitions) === partition,
    );
    await journal.append([positionRecord(partition, owner!, positions, 0, `${prefix}-${partition}`)]);
  }
  await journal.close();
}

/** Each meter once, and the publication. */
function roundOf(id: string, step: number): BuildingEvent[] {
  const events: BuildingEvent[] = [...readings([{ id }], step, step + 1, start0)].map((reading) => ({
    type: 'reading',
    reading,
  }));
  return [...events, { type: 'flush', now: start0 + (step + 1) * 900_000, settled: true }];
}

async function restore(brokers: readonly string[], prefix: string, local: string): Promise<Restored> {
  const all = fleet(Math.ceil(meters / metersABuilding));
  const journal = createKafkaJournal({ brokers, prefix });
  const gate = limitInFlight(2);
  const sources: string[] = [];
  const began = performance.now();
  const tasks = Array.from({ length: partitions }, (_, partition) =>
    createBuildingTask({
      partition,
      buildings: all,
      owns: (building) => partitionOf(building, partitions) === partition,
      snapshotPath: join(local, `${partition}.snapshot`),
      // A whole one at once, however long it takes.
      snapshotPace: { everyMs: 0, sliceMs: Number.POSITIVE_INFINITY },
      gate,
      onRestored: ({ source }) => sources.push(source),
    }),
  );
  await Promise.all(
    tasks.map((task, partition) => {
      const read = (from: number) => journal.read('state', partition, from);
      return task.restore(read(0), { identity: prefix, read });
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const open = tasks.reduce((sum, task) => sum + task.openDays(), 0);
  if (open < all.length) throw new Error(`only ${open} days of ${all.length} buildings are open`);
  const residentMB = Math.round(process.memoryUsage.rss() / 1e6);
  await journal.close();
  const peakMB = Math.round(process.resourceUsage().maxRSS / 1e3);
  const restoring = process.cpuUsage();
  const writing = performance.now();
  for (const task of tasks) await task.save?.(Date.now());
  return {
    meters,
    source: [...new Set(sources)].join(),
    seconds: Math.round(seconds * 10) / 10,
    residentMB,
    peakMB,
    cpuSeconds: Math.round((restoring.user + restoring.system) / 1e5) / 10,
    writeSeconds: Math.round((performance.now() - writing) / 100) / 10,
    fileMB: Math.round(sizeOf(local) / 1e5) / 10,
  };
}

function sizeOf(local: string): number {
  return readdirSync(local).reduce((sum, name) => sum + statSync(join(local, name)).size, 0);
}

if (import.meta.main) {
  const [brokers, prefix, local] = process.argv.slice(2);
  if (brokers === undefined || prefix === undefined || local === undefined)
    console.table(await restored(['snapshots', 'snapshots and deltas']));
  else process.stdout.write(JSON.stringify(await restore(brokers.split(','), prefix, local)));
}
