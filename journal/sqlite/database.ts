/**
 * The one SQLite file of the embedded mode: journal and results share it, because there the compacted topic `results` is the results
 * table and the topic `readings` answers for load curves: nothing is written twice, and `process` commits everything in one transaction.
 *
 * Write-ahead log with synchronous=FULL: a committed transaction survives a power cut. Readers in other processes never wait.
 */
import { DatabaseSync } from 'node:sqlite';
import { migrations } from './schema.ts';

export interface Database {
  readonly connection: DatabaseSync;
  /** Runs `body` in a write transaction; what it throws rolls everything back. Not to be nested. */
  transaction<T>(body: () => T): T;
  /** Calls back after each commit of this process that added records; returns what stops it. */
  onAppended(listener: () => void): () => void;
  /** Calls back after each rollback: what was learnt inside the transaction is void. */
  onRolledBack(listener: () => void): void;
  /** Tells the listeners. */
  appended(): void;
  /** Rises when another process has committed. */
  foreignVersion(): number;
  readonly closed: boolean;
  close(): void;
}

/** Waits for a writer in another process this long. */
const busyTimeoutMs = 30_000;

/** Opens or creates the file (`:memory:` for none) and brings its tables up to date; throws where it is newer than this program. */
export function openDatabase(file: string): Database {
  const connection = new DatabaseSync(file, { timeout: busyTimeoutMs });
  connection.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000',
  );
  migrate(connection, file);

  const begin = connection.prepare('BEGIN IMMEDIATE');
  const commit = connection.prepare('COMMIT');
  const rollback = connection.prepare('ROLLBACK');
  const dataVersion = connection.prepare('PRAGMA data_version');
  const listeners = new Set<() => void>();
  const rollbackListeners: (() => void)[] = [];
  let closed = false;

  return {
    connection,
    transaction(body) {
      begin.run();
      try {
        const result = body();
        commit.run();
        return result;
      } catch (error) {
        if (connection.isTransaction) rollback.run();
        for (const listener of rollbackListeners) listener();
        throw error;
      }
    },
    onAppended(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onRolledBack(listener) {
      rollbackListeners.push(listener);
    },
    appended() {
      for (const listener of [...listeners]) listener();
    },
    foreignVersion: () => (dataVersion.get() as { data_version: number }).data_version,
    get closed() {
      return closed;
    },
    close() {
      if (closed) return;
      closed = true;
      connection.close();
    },
  };
}

function migrate(connection: DatabaseSync, file: string): void {
  connection.exec('BEGIN IMMEDIATE');
  const { user_version: version } = connection.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length) {
    connection.exec('ROLLBACK');
    connection.close();
    throw new Error(`${file}: written by a newer version (schema ${version}, this program knows ${migrations.length})`);
  }
  for (const migration of migrations.slice(version)) connection.exec(migration);
  connection.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
}
