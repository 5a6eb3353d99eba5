/** What every journal keeps to, whatever it is made of. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TopicName, topicNames } from '../../domain/topics.ts';
import type { Journal, JournalEvent, JournalRecord, OutgoingRecord } from '../../journal/port.ts';
import { createSummingTask, type Sum, type SummingOptions } from './summing-task.ts';

export interface JournalUnderTest {
  readonly journal: Journal;
  /** Another handle on the same journal, as another process would have. */
  connect(): Promise<Journal>;
  close(): Promise<void>;
}

export function journalContract(open: () => Promise<JournalUnderTest>): void {
  let subject: JournalUnderTest;
  let journal: Journal;
  let running: { stop(): Promise<void> }[] = [];

  beforeEach(async () => {
    subject = await open();
    journal = subject.journal;
    running = [];
  });
  afterEach(async () => {
    for (const part of running) await part.stop().catch(() => undefined);
    await subject.close();
  });

  async function readAll(topic: TopicName, from?: number): Promise<JournalRecord[]> {
    const records: JournalRecord[] = [];
    for (let partition = 0; partition < (await journal.partitions(topic)); partition++) {
      for await (const batch of journal.read(topic, partition, from)) records.push(...batch);
    }
    return records;
  }

  async function lastByKey(topic: TopicName): Promise<Map<string, unknown>> {
    const last = new Map<string, unknown>();
    for (const { key, value } of await readAll(topic)) {
      if (value === null) last.delete(key);
      else last.set(key, value);
    }
    return last;
  }

  async function sums(): Promise<Sum[]> {
    return [...(await lastByKey('results')).values()] as Sum[];
  }

  function start(run: (signal: AbortSignal) => Promise<void>) {
    const controller = new AbortController();
    const done = run(controller.signal);
    done.catch(() => undefined);
    const part = {
      done,
      async stop() {
        controller.abort();
        await done;
      },
    };
    running.push(part);
    return part;
  }

  function startSumming(
    on: Journal,
    options: SummingOptions & { group?: string; onEvent?(event: JournalEvent): void } = {},
  ) {
    return start((signal) =>
      on.process({
        group: options.group ?? 'summing',
        inputs: ['readings', 'events'],
        createTask: (partition) => createSummingTask(partition, options),
        tickMs: 100,
        signal,
        ...(options.onEvent ? { onEvent: options.onEvent } : {}),
      }),
    );
  }

  describe('append and read', () => {
    test('every topic gives back what was appended, in order', async () => {
      for (const topic of topicNames) {
        const records = [1, 2, 3].map(
          (n): OutgoingRecord => ({ topic, key: `k${n}`, building: 'B1', value: { v: 1, n, text: 'été' } }),
        );
        await journal.append(records);
        const read = await readAll(topic);
        expect(read.map(({ key, value }) => ({ key, value }))).toEqual(
          records.map(({ key, value }) => ({ key, value })),
        );
        expect(read.every((record) => record.topic === topic)).toBe(true);
        expect(new Set(read.map((record) => record.partition)).size).toBe(1);
      }
    });

    test('readings come back member for member, whatever they hold', async () => {
      const values = [
        reading('B1', 0, 1000),
        reading('B1', 1, 1001, { powerW: 12.5, apparentPowerVa: 0, resolutionWh: 10, energyExportWh: 7 }),
        reading('B1', 2, 1002, { voltageV: [230.1, 231, 229.9], currentA: [0.5], status: 4, serial: '0500023E' }),
        reading('B1', 3, 1003, { meterClock: '2026-03-29T02:30', powerW: null, unheardOf: { deep: [1, null] } }),
        reading('B1', 4, 9_007_199_254_740_991),
        reading('B1', 5, 12.5),
        { v: 2, building: 'B1', what: 'another version' },
        { meter: 7 },
      ];
      await journal.append(values.map((value) => ({ topic: 'readings', key: 'B1', building: 'B1', value })));
      expect((await readAll('readings')).map((record) => record.value)).toEqual(values);
    });

    test('buildings keep their order when many are appended at once', async () => {
      const records = Array.from({ length: 2500 }, (_, n) => readingRecord(`B${n % 9}`, n));
      await journal.append(records);
      const read = await readAll('readings');
      expect(read).toHaveLength(2500);
      for (let b = 0; b < 9; b++) {
        const indices = read.map((record) => record.value as { building: string; energyImportWh: number });
        const own = indices.filter(({ building }) => building === `B${b}`).map(({ energyImportWh }) => energyImportWh);
        expect(own).toEqual([...own].sort((x, y) => x - y));
      }
    });

    test('reading from an offset goes on there', async () => {
      await journal.append([0, 1, 2, 3].map((n) => readingRecord('B1', n)));
      const all = await readAll('readings');
      const { partition, offset } = all[2]!;
      const rest: JournalRecord[] = [];
      for await (const batch of journal.read('readings', partition, offset)) rest.push(...batch);
      expect(rest).toEqual(all.slice(2));
    });

    test('a compacted topic keeps the last value of a key, and null deletes it', async () => {
      const put = (key: string, value: object | null): OutgoingRecord => ({
        topic: 'events',
        key,
        building: 'B1',
        value,
      });
      await journal.append([put('a', { n: 1 }), put('b', { n: 1 }), put('a', { n: 2 })]);
      await journal.append([put('b', null), put('c', { n: 3 })]);
      expect(await lastByKey('events')).toEqual(
        new Map([
          ['a', { n: 2 }],
          ['c', { n: 3 }],
        ]),
      );
    });

    test('an empty journal reads as nothing', async () => {
      await journal.append([]);
      expect(await readAll('readings')).toEqual([]);
      await expect(journal.check()).resolves.toBeUndefined();
    });
  });

  describe('process', () => {
    test('applies every record once, over stops and restarts', async () => {
      await journal.append(Array.from({ length: 3000 }, (_, n) => readingRecord(`B${n % 5}`, n)));
      const first = startSumming(journal);
      await until(async () => countOf(await sums()) === 3000);
      await first.stop();
      await journal.append(Array.from({ length: 1000 }, (_, n) => readingRecord(`B${n % 5}`, 3000 + n)));
      const second = startSumming(await subject.connect());
      await until(async () => countOf(await sums()) === 4000);
      await second.stop();
      expect(totalOf(await sums())).toBe((4000 * 3999) / 2);
    });

    test('reads several inputs, those appended by others too, as they come', async () => {
      const seen: string[] = [];
      startSumming(journal, { onBatch: (batch) => seen.push(...batch.map(({ topic }) => topic)) });
      const other = await subject.connect();
      await other.append([readingRecord('B1', 5)]);
      await until(async () => totalOf(await sums()) === 5);
      await other.append([
        { topic: 'events', key: 'B1', building: 'B1', value: { v: 1, building: 'B1', energyImportWh: 7 } },
      ]);
      await until(async () => totalOf(await sums()) === 12);
      await journal.append([readingRecord('B1', 1)]);
      await until(async () => totalOf(await sums()) === 13);
      expect(seen).toEqual(['readings', 'events', 'readings']);
    });

    test('where the task throws nothing of the batch is written, and a restart applies it', async () => {
      await journal.append([readingRecord('B1', 5), readingRecord('B1', 6)]);
      const broken = startSumming(journal, {
        onBatch: () => {
          throw new Error('a bug');
        },
      });
      await expect(broken.done).rejects.toThrow('a bug');
      expect(await readAll('results')).toEqual([]);
      expect(await readAll('state')).toEqual([]);
      startSumming(await subject.connect());
      await until(async () => totalOf(await sums()) === 11);
    });

    test('ticks when nothing comes; what a tick returns is written', async () => {
      let ticks = 0;
      const note = (now: number): OutgoingRecord => ({
        topic: 'telemetry',
        key: 'tick',
        building: 'B1',
        value: { n: ++ticks, now },
      });
      startSumming(journal, { onTick: (now) => (ticks < 3 ? [note(now)] : []) });
      await until(async () => (await readAll('telemetry')).length >= 3);
      for (const { value } of await readAll('telemetry')) {
        expect(Math.abs(Date.now() - (value as { now: number }).now)).toBeLessThan(60_000);
      }
    });

    test('says what happens to an operator', async () => {
      const events: JournalEvent[] = [];
      startSumming(journal, { onEvent: (event) => events.push(event) });
      await journal.append([readingRecord('B1', 5)]);
      await until(async () => totalOf(await sums()) === 5);
      expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['assigned', 'restored']));
    });
  });

  describe('follow', () => {
    test('hands over every record, and goes on where it was after a restart', async () => {
      await journal.append([1, 2, 3].map((n) => readingRecord('B1', n)));
      const seen: number[] = [];
      const follow = (on: Journal) =>
        start((signal) =>
          on.follow({
            group: 'sink',
            topics: ['readings'],
            handle: async (batch) => void seen.push(...batch.map(indexOf)),
            signal,
          }),
        );
      const first = follow(journal);
      await until(async () => seen.length === 3);
      await first.stop();
      await journal.append([readingRecord('B1', 4)]);
      follow(await subject.connect());
      await until(async () => seen.length === 4);
      expect(seen).toEqual([1, 2, 3, 4]);
    });

    test('tells how far a group has come', async () => {
      await journal.append([1, 2, 3].map((n) => readingRecord('B1', n)));
      let last = { partition: 0, offset: 0 };
      expect(await journal.position('sink', 'readings', 0)).toBe(0);
      start((signal) =>
        journal.follow({
          group: 'sink',
          topics: ['readings'],
          signal,
          async handle(batch) {
            last = batch.at(-1) ?? last;
          },
        }),
      );
      await until(
        async () => last.offset > 0 && (await journal.position('sink', 'readings', last.partition)) === last.offset + 1,
      );
    });

    test('a batch that is refused comes again, with nothing lost or overtaken', async () => {
      const seen: number[] = [];
      let failures = 0;
      const events: JournalEvent[] = [];
      await journal.append([1, 2, 3].map((n) => readingRecord('B1', n)));
      start((signal) =>
        journal.follow({
          group: 'sink',
          topics: ['readings', 'results'],
          signal,
          onEvent: (event) => events.push(event),
          async handle(batch) {
            if (failures++ < 1) throw new Error('away');
            seen.push(...batch.map(indexOf));
          },
        }),
      );
      await until(async () => seen.length >= 3);
      expect(seen).toEqual([1, 2, 3]);
      expect(events.some(({ type }) => type === 'retry')).toBe(true);
    });

    test('groups do not disturb each other', async () => {
      await journal.append([1, 2].map((n) => readingRecord('B1', n)));
      const counts = { one: 0, two: 0 };
      for (const group of ['one', 'two'] as const) {
        start((signal) =>
          journal.follow({
            group,
            topics: ['readings'],
            async handle(batch) {
              counts[group] += batch.length;
            },
            signal,
          }),
        );
      }
      await until(async () => counts.one === 2 && counts.two === 2);
    });
  });
}

const start2026 = Date.UTC(2026, 0, 1);

export function reading(building: string, n: number, energyImportWh: number, more: object = {}): object {
  const at = start2026 + n * 60_000;
  return { v: 1, building, meter: 'LOC01', at, energyImportWh, source: 'import', receivedAt: at + 5, ...more };
}

export function readingRecord(building: string, n: number): OutgoingRecord {
  return { topic: 'readings', key: building, building, value: reading(building, n, n) };
}

export async function until(condition: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  for (const limit = Date.now() + timeoutMs; Date.now() < limit; ) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within ${timeoutMs} ms: ${condition}`);
}

function indexOf(record: JournalRecord): number {
  return (record.value as { energyImportWh: number }).energyImportWh;
}

function countOf(sums: readonly Sum[]): number {
  return sums.reduce((count, sum) => count + sum.count, 0);
}

function totalOf(sums: readonly Sum[]): number {
  return sums.reduce((total, sum) => total + sum.total, 0);
}
