/**
 * One `releve process` with two threads over four partitions: the results of one thread, metrics that add up, a stop as ever, and an end with a code when
 * a thread dies. What happens to a thread is done to it by a module that Node loads into it before the program.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest';
import { partitionOf, topicName } from '../../domain/topics.ts';
import { freePort } from '../../infra/native/server-process.ts';
import type { OutgoingRecord } from '../../journal/port.ts';
import { comparedResults } from './faults/compare.ts';
import { buildingFile, createRig, historyRecords, type Rig } from './faults/rig.ts';
import { healthy, type LogLine, type Role, startRole } from './faults/role.ts';
import { runUninterrupted } from './faults/uninterrupted.ts';
import { until } from './faults/until.ts';

const dayMs = 86_400_000;
const partitions = 4;
const prefix = `threads-${process.pid}`;
const ids = Array.from({ length: 12 }, (_, index) => `${prefix}-${index}`);
const end = Date.now() - 3_600_000;
const range = { from: end - 12 * dayMs, to: Date.now() + dayMs };
const all = [0, 1, 2, 3];

let folder: string;
let rig: Rig;
let records: OutgoingRecord[];
let appended = 0;
const started: Role[] = [];

interface Threads extends Role {
  readonly port: number;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-threads-'));
  rig = await createRig({
    folder,
    brokers: inject('kafka').brokers,
    influx: inject('influx'),
    prefix,
    partitions,
    files: [{ version: 1, buildings: ids.map((id) => buildingFile(id, 3)) }],
  });
  records = historyRecords(rig.buildings, end);
  expect([...new Set(ids.map((id) => partitionOf(id, partitions)))].sort()).toEqual(all);
  await rig.start('sink');
}, 120_000);

afterEach(async () => {
  for (const role of started.splice(0)) if (role.ended === undefined) await role.end('SIGKILL');
});

afterAll(async () => {
  await rig?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Two threads, once each of them has restored what it owns and all partitions are owned. */
async function startThreads(injured?: string, nodeOptions = ''): Promise<Threads> {
  const port = await freePort();
  const imported = injured === undefined ? '' : `--import=${join(folder, `${injured}.mjs`)}`;
  const role = startRole(
    'process',
    [
      ...['-c', join(folder, 'config'), '--data-dir', join(folder, 'data')],
      ...['--threads', '2', '--operations-port', String(port)],
    ],
    { RELEVE_INFLUX_TOKEN: rig.secrets[1], NODE_OPTIONS: `${nodeOptions} ${imported}`.trim() },
  );
  started.push(role);
  await healthy(role, port);
  await until('both threads own partitions', 60_000, () => {
    if (role.ended !== undefined) throw new Error(`ended with ${role.ended}:\n${role.said.join('\n')}`);
    const owners = ownersOf(role);
    return owners.size === partitions && new Set(owners.values()).size === 2 && isRestored(role);
  });
  return Object.defineProperty(role, 'port', { value: port }) as Threads;
}

/** The thread of each partition. */
function ownersOf({ log }: Role): Map<number, unknown> {
  const owners = new Map<number, unknown>();
  for (const { msg, partition, thread } of log) {
    if (msg === 'assigned') owners.set(partition!, thread);
    else if (msg === 'revoked' && owners.get(partition!) === thread) owners.delete(partition!);
  }
  return owners;
}

/** Every partition, by the thread that has it now. */
function isRestored(role: Role): boolean {
  const last = (test: (line: LogLine) => boolean): number => role.log.findLastIndex(test);
  return [...ownersOf(role)].every(([partition, thread]) => {
    const isOf = (line: LogLine): boolean => line.partition === partition && line.thread === thread;
    return (
      last((line) => line.msg === 'restored' && isOf(line)) > last((line) => line.msg === 'assigned' && isOf(line))
    );
  });
}

/** The next part of the readings. */
async function feed(count: number): Promise<readonly OutgoingRecord[]> {
  const part = records.slice(appended, appended + count);
  await rig.journal.append(part);
  appended += part.length;
  return part;
}

async function metricsOf({ port }: Threads): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

/** Of each series of a metric; a series that stands twice is an error. */
function series(page: string, name: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, labels, value] of page.matchAll(new RegExp(`^${name}(\\{.*\\})? (\\S+)$`, 'gm'))) {
    expect([name, labels, found.has(labels ?? '')]).toEqual([name, labels, false]);
    found.set(labels ?? '', Number(value));
  }
  return found;
}

function sum(values: Map<string, number>): number {
  return [...values.values()].reduce((total, value) => total + value, 0);
}

function byPartition(of: (partition: number) => number): Map<string, number> {
  return new Map(all.map((partition) => [`{partition="${partition}"}`, of(partition)]));
}

function sorted(values: Map<string, number>): [string, number][] {
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1));
}

