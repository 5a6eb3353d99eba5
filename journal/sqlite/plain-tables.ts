/** Topics as rows of (key, JSON): logs, which grow and expire, and compacted ones, which keep the last value of each key. */
import type { TopicName } from '../../domain/topics.ts';
import type { JournalRecord, OutgoingRecord } from '../port.ts';
import type { Database } from './database.ts';
import { onlyPartition, type TopicTable } from './topic-table.ts';

/** `late`, `rejects`, `notifications`. */
export function createLogTable(database: Database, topic: TopicName): TopicTable {
  const insert = database.connection.prepare(`INSERT INTO ${topic} (key, value, stored_at) VALUES (?, ?, ?)`);
  return {
    topic,
    insert(records, now) {
      for (const record of records) insert.run(record.key, JSON.stringify(record.value), now);
    },
    ...readRows(database, topic),
    expire: expireRows(database, topic),
  };
}

/** `state`, `events`. */
export function createCompactedTable(database: Database, topic: TopicName): TopicTable {
  const replace = database.connection.prepare(`INSERT OR REPLACE INTO ${topic} (key, value) VALUES (?, ?)`);
  return {
    topic,
    insert: upsert(database, topic, (record) => replace.run(record.key, JSON.stringify(record.value))),
    ...readRows(database, topic),
    expire: () => 0,
  };
}

/** `results`: compacted, with the columns that queries ask for. */
export function createResultsTable(database: Database): TopicTable {
  const topic = 'results';
  const replace = database.connection.prepare(
    'INSERT OR REPLACE INTO results (key, kind, building, start, meter, period, value) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const store = (record: OutgoingRecord): void => {
    const value = record.value as Record<string, unknown>;
    const start = Number.isSafeInteger(value.start) ? (value.start as number) : null;
    replace.run(
      record.key,
      text(value.kind),
      text(value.building),
      start,
      text(value.meter),
      text(value.period),
      JSON.stringify(value),
    );
  };
  return { topic, insert: upsert(database, topic, store), ...readRows(database, topic), expire: () => 0 };
}

/** `telemetry`: a log with the columns that queries ask for; `subject` is the meter, the bus, or `component/partition`. */
export function createTelemetryTable(database: Database): TopicTable {
  const topic = 'telemetry';
  const insert = database.connection.prepare(
    'INSERT INTO telemetry (key, kind, building, subject, at, value, stored_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  return {
    topic,
    insert(records, now) {
      for (const record of records) {
        const value = record.value as Record<string, unknown> | null;
        const at = Number.isSafeInteger(value?.at) ? (value?.at as number) : null;
        const subject =
          value?.kind === 'pipeline' ? `${value.component}/${value.partition}` : text(value?.meter ?? value?.bus);
        const building = text(value?.building) ?? '';
        insert.run(record.key, text(value?.kind), building, subject, at, JSON.stringify(value), now);
      }
    },
    ...readRows(database, topic),
    expire: expireRows(database, topic),
  };
}

function upsert(database: Database, topic: TopicName, store: (record: OutgoingRecord) => void): TopicTable['insert'] {
  const remove = database.connection.prepare(`DELETE FROM ${topic} WHERE key = ?`);
  return (records) => {
    for (const record of records) {
      if (record.value === null) remove.run(record.key);
      else store(record);
    }
  };
}

function readRows(database: Database, topic: TopicName): Pick<TopicTable, 'read' | 'end'> {
  const select = database.connection.prepare(
    `SELECT offset, key, value FROM ${topic} WHERE offset >= ? ORDER BY offset LIMIT ?`,
  );
  const selectEnd = database.connection.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?');
  return {
    read: (from, limit) =>
      (select.all(from, limit) as { offset: number; key: string; value: string }[]).map(
        ({ offset, key, value }): JournalRecord => ({
          topic,
          partition: onlyPartition,
          offset,
          key,
          value: JSON.parse(value),
        }),
      ),
    end: () => ((selectEnd.get(topic) as { seq: number } | undefined)?.seq ?? 0) + 1,
  };
}

function expireRows(database: Database, topic: TopicName): TopicTable['expire'] {
  const expire = database.connection.prepare(
    `DELETE FROM ${topic} WHERE offset IN
      (SELECT offset FROM (SELECT offset, stored_at FROM ${topic} ORDER BY offset LIMIT ?) WHERE stored_at < ?)`,
  );
  return (before, limit) => Number(expire.run(limit, before).changes);
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
