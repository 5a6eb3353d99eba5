/** Waiting for records: at once for those of this process, by polling for those of others. */
import type { Database } from './database.ts';

/** How soon records appended by another process are seen. */
const pollMs = 250;

/** Resolves when something may have been appended, after `timeoutMs`, or when aborted. Call it with no await since the last read. */
export function waitForRecords(database: Database, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const version = database.foreignVersion();
    const stopListening = database.onAppended(finish);
    const poll = setInterval(() => {
      if (database.closed || database.foreignVersion() !== version) finish();
    }, pollMs);
    const timer = setTimeout(finish, timeoutMs);
    signal.addEventListener('abort', finish, { once: true });
    function finish(): void {
      clearInterval(poll);
      clearTimeout(timer);
      stopListening();
      signal.removeEventListener('abort', finish);
      resolve();
    }
  });
}

/** Lets timers and sockets of this process have their turn. */
export function yieldTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function sleep(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(finish, durationMs);
    signal.addEventListener('abort', finish, { once: true });
    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    }
  });
}
