import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readingValue } from '../../domain/reading.ts';
import { type Result, resultKey } from '../../domain/results.ts';
import type { JournalRecord, OutgoingRecord } from '../../journal/port.ts';
import { runSink, type SinkOptions, SinkStopped } from '../../processors/sink.ts';
import type { SinkEvent } from '../../processors/sink-events.ts';
import type { ResultsWriter, WriteOutcome } from '../../results/port.ts';
import { openSqliteStore, type SqliteStore } from '../../results/sqlite/open.ts';
import { until } from '../contract/journal.contract.ts';
import { busHealth, day0, dayMs, meterDay, meterState, storedReading } from '../contract/results.fixtures.ts';

const building = 'B1';
const all = { building, from: day0, to: day0 + 10 * dayMs };

let source: SqliteStore;
let target: SqliteStore;
let events: SinkEvent[];
let stop: AbortController;
let running: Promise<void> | undefined;

beforeEach(() => {
  source = openSqliteStore(':memory:');
  target = openSqliteStore(':memory:');
  events = [];
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await running?.catch(() => undefined);
  running = undefined;
  source.close();
  target.close();
});

function start(more: Partial<SinkOptions> = {}): Promise<void> {
  running = runSink({
    journal: source.journal,
    results: target.results,
    clock: { now: () => day0 + dayMs },
    signal: stop.signal,
    onEvent: (event) => events.push(event),
    ...more,
  });
  running.catch(() => undefined);
  return running;
}

function resultRecord(result: Result): OutgoingRecord {
  return { topic: 'results', key: resultKey(result), building: result.building, value: result };
}

async function rejects(): Promise<JournalRecord[]> {
  const found: JournalRecord[] = [];
  for await (const batch of source.journal.read('rejects', 0)) found.push(...batch);
  return found;
}

/** The real store behind a door that is shut for the first answers. */
function behind(answers: WriteOutcome[], writes: number[] = []): ResultsWriter {
  return {
    async write(items) {
      writes.push(items.length);
      return answers.shift() ?? target.results.write(items);
    },
  };
}

