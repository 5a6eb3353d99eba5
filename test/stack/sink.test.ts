/** The sink from real Kafka to real InfluxDB: nothing is lost while InfluxDB hangs, dies or refuses. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { systemClock } from '../../domain/clock.ts';
import { readingValue } from '../../domain/reading.ts';
import { resultKey } from '../../domain/results.ts';
import { createKafka } from '../../journal/kafka/client.ts';
import { ensureTopics } from '../../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../../journal/kafka/journal.ts';
import type { Journal, JournalRecord, OutgoingRecord } from '../../journal/port.ts';
import { runSink } from '../../processors/sink.ts';
import type { SinkEvent } from '../../processors/sink-events.ts';
import { ensureBuckets } from '../../results/influx/ensure-buckets.ts';
import { createInfluxResults } from '../../results/influx/results.ts';
import type { ResultsStore, ResultsWriter } from '../../results/port.ts';
import { until } from '../contract/journal.contract.ts';
import { day0, dayMs, meterDay, meterState, storedReading } from '../contract/results.fixtures.ts';

let prefix: string;
let journal: Journal;
let results: ResultsStore;
let stop: AbortController;
let sinks: Promise<void>[];
let events: SinkEvent[];
let count = 0;

beforeEach(async () => {
  const { brokers } = inject('kafka');
  prefix = `sink-${process.pid}-${++count}`;
  const admin = createKafka({ brokers }).admin();
  await admin.connect();
  await ensureTopics(admin, { prefix, partitions: 4, replicationFactor: 1 });
  await admin.disconnect();
  await ensureBuckets(inject('influx'));
  journal = createKafkaJournal({ brokers, prefix });
  results = createInfluxResults({ ...inject('influx'), timeoutMs: 1500 });
  stop = new AbortController();
  sinks = [];
  events = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.allSettled(sinks);
  await journal.close();
});

function startSink(writer: ResultsWriter = results): void {
  const own = createKafkaJournal({ brokers: inject('kafka').brokers, prefix, sessionTimeoutMs: 6000 });
  const onEvent = (event: SinkEvent): void => void events.push(event);
  const running = runSink({ journal: own, results: writer, clock: systemClock, signal: stop.signal, onEvent });
  sinks.push(running.finally(() => own.close()));
}

function append(building: string, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, n) => from + n);
  return journal.append(
    numbers.flatMap((n) => [
      { topic: 'readings' as const, key: building, building, value: readingValue(storedReading(building, 'LOC01', n)) },
      { topic: 'telemetry' as const, key: building, building, value: meterState(building, n) },
    ]),
  );
}

async function countReadings(building: string): Promise<number> {
  let found = 0;
  for await (const batch of results.readings({ building, from: day0, to: day0 + 100 * dayMs })) found += batch.length;
  return found;
}

test('two sinks bring everything over, though InfluxDB hangs for a while', async () => {
  const buildings = ['S1', 'S2', 'S3', 'S4', 'S5'].map((name) => `${prefix}-${name}`);
  startSink();
  startSink();
  for (const building of buildings) await append(building, 0, 500);
  await until(async () => (await countReadings(buildings[0]!)) > 0);
  const { pid } = inject('influx');
  process.kill(pid, 'SIGSTOP');
  try {
    for (const building of buildings) await append(building, 500, 1000);
    await until(async () => events.some(({ type }) => type === 'retry'));
    await sleep(8000);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  for (const building of buildings) {
    await until(async () => (await countReadings(building)) === 1000);
    const states = await results.meterStateHistory({ building, from: day0, to: day0 + dayMs });
    expect(states).toEqual(Array.from({ length: 1000 }, (_, n) => meterState(building, n)));
  }
  expect(events.some(({ type }) => type === 'dead_letters')).toBe(false);
}, 120_000);

test('the last of many revisions is what stays, and what cannot be stored is a dead letter', async () => {
  const building = `${prefix}-R`;
  startSink();
  const revisions = Array.from({ length: 300 }, (_, n) => meterDay(building, 0, { revision: n, energyWh: n }));
  const unstorable = meterDay(building, 1, { energyWh: 0.5 });
  await journal.append(
    [...revisions, unstorable].map((value) => ({ topic: 'results', key: resultKey(value), building, value })),
  );
  const query = { building, from: day0, to: day0 + 2 * dayMs };
  await until(async () => (await results.meterDays(query))[0]?.revision === 299);
  expect(await results.meterDays(query)).toEqual([revisions[299]]);
  const rejects: JournalRecord[] = [];
  await until(async () => {
    for (let partition = 0; partition < 4; partition++) {
      for await (const batch of journal.read('rejects', partition)) rejects.push(...batch);
    }
    return rejects.length > 0;
  });
  expect(rejects).toHaveLength(1);
  expect(rejects[0]!.value).toMatchObject({ code: 'STORE_REFUSED', topic: 'results', record: unstorable });
});

test('a sink that waits for the store leaves a partition that it has lost to its new owner', async () => {
  const buildings = Array.from({ length: 8 }, (_, index) => `${prefix}-L${index}`);
  const results1 = buildings.map((building) => meterDay(building));
  await journal.append(results1.map(resultRecord));
  /** Buildings of each write of the first sink, and whether its store answers. */
  const written: { readonly buildings: string[]; readonly stored: boolean }[] = [];
  let isShut = true;
  startSink({
    async write(items) {
      written.push({ buildings: items.map((item) => ('building' in item ? item.building : '')), stored: !isShut });
      return isShut ? { outcome: 'retry', reason: 'shut', afterMs: 100 } : results.write(items);
    },
  });
  await until(async () => written.length > 3, 60_000);
  startSink();
  const stored = async (): Promise<(number | undefined)[]> =>
    Promise.all(buildings.map(async (building) => (await results.meterDays(dayOf(building)))[0]?.revision));
  await until(async () => (await stored()).some((revision) => revision !== undefined), 60_000);
  // News that only the new owner can write now.
  await journal.append(results1.map((result) => resultRecord({ ...result, revision: result.revision + 1 })));
  const isNew = (revision: number | undefined): boolean => revision === results1[0]!.revision + 1;
  await until(async () => (await stored()).some(isNew), 60_000);
  const ofSecond = (await stored()).flatMap((revision, index) => (isNew(revision) ? [buildings[index]!] : []));
  isShut = false;
  await until(async () => (await stored()).every(isNew), 60_000);
  const ofFirst = new Set(written.filter(({ stored: isStored }) => isStored).flatMap((each) => each.buildings));
  expect(ofSecond.length).toBeGreaterThan(0);
  expect(ofSecond.filter((building) => ofFirst.has(building))).toEqual([]);
});

function resultRecord(result: ReturnType<typeof meterDay>): OutgoingRecord {
  return { topic: 'results', key: resultKey(result), building: result.building, value: result };
}

function dayOf(building: string): { building: string; from: number; to: number } {
  return { building, from: day0, to: day0 + dayMs };
}
