/** The embedded mode's store: journal and results on one file and one handle. */
import { type Clock, systemClock } from '../../domain/clock.ts';
import type { Journal } from '../../journal/port.ts';
import { openDatabase } from '../../journal/sqlite/database.ts';
import { createSqliteJournal } from '../../journal/sqlite/journal.ts';
import { createTables } from '../../journal/sqlite/tables.ts';
import type { ResultsStore } from '../port.ts';
import { createSqliteResults } from './results.ts';

export interface SqliteStore {
  readonly journal: Journal;
  readonly results: ResultsStore;
  /** Closes the file; what still runs on it fails, so stop it first. */
  close(): void;
}

/** Opens or creates the file. Throws where it cannot be opened or was written by a newer version. */
export function openSqliteStore(file: string, clock: Clock = systemClock): SqliteStore {
  const database = openDatabase(file);
  const tables = createTables(database);
  return {
    journal: createSqliteJournal(database, tables, clock),
    results: createSqliteResults(database, tables, clock),
    close: () => database.close(),
  };
}
