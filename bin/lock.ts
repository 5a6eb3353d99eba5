/**
 * Who processes a data folder: one program at a time; another one may still append to its journal.
 *
 * The lock is the operating system's on a file, taken through an SQLite transaction that is never committed: it is gone with the process however
 * that ended, whoever has its process number afterwards.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Lock {
  release(): void;
}

const busy = 5;

/** Null: a living program holds it. */
export function takeLock(directory: string): Lock | null {
  const database = new DatabaseSync(join(directory, 'releve.lock'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === busy) return null;
    throw error;
  }
}
