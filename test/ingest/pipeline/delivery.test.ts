import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, timeout } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDelivery, type Delivery, type DeliveryEvent, type DeliveryOptions } from '../../../ingest/delivery.ts';
import { openSpool } from '../../../ingest/spool.ts';
import type { OutgoingRecord } from '../../../journal/port.ts';
import { type FaultyJournal, faultyJournal } from './journal.ts';

let journal: FaultyJournal;
let directory: string;
let delivery: Delivery;
let events: DeliveryEvent[];

beforeEach(() => {
  journal = faultyJournal();
  directory = mkdtempSync(join(tmpdir(), 'releve-delivery-'));
});
afterEach(async () => {
  delivery.stop();
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

function start(options: Partial<DeliveryOptions> & { maximumBytes?: number } = {}, withSpool = true): void {
  const { maximumBytes = 1e6, ...rest } = options;
  const spool = withSpool ? openSpool({ directory, maximumBytes, segmentBytes: 2000 }) : undefined;
  delivery = createDelivery({ journal, spool, patienceMs: 30, retryMs: 20, maximumRetryMs: 40, batch: 10, ...rest });
  events = [];
  delivery.events$.subscribe((event) => events.push(event));
}

const record = (n: number): OutgoingRecord => ({
  topic: 'events',
  key: `k${n}`,
  building: 'B1',
  value: { v: 1, n },
});
const reading = (n: number): OutgoingRecord => ({ topic: 'rejects', key: 'B1', building: 'B1', value: { v: 1, n } });
const put = (from: number, to: number) => {
  for (let n = from; n < to; n += 1) delivery.deliver([reading(n)]);
};
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const written = async () => (await journal.contents('rejects')).map(({ n }) => n);
const acknowledged = (place?: 'journal' | 'spool') =>
  events.flatMap((event) =>
    event.kind === 'acknowledged' && (place === undefined || event.in === place)
      ? event.records.map(({ value }) => (value as { n: number }).n)
      : [],
  );
const until = (condition: () => boolean) => expect.poll(condition, { timeout: 30_000, interval: 5 }).toBe(true);

test('the journal up: in order, acknowledged once, nothing on disk', async () => {
  start();
  put(0, 95);
  await until(() => acknowledged().length === 95);
  expect(await written()).toEqual(range(0, 95));
  expect(acknowledged('journal')).toEqual(range(0, 95));
  expect(delivery.spooled).toBe(0);
});

test('the journal away: acknowledged from the spool, drained in order when it is back, before what comes later', async () => {
  start();
  put(0, 5);
  await until(() => acknowledged().length === 5);
  journal.weather = 'away';
  put(5, 40);
  await until(() => acknowledged('spool').length === 35);
  expect(events.filter(({ kind }) => kind === 'journal_away')).toHaveLength(1);
  put(40, 60);
  journal.weather = 'up';
  await until(() => delivery.spooled === 0 && delivery.waiting === 0);
  put(60, 70);
  await until(() => acknowledged().length === 70);
  expect(await written()).toEqual(range(0, 70));
  expect(acknowledged().toSorted((a, b) => a - b)).toEqual(range(0, 70));
  expect(events.some(({ kind }) => kind === 'journal_back')).toBe(true);
});

test('an append that hangs is spooled after the patience; when it succeeds after all, nothing is written twice', async () => {
  start();
  journal.weather = 'hanging';
  put(0, 3);
  await until(() => acknowledged('spool').length === 3);
  put(3, 8);
  await until(() => acknowledged('spool').length === 8);
  journal.weather = 'up';
  journal.release(true);
  await until(() => delivery.spooled === 0);
  expect(await written()).toEqual(range(0, 8));
});

test('an append that hangs and fails is repeated from the spool', async () => {
  start();
  journal.weather = 'hanging';
  put(0, 3);
  await until(() => acknowledged('spool').length === 3);
  journal.weather = 'up';
  journal.release(false);
  await until(() => delivery.spooled === 0);
  expect(await written()).toEqual(range(0, 3));
});

test('an append of unknown outcome is repeated: twice at worst, never lost', async () => {
  start();
  journal.weather = 'written_but_unsure';
  put(0, 3);
  await until(() => acknowledged('spool').length === 3);
  journal.weather = 'up';
  await until(() => delivery.spooled === 0);
  expect(new Set(await written())).toEqual(new Set([0, 1, 2]));
  expect(acknowledged()).toEqual([0, 1, 2]);
});

test('spool full: congested, then refused and counted, nothing acknowledged is lost, and it recovers', async () => {
  start({ maximumBytes: 3000, waitingLimit: 5 });
  journal.weather = 'away';
  put(0, 1);
  await until(() => delivery.spooled === 1);
  let next = 1;
  while (!delivery.congested) {
    put(next, next + 1);
    next += 1;
  }
  const spooled = delivery.spooled;
  expect(spooled).toBeGreaterThan(3);
  put(next, next + 200);
  const refused = events.flatMap((event) => (event.kind === 'refused' ? event.records : []));
  expect(refused.length).toBeGreaterThan(100);
  expect(delivery.waiting + delivery.spooled + refused.length).toBe(next + 200);
  journal.weather = 'up';
  await until(() => delivery.spooled === 0 && delivery.waiting === 0);
  expect(delivery.congested).toBe(false);
  const kept = await written();
  expect(kept).toEqual(range(0, next + 200 - refused.length));
  expect(acknowledged().toSorted((a, b) => a - b)).toEqual(kept);
});

test('without a spool it waits in memory and is congested', async () => {
  start({ waitingLimit: 5 }, false);
  journal.weather = 'away';
  put(0, 8);
  expect(delivery.congested).toBe(true);
  expect(acknowledged()).toEqual([]);
  journal.weather = 'up';
  await until(() => acknowledged().length === 8);
  expect(await written()).toEqual(range(0, 8));
});

test('what an earlier life left in the spool goes before what is new', async () => {
  start();
  journal.weather = 'away';
  put(0, 12);
  await until(() => acknowledged('spool').length === 12);
  delivery.stop();
  journal.weather = 'up';
  start();
  put(12, 15);
  await until(() => delivery.spooled === 0 && delivery.waiting === 0);
  expect(await written()).toEqual(range(0, 15));
});

test('flush ends when all is durable, be it on disk', async () => {
  start();
  journal.weather = 'hanging';
  delivery.deliver([record(1), record(2)]);
  await lastValueFrom(delivery.flush().pipe(timeout(5000)), { defaultValue: undefined });
  expect(delivery.waiting).toBe(0);
  expect(delivery.spooled).toBe(2);
});
