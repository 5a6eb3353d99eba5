/**
 * `releve process` killed and started again with its local snapshots: fresh, stale, damaged, deleted, and on topics made anew. What reaches InfluxDB is
 * what an uninterrupted embedded run computes.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { topicName } from '../../domain/topics.ts';
import { createKafka } from '../../journal/kafka/client.ts';
import { ensureTopics } from '../../journal/kafka/ensure-topics.ts';
import type { OutgoingRecord } from '../../journal/port.ts';
import { comparedResults } from './faults/compare.ts';
import { buildingFile, createRig, historyRecords, type Rig, type StartedRole } from './faults/rig.ts';
import { runUninterrupted } from './faults/uninterrupted.ts';
import { until } from './faults/until.ts';

const dayMs = 86_400_000;
const partitions = 2;
const stages = 5;
const prefix = `snapshot-${process.pid}`;
const ids = [1, 2, 3, 4].map((number) => `${prefix}-${number}`);
const end = Date.now() - 3_600_000;
const range = { from: end - 12 * dayMs, to: Date.now() + dayMs };

let folder: string;
let rig: Rig;
let records: OutgoingRecord[];
let appended = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-snapshot-'));
  rig = await createRig({
    folder,
    brokers: inject('kafka').brokers,
    influx: inject('influx'),
    prefix,
    partitions,
    files: [{ version: 1, buildings: ids.map((id) => buildingFile(id, 3)) }],
  });
  records = historyRecords(rig.buildings, end);
  await rig.start('sink');
}, 120_000);

afterAll(async () => {
  await rig?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The next part of the readings, read by the process to its end. */
async function feed(role: StartedRole): Promise<void> {
  const next = appended + Math.ceil(records.length / stages);
  await rig.journal.append(records.slice(appended, Math.min(next, records.length)));
  appended = Math.min(next, records.length);
  await until('the readings are counted', 60_000, async () => (await counted(role)) === appended);
}

async function counted(role: StartedRole): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${role.operationsPort}/metrics`)).text();
  let sum = 0;
  for (const [, count] of metrics.matchAll(/^releve_process_account{.*} (\d+)$/gm)) sum += Number(count);
  return sum;
}

/** A process, once its partitions are restored, and where from. Of one thread: two may pass a partition on before both have theirs. */
async function started(): Promise<{ role: StartedRole; sources: unknown[]; codes: unknown[] }> {
  const role = await rig.start('process', '--threads', '1');
  const restored = () => role.log.filter(({ msg }) => msg === 'state');
  await until('the partitions are restored', 60_000, () => restored().length >= partitions);
  const codes = role.log.flatMap(({ code }) =>
    typeof code === 'string' && code.startsWith('SNAPSHOT_') ? [code] : [],
  );
  return { role, sources: restored().map(({ source }) => source), codes };
}

const files = (): string => join(folder, 'data-process', 'state');

test('fresh, stale, damaged and deleted snapshots lead to the same results', async () => {
  const first = await started();
  expect(first.sources).toEqual(['changelog', 'changelog']);
  await feed(first.role);
  expect(await first.role.end('SIGTERM')).toBe(130);
  expect(readdirSync(files()).sort()).toEqual(
    [0, 1].map((partition) => `${topicName('state', prefix)}-${partition}.snapshot`),
  );
  cpSync(files(), join(folder, 'stale'), { recursive: true });

  const fresh = await started();
  expect(fresh).toMatchObject({ sources: ['snapshot', 'snapshot'], codes: [] });
  await feed(fresh.role);
  expect(await fresh.role.end('SIGKILL')).toBe('SIGKILL');

  const afterKill = await started();
  expect(afterKill.sources).toEqual(['snapshot', 'snapshot']);
  await feed(afterKill.role);
  expect(await afterKill.role.end('SIGTERM')).toBe(130);

  rmSync(files(), { recursive: true });
  cpSync(join(folder, 'stale'), files(), { recursive: true });
  const stale = await started();
  expect(stale).toMatchObject({ sources: ['snapshot', 'snapshot'], codes: [] });
  await feed(stale.role);
  expect(await stale.role.end('SIGTERM')).toBe(130);

  for (const name of readdirSync(files())) {
    const path = join(files(), name);
    writeFileSync(path, readFileSync(path).subarray(0, 300));
  }
  const damaged = await started();
  expect(damaged).toMatchObject({
    sources: ['changelog', 'changelog'],
    codes: ['SNAPSHOT_TRUNCATED', 'SNAPSHOT_TRUNCATED'],
  });
  await damaged.role.end('SIGKILL');

  rmSync(files(), { recursive: true });
  const deleted = await started();
  expect(deleted).toMatchObject({ sources: ['changelog', 'changelog'], codes: [] });
  await feed(deleted.role);
  expect(appended).toBe(records.length);
  const expected = await runUninterrupted([rig.journal], rig.buildings, range);
  for (const id of ids) {
    const wanted = expected.results.get(id)!;
    expect(wanted.meter_day!.length).toBeGreaterThan(20);
    await vi.waitFor(async () => expect(await comparedResults(rig.results, id, range)).toEqual(wanted), {
      timeout: 60_000,
      interval: 500,
    });
  }
  expect(await deleted.role.end('SIGTERM')).toBe(130);
});

test('topics made anew: the snapshots of the old ones are not taken', async () => {
  expect(existsSync(files())).toBe(true);
  const admin = createKafka(inject('kafka')).admin();
  await admin.connect();
  const state = topicName('state', prefix);
  await admin.deleteTopics({ topics: [state] });
  await until('the topic is gone', 30_000, async () => !(await admin.listTopics()).includes(state));
  await ensureTopics(admin, { prefix, partitions, replicationFactor: 1 });
  await admin.disconnect();
  const anew = await started();
  expect(anew.sources).toEqual(['changelog', 'changelog']);
  expect(anew.codes.length).toBe(2);
  for (const code of anew.codes) expect(['SNAPSHOT_AHEAD', 'SNAPSHOT_OTHER_LOG']).toContain(code);
  await until('everything is read again', 60_000, async () => (await counted(anew.role)) === records.length);
  expect(await anew.role.end('SIGTERM')).toBe(130);
});
