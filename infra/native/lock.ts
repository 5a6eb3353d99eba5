/**
 * One holder at a time, between processes: an exclusive transaction on an empty SQLite file. The kernel lets the lock
 * go when its holder dies, so that no stale lock has to be recognised.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const retryMs = 500;

/** Runs `work` while holding the lock of that file; waits without end for another holder, after one call of `onWait`. */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    for (let tries = 0; !take(database); tries++) {
      if (tries === 0) onWait();
      await sleep(retryMs);
    }
    return await work();
  } finally {
    database.close();
  }
}

function take(database: DatabaseSync): boolean {
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && /database is locked/.test(error.message)) return false;
    throw error;
  }
}
