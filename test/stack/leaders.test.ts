/** Two brokers, of which one comes and goes: leaders of partitions and coordinators move, what is acknowledged stands once, sums stay exact. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { afterEach, expect, test } from 'vitest';
import { topicName, topicNames } from '../../domain/topics.ts';
import { startKafka } from '../../infra/native/kafka.ts';
import { createKafka } from '../../journal/kafka/client.ts';
import { ensureTopics } from '../../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../../journal/kafka/journal.ts';
import { readingRecord, until } from '../contract/journal.contract.ts';
import { createSummingTask, type Sum } from '../contract/summing-task.ts';
import { startSecondBroker } from './second-broker.ts';

const { ConfigResourceTypes } = kafkajs;
const partitions = 4;
const buildings = 9;
const recordsAtOnce = 60;
/** `RELEVE_LEADER_ROUNDS=5` for a longer run by hand. */
const rounds = Number(process.env.RELEVE_LEADER_ROUNDS ?? 1);
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test('leaders move while records are appended and processed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'releve-leaders-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const first = await startKafka({ dir: join(folder, 'first') });
  closers.push(() => first.stop());
  let second = await startSecondBroker(first, { dir: join(folder, 'second') });
  closers.push(() => second.stop());
  const { brokers } = second;
  const prefix = 'two';
  await makeTopics(brokers, prefix);

  const journal = createKafkaJournal({ brokers, prefix });
  closers.push(() => journal.close());
  const controller = new AbortController();
  const processing = journal.process({
    group: 'g',
    inputs: ['readings', 'events'],
    createTask: (partition) => createSummingTask(partition),
    tickMs: 500,
    signal: controller.signal,
  });
  closers.push(async () => {
    controller.abort();
    await processing;
  });

  let next = 0;
  let isFeeding = true;
  const acknowledged: number[] = [];
  const fed = (async () => {
    while (isFeeding) {
      const numbers = Array.from({ length: recordsAtOnce }, () => next++);
      // Of what is refused the outcome is not known: whoever sends it again may send it twice.
      await journal.append(numbers.map((n) => readingRecord(`B${n % buildings}`, n))).then(
        () => acknowledged.push(...numbers),
        () => sleep(200),
      );
      await sleep(5);
    }
  })();
  closers.push(async () => {
    isFeeding = false;
    await fed;
  });
  const read = async (topic: 'readings' | 'results'): Promise<unknown[]> => {
    const values: unknown[] = [];
    for (let partition = 0; partition < partitions; partition++)
      for await (const batch of journal.read(topic, partition)) values.push(...batch.map(({ value }) => value));
    return values;
  };
  const sums = async (): Promise<Map<string, number>> =>
    new Map(((await read('results')) as Sum[]).map(({ building, total }) => [building, total]));
  await until(async () => (await sums()).size === buildings, 60_000);

  for (let round = 0; round < rounds; round++) {
    const { dir, port } = second;
    await second.stop();
    await sleep(2000);
    second = await startSecondBroker(first, { dir, port });
    const before = acknowledged.length;
    await until(async () => acknowledged.length > before + 20 * recordsAtOnce, 120_000);
  }
  isFeeding = false;
  await fed;

  const arrived = (await read('readings')) as { readonly building: string; readonly energyImportWh: number }[];
  const times = new Map<number, number>();
  for (const { energyImportWh: n } of arrived) times.set(n, (times.get(n) ?? 0) + 1);
  expect(acknowledged.filter((n) => times.get(n) !== 1)).toEqual([]);
  const expected = new Map<string, number>();
  for (const { building, energyImportWh } of arrived)
    expected.set(building, (expected.get(building) ?? 0) + energyImportWh);
  const total = (map: ReadonlyMap<string, number>): number => [...map.values()].reduce((a, b) => a + b, 0);
  await until(async () => total(await sums()) >= total(expected), 120_000);
  expect(await sums()).toEqual(expected);
}, 600_000);

/** Two copies of everything, one of which is enough while the other broker is away. */
async function makeTopics(brokers: readonly string[], prefix: string): Promise<void> {
  const admin = createKafka({ brokers }).admin();
  await admin.connect();
  await ensureTopics(admin, { prefix, partitions, replicationFactor: 2 });
  await admin.alterConfigs({
    validateOnly: false,
    resources: topicNames.map((topic) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topicName(topic, prefix),
      configEntries: [{ name: 'min.insync.replicas', value: '1' }],
    })),
  });
  await admin.disconnect();
}
