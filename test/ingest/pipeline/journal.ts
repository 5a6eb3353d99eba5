/** A real SQLite journal that can be slow or away, and what it holds. */

import type { TopicName } from '../../../domain/topics.ts';
import type { JournalAppender, OutgoingRecord } from '../../../journal/port.ts';
import { openDatabase } from '../../../journal/sqlite/database.ts';
import { createSqliteJournal } from '../../../journal/sqlite/journal.ts';
import { createTables } from '../../../journal/sqlite/tables.ts';

export type Weather = 'up' | 'away' | 'hanging' | 'written_but_unsure';

export interface FaultyJournal extends JournalAppender {
  weather: Weather;
  /** Ends what hangs: true, it is written; false, it fails. */
  release(isWritten: boolean): void;
  contents(topic: TopicName): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export function faultyJournal(): FaultyJournal {
  const database = openDatabase(':memory:');
  const journal = createSqliteJournal(database, createTables(database));
  let hanging: ((isWritten: boolean) => void)[] = [];
  return {
    weather: 'up',
    append(records: readonly OutgoingRecord[]) {
      switch (this.weather) {
        case 'up':
          return journal.append(records);
        case 'away':
          return Promise.reject(new Error('broker away'));
        case 'written_but_unsure':
          return journal.append(records).then(() => Promise.reject(new Error('request timed out')));
        case 'hanging':
          return new Promise((resolve, reject) => {
            hanging.push((isWritten) => {
              if (isWritten) journal.append(records).then(resolve, reject);
              else reject(new Error('request timed out'));
            });
          });
      }
    },
    release(isWritten) {
      const all = hanging;
      hanging = [];
      for (const each of all) each(isWritten);
    },
    async contents(topic) {
      const values: Record<string, unknown>[] = [];
      for await (const batch of journal.read(topic, 0)) {
        values.push(...batch.map(({ value }) => value as Record<string, unknown>));
      }
      return values;
    },
    close: () => journal.close(),
  };
}
