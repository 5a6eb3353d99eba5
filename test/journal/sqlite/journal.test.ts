import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteStore, type SqliteStore } from '../../../results/sqlite/open.ts';
import { journalContract, readingRecord, until } from '../../contract/journal.contract.ts';
import { createSummingTask } from '../../contract/summing-task.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'releve-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the SQLite journal keeps the contract', () => {
  journalContract(async () => {
    const file = join(folder, 'releve.sqlite');
    const stores: SqliteStore[] = [openSqliteStore(file)];
    return {
      journal: stores[0]!.journal,
      async connect() {
        const store = openSqliteStore(file);
        stores.push(store);
        return store.journal;
      },
      async close() {
        for (const store of stores) store.close();
      },
    };
  });
});

describe('the file', () => {
  test('of a newer version is refused with both versions', () => {
    const file = join(folder, 'newer.sqlite');
    const raw = new DatabaseSync(file);
    raw.exec('PRAGMA user_version = 999');
    raw.close();
    expect(() => openSqliteStore(file)).toThrow(/newer version \(schema 999/);
  });

  test('keeps what was appended when it is opened again', async () => {
    const file = join(folder, 'again.sqlite');
    const first = openSqliteStore(file);
    await first.journal.append([readingRecord('B1', 1)]);
    first.close();
    const second = openSqliteStore(file);
    const records = [];
    for await (const batch of second.journal.read('readings', 0)) records.push(...batch);
    expect(records).toMatchObject([{ offset: 1, key: 'B1', value: { building: 'B1', energyImportWh: 1 } }]);
    second.close();
  });

  test('a second process of a group takes over and the first stops by itself', async () => {
    const file = join(folder, 'two.sqlite');
    const stores = [openSqliteStore(file), openSqliteStore(file)];
    const controller = new AbortController();
    const events: string[] = [];
    const run = (store: SqliteStore) =>
      store.journal.process({
        group: 'g',
        inputs: ['readings'],
        createTask: (partition) => createSummingTask(partition),
        tickMs: 20,
        signal: controller.signal,
        onEvent: (event) => events.push(event.type),
      });
    const first = run(stores[0]!);
    const second = run(stores[1]!);
    await expect(first).rejects.toThrow(/another process/);
    expect(events).toContain('fenced');
    controller.abort();
    await second;
    for (const store of stores) store.close();
  });

  test('old records of logs go, compacted ones and young ones stay', async () => {
    let now = Date.UTC(2026, 0, 1);
    const store = openSqliteStore(join(folder, 'old.sqlite'), { now: () => now });
    const day = 86_400_000;
    const put = (topic: 'rejects' | 'events' | 'telemetry', key: string) =>
      store.journal.append([{ topic, key, building: 'B1', value: { key } }]);
    await put('rejects', 'old');
    await put('events', 'old');
    await put('telemetry', 'old');
    now += 8 * day;
    await put('rejects', 'young');
    now += 83 * day;
    await put('events', 'young');
    const keys = async (topic: 'rejects' | 'events' | 'telemetry') => {
      const found: string[] = [];
      for await (const batch of store.journal.read(topic, 0)) found.push(...batch.map((record) => record.key));
      return found;
    };
    await until(async () => (await keys('rejects')).length === 1);
    expect(await keys('rejects')).toEqual(['young']);
    expect(await keys('events')).toEqual(['old', 'young']);
    expect(await keys('telemetry')).toEqual([]);
    store.close();
  });
});
