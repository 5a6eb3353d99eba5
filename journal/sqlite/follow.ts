/** `follow` on SQLite: at least once, the position of each group and topic in a table, moved after the handler has resolved. */
import { type TopicName, topics } from '../../domain/topics.ts';
import type { FollowOptions, JournalRecord } from '../port.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';
import { sleep, waitForRecords, yieldTurn } from './wait.ts';

const recordsAtOnce = 1000;
const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** With nothing appended a look once a minute costs nothing. */
const idleMs = 60_000;

export async function followOnSqlite(database: Database, tables: Tables, options: FollowOptions): Promise<void> {
  const save = database.connection.prepare(
    'INSERT INTO positions (consumer, topic, next) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next',
  );
  const next = new Map<TopicName, number>();
  for (const topic of options.topics) {
    next.set(topic, positionOnSqlite(database, options.group, topic));
  }
  options.onEvent?.({ type: 'assigned', partition: 0, facts: { positions: Object.fromEntries(next) } });

  while (!options.signal.aborted) {
    let quiet = true;
    for (const topic of options.topics) {
      const from = next.get(topic)!;
      const batch = from < tables[topic].end() ? tables[topic].read(from, recordsAtOnce) : [];
      if (batch.length === 0) continue;
      quiet = false;
      if (!(await handled(tables, options, batch))) return;
      const after = batch.at(-1)!.offset + 1;
      database.transaction(() => save.run(options.group, topic, after));
      next.set(topic, after);
      await yieldTurn();
    }
    if (quiet) await waitForRecords(database, idleMs, options.signal);
  }
}

/** The next offset that the group has not handled yet. */
export function positionOnSqlite(database: Database, group: string, topic: TopicName): number {
  const load = database.connection.prepare('SELECT next FROM positions WHERE consumer = ? AND topic = ?');
  return (load.get(group, topic) as { next: number } | undefined)?.next ?? 0;
}

/** Hands the batch over until it is taken; false where it was stopped before. */
async function handled(tables: Tables, options: FollowOptions, batch: readonly JournalRecord[]): Promise<boolean> {
  const { topic, offset } = batch.at(-1)!;
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(2 * retryMs, longestRetryMs)) {
    try {
      await options.handle(batch, tables[topic].end() - offset - 1, options.signal);
      return true;
    } catch (error) {
      options.onEvent?.({
        type: 'retry',
        facts: { topic: topics[topic].name, offset: batch[0]!.offset, reason: String(error), retryMs },
      });
    }
    await sleep(retryMs, options.signal);
    if (options.signal.aborted) return false;
  }
}
