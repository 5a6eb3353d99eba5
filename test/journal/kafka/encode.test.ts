import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { partitionOf, type TopicName } from '../../../domain/topics.ts';
import { encodeRecords, lastOfEachKey, type TopicBatches } from '../../../journal/kafka/encode.ts';
import { encodeBatch } from '../../../journal/kafka/produce.ts';
import { decodeBatches } from '../../../journal/kafka/record-batch.ts';
import { RecordsWriter } from '../../../journal/kafka/records-writer.ts';
import type { OutgoingRecord } from '../../../journal/port.ts';

const encoding = { prefix: 'p', partitions: () => 8 };

function record(topic: TopicName, key: string, value: object | null = { key }, building = 'B1'): OutgoingRecord {
  return { topic, key, building, value };
}

interface Sent {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
}

/** What a reader of the batches of one request gets. */
async function sentIn(request: readonly TopicBatches[]): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const { topic, partitions } of request) {
    for (const [partition, records] of partitions) {
      const { messages } = await decodeBatches(await encodeBatch(records, 0, { producerId: 7n, producerEpoch: 0 }));
      for (const { offset, key, value } of messages) sent.push({ topic, partition, offset, key, value });
    }
  }
  return sent;
}

describe('requests', () => {
  test('by topic, in order, in the partition of the building', async () => {
    const [request, ...more] = encodeRecords(
      [record('results', 'a'), record('readings', 'b'), record('results', 'c')],
      encoding,
    );
    expect(more).toEqual([]);
    const partition = partitionOf('B1', 8);
    expect(await sentIn(request!)).toEqual([
      { topic: 'p.results', partition, offset: 0, key: 'a', value: '{"key":"a"}' },
      { topic: 'p.results', partition, offset: 1, key: 'c', value: '{"key":"c"}' },
      { topic: 'p.readings', partition, offset: 0, key: 'b', value: '{"key":"b"}' },
    ]);
  });

  test('null deletes', async () => {
    const [sent] = await sentIn(encodeRecords([record('results', 'a', null)], encoding)[0]!);
    expect(sent).toMatchObject({ key: 'a', value: null });
  });

  test('texts of any length and script arrive as they were', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.option(fc.string({ unit: 'grapheme', maxLength: 300 })))),
      async (pairs) => {
        const records = pairs.map(([key, text]) => record('late', key, text === null ? null : { text }));
        const sent = (await Promise.all(encodeRecords(records, encoding).map(sentIn))).flat();
        expect(sent.map(({ key, value }) => [key, value])).toEqual(
          records.map(({ key, value }) => [key, value === null ? null : JSON.stringify(value)]),
        );
        expect(sent.map(({ offset }) => offset)).toEqual(records.map((_, index) => index));
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  test('a task’s state and records of no building stay in its partition', async () => {
    const records = [record('state', 's'), record('telemetry', 't', {}, ''), record('results', 'r')];
    const [request] = encodeRecords(records, { ...encoding, ownPartition: 5 });
    expect((await sentIn(request!)).map(({ partition }) => partition)).toEqual([5, 5, partitionOf('B1', 8)]);
  });

  test('apart: one partition a request, each in its order', async () => {
    const buildings = ['B1', 'B2', 'B3', 'B1', 'B2'];
    const records = buildings.flatMap((building, n) => [
      record('results', `r${n}`, { n }, building),
      record('late', `l${n}`, { n }, building),
    ]);
    const requests = encodeRecords(records, { ...encoding, isApart: true });
    for (const request of requests) expect(request.map(({ partitions }) => partitions.size)).toEqual([1]);
    const split = (await Promise.all(requests.map(sentIn))).flat();
    const whole = (await Promise.all(encodeRecords(records, encoding).map(sentIn))).flat();
    const place = (sent: Sent): string => JSON.stringify(sent);
    expect(split).toHaveLength(records.length);
    expect(split.map(place).toSorted()).toEqual(whole.map(place).toSorted());
  });

  test('no batch of a partition beyond the broker’s limit, nothing lost or reordered', async () => {
    const values = Array.from({ length: 40 }, (_, n) => record('state', `k${n}`, { n, text: 'x'.repeat(100_000) }));
    const requests = encodeRecords(values, encoding);
    const batches = requests.flatMap((topics) => topics.flatMap(({ partitions }) => [...partitions.values()]));
    expect(Math.max(...batches.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(900_000);
    expect((await Promise.all(requests.map(sentIn))).flat().map(({ key }) => key)).toEqual(
      values.map(({ key }) => key),
    );
  });

  test('a record that is too large by itself goes alone', () => {
    const big = record('state', 'big', { text: 'x'.repeat(2_000_000) });
    expect(encodeRecords([record('state', 'a'), big, record('state', 'b')], encoding)).toHaveLength(3);
  });
});

test('a batch says who sent it, under which number, and whether in a transaction', async () => {
  const records = new RecordsWriter();
  records.add('k', 1, '{}', 2);
  const producer = { producerId: 4_000_000_001n, producerEpoch: 3 };
  const batch = await encodeBatch(records, 17, { ...producer, transactionalId: 't' });
  const alone = await encodeBatch(records, 17, producer);
  expect([batch.readInt16BE(51), batch.readInt32BE(53)]).toEqual([3, 17]);
  const contexts = await Promise.all([batch, alone].map(async (each) => (await decodeBatches(each)).messages[0]));
  expect(contexts.map((message) => message?.batchContext)).toMatchObject([
    { producerId: '4000000001', inTransaction: true },
    { producerId: '4000000001', inTransaction: false },
  ]);
});

test('of a compacted topic the last of each key, of a log every record', () => {
  const records = [
    record('results', 'a', { n: 1 }),
    record('late', 'a', { n: 2 }),
    record('results', 'b', { n: 3 }),
    record('late', 'a', { n: 4 }),
    record('state', 'a', { n: 5 }),
    record('results', 'a', { n: 6 }),
  ];
  expect(lastOfEachKey(records).map(({ value }) => (value as { n: number }).n)).toEqual([2, 3, 4, 5, 6]);
});
