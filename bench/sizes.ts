/**
 * `sizes`: bytes on disk a reading, of a fleet's readings every 15 minutes: in Kafka's topic `readings`, in the embedded SQLite file, in InfluxDB (its
 * files of a bucket once it has compacted what it wrote; the write-ahead log apart). For docs/sizing.md.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInflux } from '../infra/native/influx.ts';
import { startKafka } from '../infra/native/kafka.ts';
import { createKafka } from '../journal/kafka/client.ts';
import { ensureTopics } from '../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import { type JournalAppender, type OutgoingRecord, readingRecord } from '../journal/port.ts';
import { ensureBuckets } from '../results/influx/ensure-buckets.ts';
import { createInfluxResults } from '../results/influx/results.ts';
import { openSqliteStore } from '../results/sqlite/open.ts';
import { fleet, readings } from './fleet.ts';

const buildings = 50;
const days = 20;
const recordsAtOnce = 10_000;
const start = Date.now() - (days + 2) * 86_400_000;

const folder = mkdtempSync(join(tmpdir(), 'releve-sizes-'));
try {
  const count = buildings * 21 * 96 * days;
  const bytes = { kafka: await inKafka(), sqlite: await inSqlite(), ...(await inInflux()) };
  console.table(
    Object.fromEntries(
      Object.entries(bytes).map(([store, size]) => [store, { readings: count, bytes: size, each: size / count }]),
    ),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function append(journal: JournalAppender): Promise<void> {
  let batch: OutgoingRecord[] = [];
  for (const reading of readings(fleet(buildings), 0, 96 * days, start)) {
    batch.push(readingRecord(reading));
    if (batch.length < recordsAtOnce) continue;
    await journal.append(batch);
    batch = [];
  }
  await journal.append(batch);
}

async function inKafka(): Promise<number> {
  const kafka = await startKafka({ dir: join(folder, 'kafka') });
  const { brokers } = kafka;
  const admin = createKafka({ brokers }).admin();
  await admin.connect();
  await ensureTopics(admin, { partitions: 8, replicationFactor: 1 });
  await admin.disconnect();
  const journal = createKafkaJournal({ brokers });
  await append(journal);
  await journal.close();
  await kafka.stop();
  const data = join(folder, 'kafka', 'data');
  return readdirSync(data)
    .filter((name) => name.startsWith('releve.readings-'))
    .reduce((sum, name) => sum + sizeOf(join(data, name), '.log'), 0);
}

async function inSqlite(): Promise<number> {
  const file = join(folder, 'releve.sqlite');
  const store = openSqliteStore(file);
  await append(store.journal);
  store.close();
  return statSync(file).size;
}

async function inInflux(): Promise<{ influx: number; influxLog: number }> {
  const influx = await startInflux({ dir: join(folder, 'influx') });
  await ensureBuckets(influx);
  const results = createInfluxResults(influx);
  let batch = [];
  for (const reading of readings(fleet(buildings), 0, 96 * days, start)) {
    batch.push(reading);
    if (batch.length < recordsAtOnce) continue;
    await results.write(batch);
    batch = [];
  }
  await results.write(batch);
  await influx.stop();
  const engine = join(folder, 'influx', 'engine');
  return { influx: sizeOf(join(engine, 'data'), '.tsm'), influxLog: sizeOf(join(engine, 'wal'), '.wal') };
}

function sizeOf(path: string, end: string): number {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
}
