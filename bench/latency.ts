/**
 * `latency`: from the journal's acknowledgement of a reading to the result that counts it being answered by InfluxDB, through `releve process` and
 * `releve sink`: one building of 21 meters every 10 s, and 500 buildings with 1,111 readings a second (a million meters every 15 minutes). InfluxDB
 * is asked twenty times a second for the newest counts of one building's day; a reading is there when its meter's count has risen.
 *
 * A process that starts tells the first results of all its buildings at once; rounds count from when that has passed, and the slow pace is measured
 * for longer than a minute, so that the states of all meters, told every minute, fall into it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCalendar } from '../domain/calendar.ts';
import { readingValue } from '../domain/reading.ts';
import { type InfluxServer, startInflux } from '../infra/native/influx.ts';
import { type KafkaServer, startKafka } from '../infra/native/kafka.ts';
import { createKafka } from '../journal/kafka/client.ts';
import { ensureTopics } from '../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import type { Journal } from '../journal/port.ts';
import { ensureBuckets } from '../results/influx/ensure-buckets.ts';
import { createInfluxResults } from '../results/influx/results.ts';
import type { ResultsStore } from '../results/port.ts';
import { startReleve } from './children.ts';
import { quantile } from './figures.ts';
import { fleetFile, metersABuilding, readingOf } from './fleet.ts';
import type { BenchRow } from './row.ts';

const partitions = 4;
const buildings = 500;
const readingsASecond = 1111;
const slowSeconds = 70;
const fastSeconds = 65;
/** Rounds one after the other this quick: nothing is left of the start. */
const calmSeconds = 1;
const calmRounds = 3;
const warmUpMs = 60_000;
/** Asking costs InfluxDB as much as all the writing does where it goes on without a pause; what is waited between counts as latency. */
const asksASecond = 20;
const dayMs = 86_400_000;
/** The first results of a fleet take long on a busy machine. */
const patienceMs = 150_000;

interface Setting {
  readonly journal: Journal;
  readonly results: ResultsStore;
}