describe('the sink', () => {
  test('brings results, readings and telemetry into the store', async () => {
    start();
    await source.journal.append([
      resultRecord(meterDay(building)),
      { topic: 'readings', key: building, building, value: readingValue(storedReading(building, 'LOC01', 0)) },
      { topic: 'telemetry', key: 'm', building, value: meterState(building) },
      { topic: 'telemetry', key: 'b', building, value: busHealth(building) },
    ]);
    await until(async () => (await target.results.busHealth(all)).length === 1);
    await until(async () => (await target.results.meterDays(all)).length === 1);
    expect(await target.results.meterDays(all)).toEqual([meterDay(building)]);
    expect(await target.results.meterStates(building)).toEqual([meterState(building)]);
    await until(async () => {
      for await (const batch of target.results.readings(all)) if (batch.length === 1) return true;
      return false;
    });
    expect(await rejects()).toEqual([]);
  });

  test('sets aside what is no result, with code and place, and goes on', async () => {
    start();
    await source.journal.append([
      { topic: 'results', key: 'x', building, value: { v: 1, kind: 'horoscope', building } },
      { topic: 'results', key: 'y', building, value: { v: 2, kind: 'meter_day', building } },
      resultRecord(meterDay(building)),
    ]);
    await until(async () => (await target.results.meterDays(all)).length === 1);
    await until(async () => (await rejects()).length === 2);
    expect((await rejects()).map((record) => record.value)).toMatchObject([
      { v: 1, code: 'RECORD_MALFORMED', topic: 'results', partition: 0, offset: 1, record: { kind: 'horoscope' } },
      { v: 1, code: 'RECORD_VERSION', topic: 'results', partition: 0, offset: 2 },
    ]);
  });

  test('what the store refuses becomes a dead letter with its reason', async () => {
    const refused = meterDay(building, 0);
    await source.journal.append([resultRecord(refused), resultRecord(meterDay(building, 1))]);
    start({
      results: {
        async write(items) {
          await target.results.write(items.slice(1));
          return { outcome: 'done', refused: [{ item: items[0]!, reason: 'a field has another type' }] };
        },
      },
    });
    await until(async () => (await rejects()).length === 1);
    expect((await rejects())[0]!.value).toMatchObject({
      code: 'STORE_REFUSED',
      facts: { reason: 'a field has another type' },
      record: refused,
      topic: 'results',
      offset: 1,
    });
    expect(await target.results.meterDays(all)).toEqual([meterDay(building, 1)]);
  });

  test('tells on the telemetry what it stored and what was refused, and stores that too', async () => {
    await source.journal.append([
      resultRecord(meterDay(building)),
      { topic: 'results', key: 'x', building, value: { v: 1, kind: 'horoscope', building } },
    ]);
    start({ tellEveryMs: 30 });
    const told = () => target.results.pipeline(all.from, all.to + dayMs);
    await until(async () => (await told()).some(({ used, rejected }) => used >= 1 && rejected === 1));
    expect((await told()).at(-1)).toMatchObject({ component: 'sink', partition: '0', rejected: 1, late: 0 });
  });

  test('tries again without loss while the store is away', async () => {
    const writes: number[] = [];
    const away: WriteOutcome = { outcome: 'retry', reason: '503', afterMs: 10 };
    await source.journal.append([resultRecord(meterDay(building)), resultRecord(meterDay(building, 1))]);
    start({ results: behind([away, away, away], writes) });
    await until(async () => (await target.results.meterDays(all)).length === 2);
    expect(writes).toEqual([2, 2, 2, 2]);
    expect(events.filter(({ type }) => type === 'retry')).toMatchObject([
      { afterMs: 10 },
      { afterMs: 20 },
      { afterMs: 40 },
    ]);
  });

  test('stops with an alarm where it has no rights, and goes on later where it was', async () => {
    await source.journal.append([resultRecord(meterDay(building))]);
    const ended = start({ results: behind([{ outcome: 'stop', reason: '401 unauthorized' }]) });
    await expect(ended).rejects.toThrow(SinkStopped);
    expect(events.map(({ type }) => type)).toContain('stop');
    expect(await target.results.meterDays(all)).toEqual([]);
    start();
    await until(async () => (await target.results.meterDays(all)).length === 1);
  });

  test('writes the last days again, and only those', async () => {
    const recent = meterDay(building, 0);
    const old = meterDay(building, -9);
    await source.journal.append([resultRecord(old), resultRecord(recent)]);
    start({ reconcileEveryMs: 50 });
    const range = { building, from: day0 - 20 * dayMs, to: day0 + dayMs };
    await until(async () => (await target.results.meterDays(range)).length === 2);
    // A sink that had lost its partition writes late what was true before.
    await target.results.write([
      { ...recent, revision: 1 },
      { ...old, revision: 1 },
    ]);
    await until(async () => (await target.results.meterDays(all))[0]!.revision === recent.revision);
    expect((await target.results.meterDays(range)).map(({ revision }) => revision)).toEqual([1, recent.revision]);
    expect(events.some((event) => event.type === 'reconciled' && event.count === 1)).toBe(true);
  });

  test('writes once more what it wrote first of a partition that it was given, of whatever day', async () => {
    const old = meterDay(building, -9);
    await source.journal.append([resultRecord(old)]);
    start({ reconcileEveryMs: 40, settleMs: 400 });
    const range = { building, from: day0 - 20 * dayMs, to: day0 + dayMs };
    const revision = async (): Promise<number | undefined> => (await target.results.meterDays(range))[0]?.revision;
    await until(async () => (await revision()) === old.revision);
    // The former owner's write, that was on its way.
    await target.results.write([{ ...old, revision: old.revision + 7 }]);
    await until(async () => (await revision()) === old.revision);
    // Later ones nobody makes.
    await target.results.write([{ ...old, revision: old.revision + 8 }]);
    const rounds = events.filter(({ type }) => type === 'reconciled').length;
    await until(async () => events.filter(({ type }) => type === 'reconciled').length > rounds + 12);
    expect(await revision()).toBe(old.revision + 8);
  });
});