test('two threads: the results of one, metrics that add up, and a stop that loses no line', async () => {
  const role = await startThreads();
  const fed = await feed(Math.ceil(records.length / 2));
  let page = '';
  await until('the readings are counted, and each partition has told its lag', 60_000, async () => {
    page = await metricsOf(role);
    const lags = series(page, 'releve_process_lag');
    return sum(series(page, 'releve_process_account')) === fed.length && lags.size === partitions && sum(lags) === 0;
  });
  const counted = byPartition(
    (partition) => fed.filter(({ building }) => partitionOf(building, partitions) === partition).length,
  );
  expect(sorted(series(page, 'releve_process_readings_total'))).toEqual(sorted(counted));
  expect(sorted(series(page, 'releve_process_lag'))).toEqual(sorted(byPartition(() => 0)));
  expect(series(page, 'releve_process_open_windows').size).toBe(partitions);
  expect(series(page, 'releve_process_restore_seconds').size).toBe(partitions);
  expect(sum(series(page, 'releve_process_restores_total'))).toBe(role.log.filter(({ msg }) => msg === 'state').length);
  const buckets = series(page, 'releve_process_latency_seconds_bucket');
  const batches = sum(series(page, 'releve_process_latency_seconds_count'));
  expect(buckets.get('{le="+Inf"}')).toBe(batches);
  expect(batches).toBeGreaterThanOrEqual(partitions);
  expect(series(page, 'releve_process_threads')).toEqual(
    new Map([
      ['{answers="yes"}', 2],
      ['{answers="no"}', 0],
    ]),
  );
  expect(series(page, 'process_start_time_seconds').size).toBe(1);
  // Of the process, not added up: that would be three times as much.
  const resident = sum(series(page, 'process_resident_memory_bytes'));
  const status = readFileSync(`/proc/${role.pid}/status`, 'utf8');
  const kept = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  expect(resident / kept).toBeGreaterThan(0.5);
  expect(resident / kept).toBeLessThan(2);

  const ready = await fetch(`http://127.0.0.1:${role.port}/ready`);
  expect([ready.status, await ready.json()]).toEqual([200, { kafka: 'ok', influx: 'ok' }]);

  await feed(records.length);
  const expected = await runUninterrupted([rig.journal], rig.buildings, range);
  expect(expected.readings).toBe(records.length);
  for (const id of ids) {
    const wanted = expected.results.get(id)!;
    expect(wanted.meter_day!.length).toBeGreaterThan(15);
    await vi.waitFor(async () => expect(await comparedResults(rig.results, id, range)).toEqual(wanted), {
      timeout: 60_000,
      interval: 500,
    });
  }

  const began = performance.now();
  expect(await role.end('SIGTERM')).toBe(130);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(ownersOf(role).size).toBe(0);
  expect(readdirSync(join(folder, 'data', 'state')).sort()).toEqual(
    all.map((partition) => `${topicName('state', prefix)}-${partition}.snapshot`),
  );
  for (const line of role.said) expect(JSON.parse(line)).toMatchObject({ component: 'process' });
  const said = role.said.join('\n');
  for (const secret of rig.secrets) expect(said.includes(secret)).toBe(false);
});

test('a thread that does not answer keeps no scrape waiting, and no counter goes back', async () => {
  injury('block', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12_000);');
  const role = await startThreads('block');
  const before = await metricsOf(role);
  const restores = sum(series(before, 'releve_process_restores_total'));
  expect(restores).toBeGreaterThanOrEqual(partitions);
  happens();
  await until('the thread is silent', 60_000, async () => {
    const began = performance.now();
    const page = await metricsOf(role);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(sum(series(page, 'releve_process_restores_total'))).toBeGreaterThanOrEqual(restores);
    if (series(page, 'releve_process_threads').get('{answers="no"}') === 0) return false;
    // The partitions of the one that answers.
    expect(series(page, 'releve_process_restore_seconds').size).toBe(partitions / 2);
    return true;
  });
  await until('it answers again', 60_000, async () => {
    return series(await metricsOf(role), 'releve_process_threads').get('{answers="no"}') === 0;
  });
});

const deaths = {
  'of an error that nobody caught': {
    code: 'THREAD_DIED',
    body: "throw new Error('no way on');",
    reason: /^no way on$/,
    options: '',
  },
  'by leaving': {
    code: 'THREAD_DIED',
    body: 'process.exit(7);',
    reason: /^exit code 7$/,
    options: '',
  },
  'out of memory': {
    code: 'THREAD_OUT_OF_MEMORY',
    body: 'const kept = []; for (;;) kept.push(Array.from({ length: 10_000 }, Math.random));',
    reason: /memory/,
    options: '--max-old-space-size=160',
  },
} as const;

test.each(Object.entries(deaths))(
  'a thread that dies %s ends the process with 1 and a code; the other leaves the group',
  async (_, { code, body, reason, options }) => {
    injury('die', body);
    const role = await startThreads('die', options);
    const others = [...ownersOf(role)].filter(([, thread]) => thread === 1).map(([partition]) => partition);
    happens();
    expect(await role.done()).toBe(1);
    const fatal = role.log.filter(({ level }) => level === 60);
    expect(fatal).toMatchObject([{ code, thread: 2, reason: expect.stringMatching(reason) }]);
    const revoked = role.log.filter(({ msg, thread }) => msg === 'revoked' && thread === 1);
    expect(revoked.map(({ partition }) => partition).sort()).toEqual(others.sort());
  },
);

/** A module that all threads load, and that does something in the second one when it is time. */
function injury(name: string, body: string): void {
  rmSync(trigger(), { force: true });
  writeFileSync(
    join(folder, `${name}.mjs`),
    `import { existsSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
if (workerData?.thread === 2) {
  const waiting = setInterval(() => {
    if (!existsSync(${JSON.stringify(trigger())})) return;
    clearInterval(waiting);
    ${body}
  }, 100);
}
`,
  );
}

function happens(): void {
  writeFileSync(trigger(), '');
}

function trigger(): string {
  return join(folder, 'now');
}
