/** What only Kafka can do to a journal: aborted and open transactions, records that are not JSON, brokers' limits, members that come and go. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Kafka } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { createKafka } from '../../journal/kafka/client.ts';
import { ensureTopics } from '../../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../../journal/kafka/journal.ts';
import type { Journal, JournalEvent, JournalRecord, OutgoingRecord } from '../../journal/port.ts';
import { reading, readingRecord, until } from '../contract/journal.contract.ts';
import { createSummingTask, type Sum } from '../contract/summing-task.ts';

const { ConfigResourceTypes } = kafkajs;

let kafka: Kafka;
let prefix: string;
let journals: Journal[];
let stops: (() => Promise<void>)[];
let count = 0;

beforeEach(async () => {
  const { brokers } = inject('kafka');
  kafka = createKafka({ brokers });
  prefix = `kafka-${process.pid}-${++count}`;
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, { prefix, partitions: 4, replicationFactor: 1 });
  await admin.disconnect();
  journals = [];
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  for (const journal of journals) await journal.close();
});

function open(): Journal {
  const journal = createKafkaJournal({ brokers: inject('kafka').brokers, prefix, sessionTimeoutMs: 6000 });
  journals.push(journal);
  return journal;
}

function run(body: (signal: AbortSignal) => Promise<void>): () => Promise<void> {
  const controller = new AbortController();
  const done = body(controller.signal);
  done.catch(() => undefined);
  const stop = async (): Promise<void> => {
    controller.abort();
    await done.catch(() => undefined);
  };
  stops.push(stop);
  return stop;
}

function sum(journal: Journal, onEvent: (event: JournalEvent) => void = () => undefined): () => Promise<void> {
  return run((signal) =>
    journal.process({
      group: 'g',
      inputs: ['readings', 'events'],
      createTask: (partition) => createSummingTask(partition),
      tickMs: 500,
      signal,
      onEvent,
    }),
  );
}

async function readAll(journal: Journal, topic: 'readings' | 'results'): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for (let partition = 0; partition < 4; partition++) {
    for await (const batch of journal.read(topic, partition)) records.push(...batch);
  }
  return records;
}

async function sums(journal: Journal): Promise<Record<string, number>> {
  return Object.fromEntries(
    (await readAll(journal, 'results')).map(({ value }) => [(value as Sum).building, (value as Sum).total]),
  );
}

describe('transactions of others', () => {
  test('aborted records are read by nobody, and open ones end the reading', async () => {
    const journal = open();
    const producer = kafka.producer({ transactionalId: `${prefix}-other`, maxInFlightRequests: 1 });
    await producer.connect();
    const send = async (n: number, end?: 'commit' | 'abort') => {
      const transaction = await producer.transaction();
      const message = { partition: 0, key: 'B', value: JSON.stringify(reading('B', n, n)) };
      await transaction.send({ topic: `${prefix}.readings`, messages: [message] });
      if (end) await transaction[end]();
      return transaction;
    };
    await send(1, 'commit');
    await send(2, 'abort');
    await send(3, 'commit');
    await send(4, 'abort');
    const indices = async () =>
      (await readAll(journal, 'readings')).map(({ value }) => (value as { energyImportWh: number }).energyImportWh);
    expect(await indices()).toEqual([1, 3]);
    const left = await send(5);
    expect(await indices()).toEqual([1, 3]);
    await left.commit();
    await until(async () => (await indices()).length === 3, 5000);
    await producer.disconnect();
  });
});

test('a record that is not JSON comes as what it is and stops nobody', async () => {
  const journal = open();
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: `${prefix}.readings`, messages: [{ partition: 1, key: 'poison', value: '{"v":1,' }] });
  await producer.disconnect();
  const seen: JournalRecord[] = [];
  run((signal) =>
    journal.process({
      group: 'g',
      inputs: ['readings'],
      tickMs: 500,
      signal,
      createTask: (partition) => createSummingTask(partition, { onBatch: (batch) => seen.push(...batch) }),
    }),
  );
  await until(async () => seen.length === 1);
  expect(seen).toEqual([
    { topic: 'readings', partition: 1, offset: 0, key: 'poison', value: undefined, raw: '{"v":1,' },
  ]);
});

test('one append and one transaction may be larger than a broker takes at once', async () => {
  const journal = open();
  const noise = (n: number): string =>
    Array.from({ length: 2000 }, (_, i) => String.fromCharCode(33 + ((n * 31 + i * i * 17) % 90))).join('');
  const records = Array.from({ length: 3000 }, (_, n): OutgoingRecord => {
    return { topic: 'readings', key: 'B1', building: 'B1', value: reading('B1', n, n, { note: noise(n) }) };
  });
  await journal.append(records);
  run((signal) =>
    journal.process({
      group: 'g',
      inputs: ['readings'],
      tickMs: 500,
      signal,
      createTask: (partition) => {
        const task = createSummingTask(partition);
        const copies = (batch: readonly JournalRecord[]): OutgoingRecord[] =>
          batch.map(({ offset, value }) => ({
            topic: 'late',
            key: String(offset),
            building: 'B1',
            value: value as object,
          }));
        return { ...task, process: (batch, now) => [...task.process(batch, now), ...copies(batch)] };
      },
    }),
  );
  await until(async () => (await sums(journal)).B1 === (3000 * 2999) / 2);
});

test('processes that come and go share the partitions; the sums stay exact', async () => {
  const first = open();
  const events: JournalEvent[][] = [[], [], []];
  const stopFirst = sum(first, (event) => events[0]!.push(event));
  let appended = 0;
  const append = async (): Promise<void> => {
    await first.append(Array.from({ length: 400 }, () => readingRecord(`B${appended % 9}`, appended++)));
  };
  await append();
  await until(async () => events[0]!.filter(({ type }) => type === 'restored').length === 4);
  sum(open(), (event) => events[1]!.push(event));
  sum(open(), (event) => events[2]!.push(event));
  await until(async () => [1, 2].every((n) => events[n]!.some(({ type }) => type === 'restored')));
  await append();
  await stopFirst();
  await append();
  const expected: Record<string, number> = {};
  for (let n = 0; n < appended; n++) expected[`B${n % 9}`] = (expected[`B${n % 9}`] ?? 0) + n;
  const totalOf = (found: Record<string, number>): number => Object.values(found).reduce((a, b) => a + b, 0);
  await until(async () => totalOf(await sums(first)) === totalOf(expected));
  expect(await sums(first)).toEqual(expected);
  expect(events[0]!.some(({ type }) => type === 'revoked')).toBe(true);
});

test('a position that retention has overtaken goes on at what is left, and says so', async () => {
  const journal = open();
  await journal.append(Array.from({ length: 10 }, (_, n) => readingRecord('B1', n)));
  const stop = sum(journal);
  await until(async () => (await sums(journal)).B1 === 45);
  await stop();
  await journal.append(Array.from({ length: 5 }, (_, n) => readingRecord('B1', 10 + n)));
  const [{ partition } = { partition: 0 }] = await readAll(journal, 'readings');
  const admin = kafka.admin();
  await admin.connect();
  // Loads the topic's metadata, which the deletion itself does not.
  await admin.fetchTopicOffsets(`${prefix}.readings`);
  await admin.deleteTopicRecords({ topic: `${prefix}.readings`, partitions: [{ partition, offset: '13' }] });
  await admin.disconnect();
  await sleep(200);
  const events: JournalEvent[] = [];
  sum(open(), (event) => events.push(event));
  await until(async () => (await sums(journal)).B1 === 45 + 13 + 14);
  expect(events).toContainEqual({
    type: 'failed',
    partition,
    facts: { reason: 'records lost to retention', topic: 'readings', from: 10, to: 13 },
  });
});

test('a position beyond the end, of a topic that was made anew, begins at what is there, and says so', async () => {
  const journal = open();
  await journal.append(Array.from({ length: 10 }, (_, n) => readingRecord('B1', n)));
  const [{ partition } = { partition: 0 }] = await readAll(journal, 'readings');
  const events: JournalEvent[] = [];
  run((signal) =>
    journal.process({
      group: 'g',
      inputs: ['readings'],
      tickMs: 500,
      signal,
      createTask: (own) => {
        const task = createSummingTask(own);
        return { ...task, positions: () => (own === partition ? { readings: 4000 } : {}) };
      },
      onEvent: (event) => events.push(event),
    }),
  );
  await until(async () => (await sums(journal)).B1 === 45);
  expect(events).toContainEqual({
    type: 'failed',
    partition,
    facts: { reason: 'the topic ends before what was read of it', topic: 'readings', from: 4000, to: 0 },
  });
});

test('a follower whose group stands beyond the end begins at what is there', async () => {
  const journal = open();
  await journal.append(Array.from({ length: 10 }, (_, n) => readingRecord('B1', n)));
  const [{ partition } = { partition: 0 }] = await readAll(journal, 'readings');
  const admin = kafka.admin();
  await admin.connect();
  const topic = `${prefix}.readings`;
  await admin.setOffsets({ groupId: `${prefix}-f`, topic, partitions: [{ partition, offset: '4000' }] });
  await admin.disconnect();
  const seen: JournalRecord[] = [];
  run((signal) =>
    journal.follow({
      group: 'f',
      topics: ['readings'],
      signal,
      handle: async (batch) => void seen.push(...batch),
    }),
  );
  await until(async () => seen.length === 10);
  expect(seen.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a process that begins before its topics are there waits for them', async () => {
  prefix = `${prefix}-later`;
  const journal = open();
  const events: JournalEvent[] = [];
  sum(journal, (event) => events.push(event));
  await until(async () => events.some(({ type, partition }) => type === 'retry' && partition === undefined), 60_000);
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, { prefix, partitions: 4, replicationFactor: 1 });
  await admin.disconnect();
  await until(async () => events.filter(({ type }) => type === 'restored').length === 4, 60_000);
  await journal.append([readingRecord('B1', 7)]);
  await until(async () => (await sums(journal)).B1 === 7);
});

describe('batches as other producers compress them', () => {
  // The broker itself writes them anew by the codec of the topic: a library's work, none of ours.
  test.each(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'])('%s', async (codec) => {
    const journal = open();
    const admin = kafka.admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: `${prefix}.readings`,
          configEntries: [{ name: 'compression.type', value: codec }],
        },
      ],
    });
    await admin.disconnect();
    const notes = [...Array(400)].map(
      (_, n) => 'é~'.repeat(n) + crypto.randomUUID().repeat(n % 7) + 'x'.repeat(n % 300),
    );
    const sent = notes.map((note, n) => reading('B1', n, n, { note }));
    // A batch of a few bytes, one of many blocks, one of none that repeat.
    for (const [from, to] of [
      [0, 1],
      [1, 399],
      [399, 400],
    ] as const)
      await journal.append(
        sent.slice(from, to).map((value): OutgoingRecord => ({ topic: 'readings', key: 'B1', building: 'B1', value })),
      );
    expect((await readAll(journal, 'readings')).map(({ value }) => value)).toEqual(sent);
  });
});
