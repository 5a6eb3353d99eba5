/** The journal on one SQLite file. One partition; `append` returns after the commit has reached the disk. */
import { type Clock, systemClock } from '../../domain/clock.ts';
import { topics } from '../../domain/topics.ts';
import type { Journal } from '../port.ts';
import type { Database } from './database.ts';
import { followOnSqlite, positionOnSqlite } from './follow.ts';
import { processOnSqlite } from './process.ts';
import { createRetention } from './retention.ts';
import { insertRecords, type Tables } from './tables.ts';
import { onlyPartition } from './topic-table.ts';
import { yieldTurn } from './wait.ts';

const recordsAtOnce = 5000;

export function createSqliteJournal(database: Database, tables: Tables, clock: Clock = systemClock): Journal {
  const retention = createRetention(database, tables);
  return {
    async append(records) {
      if (records.length === 0) return;
      const now = clock.now();
      database.transaction(() => insertRecords(tables, records, now));
      retention.step(now);
      database.appended();
    },
    partitions: async () => 1,
    async *read(topic, partition, from = 0) {
      if (partition !== onlyPartition) return;
      // A key of a compacted topic that is overwritten meanwhile moves behind the end, so there the end moves too.
      const end = topics[topic].cleanup === 'compact' ? Number.POSITIVE_INFINITY : tables[topic].end();
      for (let next = from; next < end; ) {
        const batch = tables[topic].read(next, recordsAtOnce).filter((record) => record.offset < end);
        if (batch.length === 0) return;
        yield batch;
        next = batch.at(-1)!.offset + 1;
        await yieldTurn();
      }
    },
    process: (options) => processOnSqlite(database, tables, clock, options),
    follow: (options) => followOnSqlite(database, tables, options),
    position: async (group, topic) => positionOnSqlite(database, group, topic),
    async check() {
      database.connection.prepare('SELECT 1').get();
    },
    async close() {
      database.close();
    },
  };
}
