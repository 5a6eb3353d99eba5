/**
 * Exactly once on Kafka, shown by faults: processes are killed at random (seeded) instants while they are in transactions, one is stopped until the
 * others have taken over and then goes on as a zombie. Every sum must be exact: a record lost or applied twice makes one wrong.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createKafka } from '../../journal/kafka/client.ts';
import { ensureTopics } from '../../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../../journal/kafka/journal.ts';
import type { Journal, JournalEvent, OutgoingRecord } from '../../journal/port.ts';
import { reading } from '../contract/journal.contract.ts';
import type { Sum } from '../contract/summing-task.ts';
import { mulberry } from '../random.ts';

const buildings = 12;
const partitions = 4;
const kills = 10;
const seed = 20260329;

let journal: Journal;
let prefix: string;
let children: Worker[];
let feeding: { stop(): Promise<number> };

beforeEach(async () => {
  const { brokers } = inject('kafka');
  prefix = `exact-${process.pid}-${Date.now()}`;
  const admin = createKafka({ brokers }).admin();
  await admin.connect();
  await ensureTopics(admin, { prefix, partitions, replicationFactor: 1 });
  await admin.disconnect();
  journal = createKafkaJournal({ brokers, prefix });
  children = [];
  feeding = feed();
});
afterEach(async () => {
  await feeding.stop();
  for (const { child } of children) child.kill('SIGKILL');
  await journal.close();
});

interface Worker {
  readonly child: ChildProcess;
  readonly events: { readonly type: JournalEvent['type'] | 'batch'; readonly partition?: number }[];
}

function startWorker(): Worker {
  const file = fileURLToPath(new URL('./summing-process.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', file, inject('kafka').brokers.join(','), prefix],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const worker: Worker = { child, events: [] };
  createInterface({ input: child.stdout! }).on('line', (line) => worker.events.push(JSON.parse(line)));
  children.push(worker);
  return worker;
}

/** Appends readings without pause, every value once; the sum of building b's first n values is known. */
function feed(): { stop(): Promise<number> } {
  let next = 0;
  let stopped = false;
  const done = (async () => {
    while (!stopped) {
      const records = Array.from({ length: 500 }, (): OutgoingRecord => {
        const building = `B${next % buildings}`;
        return { topic: 'readings', key: building, building, value: reading(building, next, next++) };
      });
      await journal.append(records);
      await sleep(60);
    }
    return next;
  })();
  return {
    stop() {
      stopped = true;
      return done;
    },
  };
}

async function until(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  for (const limit = Date.now() + timeoutMs; !(await condition()); await sleep(20)) {
    if (Date.now() > limit) throw new Error(`not within ${timeoutMs} ms: ${condition}`);
  }
}

async function readSums(): Promise<Map<string, Sum>> {
  const sums = new Map<string, Sum>();
  for (let partition = 0; partition < partitions; partition++) {
    for await (const batch of journal.read('results', partition)) {
      for (const { value } of batch) sums.set((value as Sum).building, value as Sum);
    }
  }
  return sums;
}

/** Ends the feed, waits for the processes and compares every building. */
async function expectExactSums(): Promise<number> {
  const fed = await feeding.stop();
  const expected = new Map<string, Sum>();
  for (let value = 0; value < fed; value++) {
    const building = `B${value % buildings}`;
    const { count, total } = expected.get(building) ?? { count: 0, total: 0 };
    expected.set(building, { building, count: count + 1, total: total + value });
  }
  const counted = async () => [...(await readSums()).values()].reduce((sum, { count }) => sum + count, 0);
  await until(async () => (await counted()) >= fed, 60_000);
  expect(await readSums()).toEqual(expected);
  return fed;
}

test(`${kills} kills at random instants change no sum`, async () => {
  const random = mulberry(seed);
  const alive = [startWorker(), startWorker()];
  let inBatch = 0;
  for (let kill = 0; kill < kills; kill++) {
    const index = random() < 0.5 ? 0 : 1;
    const victim = alive[index]!;
    const before = victim.events.length;
    // Once it works, at any instant of its transactions.
    await until(() => victim.events.slice(before).some(({ type }) => type === 'batch'), 60_000);
    await sleep(random() * 400);
    victim.child.kill('SIGKILL');
    if (victim.events.at(-1)?.type === 'batch') inBatch++;
    alive[index] = startWorker();
  }
  const fed = await expectExactSums();
  expect(fed).toBeGreaterThan(100_000);
  expect(inBatch).toBeGreaterThan(kills / 2);
}, 300_000);

test('a process that was stopped until others took over, and goes on, changes no sum', async () => {
  const zombie = startWorker();
  const other = startWorker();
  await until(
    () => zombie.events.some(({ type }) => type === 'batch') && other.events.some(({ type }) => type === 'batch'),
    60_000,
  );
  for (let round = 0; round < 2; round++) {
    const before = other.events.length;
    zombie.child.kill('SIGSTOP');
    const took = (partition: number) =>
      other.events.slice(before).some((event) => event.type === 'restored' && event.partition === partition);
    await until(() => [0, 1, 2, 3].filter(took).length >= 2, 60_000);
    await sleep(1000);
    zombie.child.kill('SIGCONT');
    await sleep(4000);
  }
  expect(zombie.events.some(({ type }) => type === 'fenced' || type === 'revoked' || type === 'retry')).toBe(true);
  await expectExactSums();
}, 180_000);