interface Servers {
  readonly folder: string;
  readonly kafka: KafkaServer;
  readonly influx: InfluxServer;
}

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'releve-latency-'));
  const kafka = await startKafka({ dir: join(folder, 'kafka') });
  const influx = await startInflux({ dir: join(folder, 'influx') });
  try {
    await ensureBuckets(influx);
    const servers = { folder, kafka, influx };
    const slow = await withRoles(servers, 'one', 1, async (setting) => {
      await settle(setting, 'b0');
      return await measure(setting, 10_000, slowSeconds * 1000, 'b0');
    });
    const fast = await withRoles(servers, 'many', buildings, async (setting) => {
      const load = new AbortController();
      const loading = many(setting.journal, load.signal);
      try {
        await settle(setting, 'b1');
        return await measure(setting, 1000, fastSeconds * 1000, 'b2');
      } finally {
        load.abort();
        await loading.catch(() => undefined);
      }
    });
    process.stderr.write(`slow ${shown(slow)}\nfast ${shown(fast)}\n`);
    return [...rows('21 meters every 10 s', slow, 1), ...rows(`${readingsASecond} readings/s`, fast, 2)];
  } finally {
    await influx.stop();
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With topics, a process and a sink of its own. */
async function withRoles<T>(
  servers: Servers,
  prefix: string,
  count: number,
  body: (setting: Setting) => Promise<T>,
): Promise<T> {
  const { kafka, influx, folder } = servers;
  const { brokers } = kafka;
  const admin = createKafka({ brokers }).admin();
  await admin.connect();
  await ensureTopics(admin, { prefix, partitions, replicationFactor: 1 });
  await admin.disconnect();
  const { url, org: organisation, token } = influx;
  const config = join(folder, `${prefix}.yaml`);
  const section = { kafka: { brokers, prefix, partitions }, influx: { url, organisation, token: '$' + '{TOKEN}' } };
  writeFileSync(
    config,
    JSON.stringify({ version: 1, data_dir: join(folder, 'data'), ...section, buildings: fleetFile(count) }),
  );
  const environment = { TOKEN: token };
  const roles = ['process', 'sink'].map((role) => startReleve([role, '-c', config], { environment }));
  const setting = { journal: createKafkaJournal({ brokers, prefix }), results: createInfluxResults(influx) };
  try {
    return await body(setting);
  } finally {
    await Promise.all(roles.map((role) => role.stop()));
    await setting.journal.close();
    await setting.results.close();
  }
}

/** Rounds until some have been quick. */
async function settle(setting: Setting, building: string): Promise<void> {
  const deadline = performance.now() + warmUpMs;
  let calm = 0;
  while (calm < calmRounds && performance.now() < deadline) {
    const seconds = await measure(setting, 1000, 1000, building);
    calm = Math.max(...seconds) < calmSeconds ? calm + 1 : 0;
  }
}

/** The slowest of each round, seconds. */
function shown(seconds: readonly number[]): string {
  const rounds = Math.ceil(seconds.length / metersABuilding);
  return Array.from({ length: rounds }, (_, round) =>
    Math.max(...seconds.slice(round * metersABuilding, (round + 1) * metersABuilding)).toFixed(2),
  ).join(' ');
}

/** The peer's column holds what is allowed. */
function rows(name: string, seconds: readonly number[], allowed: number): BenchRow[] {
  return [0.5, 0.99].map((part) => {
    const ours = 1000 * quantile(seconds, part);
    const peer = 1000 * allowed;
    return { name: `latency at ${name}, p${100 * part}`, ours, peer, ratio: ours / peer, unit: 'ms, less is better' };
  });
}

/** Seconds from acknowledged to answered, of all 21 meters of a building, read every so often whether or not the last ones are there. */
async function measure(
  { journal, results }: Setting,
  everyMs: number,
  forMs: number,
  building: string,
): Promise<number[]> {
  const today = createCalendar('Europe/Paris').windowOf('day', Date.now());
  const waiting = new Map<string, { count: number; acknowledgedAt: number }[]>();
  const seconds: number[] = [];
  let stopped = false;

  async function counts(): Promise<Map<string, number>> {
    const days = await results.meterDays({ building, from: today.start, to: today.start + dayMs / 2 });
    return new Map(days.map(({ meter, readings }) => [meter, readings]));
  }

  async function ask(): Promise<void> {
    const patience = performance.now() + forMs + patienceMs;
    while (!stopped || waiting.size > 0) {
      if (performance.now() > patience) throw new Error(`${waiting.size} readings of ${building} are not to be seen`);
      const found = await counts();
      const now = performance.now();
      for (const [meter, sent] of waiting) {
        const left = sent.filter(({ count }) => count > (found.get(meter) ?? 0));
        for (const { acknowledgedAt } of sent.slice(0, sent.length - left.length))
          seconds.push((now - acknowledgedAt) / 1000);
        if (left.length > 0) waiting.set(meter, left);
        else waiting.delete(meter);
      }
      await sleep(1000 / asksASecond);
    }
  }

  let count = Math.max(0, ...(await counts()).values());
  const asking = ask();
  asking.catch(() => undefined);
  const end = performance.now() + forMs;
  for (let next = performance.now(); next < end; next += everyMs) {
    await sleep(Math.max(0, next - performance.now()));
    const at = Date.now();
    count++;
    const records = Array.from({ length: metersABuilding }, (_, meter) => {
      // Half a watt-hour a second is no meter's leap.
      const energyImportWh = 1_000_000 + Math.floor(count / 2);
      const reading = { ...readingOf(building, meter, count, today.start), energyImportWh, at, receivedAt: at };
      return { topic: 'readings', key: building, building, value: readingValue(reading) } as const;
    });
    await journal.append(records);
    const acknowledgedAt = performance.now();
    for (const { value } of records)
      waiting.set(value.meter, [...(waiting.get(value.meter) ?? []), { count, acknowledgedAt }]);
  }
  stopped = true;
  await asking;
  return seconds;
}

/** The rest of the load: meter after meter of all other buildings. */
async function many(journal: Journal, signal: AbortSignal): Promise<void> {
  const turnMs = 100;
  let sent = 0;
  const began = performance.now();
  while (!signal.aborted) {
    const due = Math.floor(((performance.now() - began) * (readingsASecond - metersABuilding)) / 1000);
    const at = Date.now();
    const records = Array.from({ length: due - sent }, (_, index) => {
      const number = sent + index;
      const building = `b${3 + (Math.floor(number / metersABuilding) % (buildings - 3))}`;
      const step = Math.floor(number / metersABuilding / buildings);
      const energyImportWh = 1_000_000 + step;
      const reading = {
        ...readingOf(building, number % metersABuilding, step, at - dayMs),
        energyImportWh,
        at,
        receivedAt: at,
      };
      return { topic: 'readings', key: building, building, value: readingValue(reading) } as const;
    });
    sent = due;
    await journal.append(records);
    await sleep(turnMs);
  }
}

if (import.meta.main) console.table(await run());
