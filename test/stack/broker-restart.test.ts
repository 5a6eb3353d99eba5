/** A broker that stops and comes back, under append and process: what is in the journal is counted once, and everybody goes on by himself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startKafka } from '../../infra/native/kafka.ts';
import { createKafka } from '../../journal/kafka/client.ts';
import { ensureTopics } from '../../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../../journal/kafka/journal.ts';
import type { JournalEvent } from '../../journal/port.ts';
import { readingRecord, until } from '../contract/journal.contract.ts';
import { createSummingTask, type Sum } from '../contract/summing-task.ts';

test('append and process go on after a broker’s restart', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'releve-broker-'));
  let kafka = await startKafka({ dir });
  const { brokers, port } = kafka;
  const admin = createKafka({ brokers }).admin();
  await admin.connect();
  await ensureTopics(admin, { prefix: 'r', partitions: 2, replicationFactor: 1 });
  await admin.disconnect();
  const journal = createKafkaJournal({ brokers, prefix: 'r', sessionTimeoutMs: 6000 });
  const events: JournalEvent[] = [];
  const controller = new AbortController();
  const processing = journal.process({
    group: 'g',
    inputs: ['readings', 'events'],
    createTask: (partition) => createSummingTask(partition),
    tickMs: 500,
    signal: controller.signal,
    onEvent: (event) => events.push(event),
  });
  let next = 0;
  let feeding = true;
  let refused = 0;
  const fed = (async () => {
    while (feeding) {
      const records = Array.from({ length: 50 }, () => readingRecord(`B${next % 7}`, next++));
      // What is refused is not known to be stored: a spool would send it again.
      await journal.append(records).catch(() => {
        refused++;
      });
      await sleep(20);
    }
  })();

  const read = async (topic: 'readings' | 'results') => {
    const values: unknown[] = [];
    for (let partition = 0; partition < 2; partition++) {
      for await (const batch of journal.read(topic, partition)) values.push(...batch.map(({ value }) => value));
    }
    return values;
  };
  try {
    await until(async () => (await read('results')).length > 0);
    await kafka.stop();
    await sleep(4000);
    kafka = await startKafka({ dir, port });
    const before = next;
    await until(async () => next > before + 500, 90_000);
    feeding = false;
    await fed;
    const expected = new Map<string, number>();
    for (const { building, energyImportWh } of (await read('readings')) as {
      building: string;
      energyImportWh: number;
    }[]) {
      expected.set(building, (expected.get(building) ?? 0) + energyImportWh);
    }
    const sums = async () =>
      new Map(((await read('results')) as Sum[]).map(({ building, total }) => [building, total]));
    const total = (map: Map<string, number>): number => [...map.values()].reduce((a, b) => a + b, 0);
    await until(async () => total(await sums()) >= total(expected), 60_000);
    expect(await sums()).toEqual(expected);
    expect(events.some(({ type }) => type === 'retry' || type === 'fenced')).toBe(true);
    expect(refused).toBeLessThan(20);
  } finally {
    feeding = false;
    controller.abort();
    await processing;
    await journal.close();
    await kafka.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});
