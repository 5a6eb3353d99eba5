/** The table of each topic of one file, and the one way records are written to them. */
import type { TopicName } from '../../domain/topics.ts';
import type { OutgoingRecord } from '../port.ts';
import type { Database } from './database.ts';
import { createCompactedTable, createLogTable, createResultsTable, createTelemetryTable } from './plain-tables.ts';
import { createReadingsTable, type ReadingsTable } from './readings-table.ts';
import type { TopicTable } from './topic-table.ts';

export interface Tables extends Readonly<Record<TopicName, TopicTable>> {
  readonly readings: ReadingsTable;
}

export function createTables(database: Database): Tables {
  return {
    readings: createReadingsTable(database),
    results: createResultsTable(database),
    telemetry: createTelemetryTable(database),
    state: createCompactedTable(database, 'state'),
    events: createCompactedTable(database, 'events'),
    late: createLogTable(database, 'late'),
    rejects: createLogTable(database, 'rejects'),
    notifications: createLogTable(database, 'notifications'),
  };
}

/** Writes records, in order within a topic; the caller holds the transaction. */
export function insertRecords(tables: Tables, records: readonly OutgoingRecord[], now: number): void {
  let first = 0;
  while (first < records.length) {
    const { topic } = records[first]!;
    let end = first + 1;
    while (end < records.length && records[end]!.topic === topic) end++;
    tables[topic].insert(first === 0 && end === records.length ? records : records.slice(first, end), now);
    first = end;
  }
}
