import { describe, expect, test } from 'vitest';
import { partitionOf, type TopicName } from '../../../domain/topics.ts';
import { encodeRecords, lastOfEachKey } from '../../../journal/kafka/encode.ts';
import type { OutgoingRecord } from '../../../journal/port.ts';

const encoding = { prefix: 'p', partitions: () => 8 };

function record(topic: TopicName, key: string, value: object | null = { key }, building = 'B1'): OutgoingRecord {
  return { topic, key, building, value };
}

describe('requests', () => {
  test('by topic, in order, in the partition of the building', () => {
    const [request, ...more] = encodeRecords(
      [record('results', 'a'), record('readings', 'b'), record('results', 'c')],
      encoding,
    );
    expect(more).toEqual([]);
    expect(request!.map(({ topic, messages }) => [topic, messages.map(({ key }) => key)])).toEqual([
      ['p.results', ['a', 'c']],
      ['p.readings', ['b']],
    ]);
    expect(request![0]!.messages[0]!.partition).toBe(partitionOf('B1', 8));
    expect(String(request![0]!.messages[0]!.value)).toBe('{"key":"a"}');
  });

  test('null deletes', () => {
    expect(encodeRecords([record('results', 'a', null)], encoding)[0]![0]!.messages[0]!.value).toBeNull();
  });

  test('a task’s state and records of no building stay in its partition', () => {
    const records = [record('state', 's'), record('telemetry', 't', {}, ''), record('results', 'r')];
    const [request] = encodeRecords(records, { ...encoding, ownPartition: 5 });
    const partitions = request!.map(({ messages }) => messages[0]!.partition);
    expect(partitions).toEqual([5, 5, partitionOf('B1', 8)]);
  });

  test('apart: one partition a request, each in its order', () => {
    const buildings = ['B1', 'B2', 'B3', 'B1', 'B2'];
    const records = buildings.flatMap((building, n) => [
      record('results', `r${n}`, { n }, building),
      record('late', `l${n}`, { n }, building),
    ]);
    const requests = encodeRecords(records, { ...encoding, isApart: true });
    for (const request of requests) {
      expect(request).toHaveLength(1);
      expect(new Set(request[0]!.messages.map(({ partition }) => partition)).size).toBe(1);
    }
    const sent = (topic: string, building: string): unknown[] =>
      requests
        .flat()
        .filter((each) => each.topic === topic && each.messages[0]!.partition === partitionOf(building, 8))
        .flatMap(({ messages }) => messages.map(({ key }) => key));
    expect(sent('p.results', 'B1')).toEqual(expect.arrayContaining(['r0', 'r3']));
    expect(sent('p.late', 'B2')).toEqual(expect.arrayContaining(['l1', 'l4']));
    expect(requests.flatMap(([only]) => only!.messages)).toHaveLength(records.length);
    const whole = encodeRecords(records, encoding)
      .flat()
      .flatMap(({ topic, messages }) => messages.map(({ key, partition }) => `${topic} ${partition} ${String(key)}`));
    const split = requests
      .flat()
      .flatMap(({ topic, messages }) => messages.map(({ key, partition }) => `${topic} ${partition} ${String(key)}`));
    expect(split.toSorted()).toEqual(whole.toSorted());
  });

  test('no batch of a partition beyond the broker’s limit, nothing lost or reordered', () => {
    const values = Array.from({ length: 40 }, (_, n) => record('state', `k${n}`, { n, text: 'x'.repeat(100_000) }));
    const requests = encodeRecords(values, encoding);
    const sizes = requests.map((topics) =>
      topics.flatMap(({ messages }) => messages).reduce((sum, { value }) => sum + value!.length, 0),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(900_000);
    expect(requests.flatMap((topics) => topics.flatMap(({ messages }) => messages.map(({ key }) => key)))).toEqual(
      values.map(({ key }) => key),
    );
  });

  test('a record that is too large by itself goes alone', () => {
    const big = record('state', 'big', { text: 'x'.repeat(2_000_000) });
    expect(encodeRecords([record('state', 'a'), big, record('state', 'b')], encoding)).toHaveLength(3);
  });
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
