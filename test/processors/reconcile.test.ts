import { expect, test } from 'vitest';
import { resultKey } from '../../domain/results.ts';
import { reconcileForever } from '../../processors/reconcile.ts';
import type { SinkItem } from '../../processors/sink-items.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { day0, meterDay } from '../contract/results.fixtures.ts';

const days = 2500;

test('a partition that is lost in the middle of a round is left to its new owner', async () => {
  const store = openSqliteStore(':memory:');
  const results = Array.from({ length: days }, (_, day) => meterDay('B1', day));
  await store.journal.append(
    results.map((result) => ({ topic: 'results', key: resultKey(result), building: 'B1', value: result })),
  );
  const partitions = new Set([0]);
  const written: SinkItem[] = [];
  const stop = new AbortController();
  await reconcileForever({
    journal: store.journal,
    clock: { now: () => day0 },
    partitions,
    round: { handled: undefined },
    takeovers: { gained() {}, lost() {}, handled() {}, settled: () => [] },
    settleMs: 10,
    everyMs: 10,
    days: 3,
    async write(_partition, select) {
      written.push(...select());
      partitions.delete(0);
    },
    signal: stop.signal,
    onDone: () => stop.abort(),
    onFailed: (reason) => expect.fail(reason),
  });
  store.close();
  expect(written.length).toBeGreaterThan(0);
  expect(written.length).toBeLessThan(days);
});
