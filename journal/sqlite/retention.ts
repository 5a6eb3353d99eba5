/**
 * Retention by deletion from the old end of each log, a little at a time so that nobody waits. `readings` also answer for load
 * curves, so they stay as long as InfluxDB keeps them (`releve_raw`). Everything counts from when it was stored.
 */
import { buckets } from '../../domain/measurements.ts';
import { topicNames, topics } from '../../domain/topics.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

export interface Retention {
  /** Removes a little where an hour has passed since it last looked, or where it had left some. Outside transactions. */
  step(now: number): void;
}

const rowsAtOnce = 2000;
const everyMs = 3_600_000;

export function createRetention(database: Database, tables: Tables): Retention {
  let next = Number.NEGATIVE_INFINITY;
  return {
    step(now) {
      if (now < next) return;
      next = now + everyMs;
      database.transaction(() => {
        for (const name of topicNames) {
          const kept = name === 'readings' ? buckets.releve_raw.retentionSeconds * 1000 : topics[name].retentionMs;
          if (kept === null) continue;
          if (tables[name].expire(now - kept, rowsAtOnce) === rowsAtOnce) next = now;
        }
      });
    },
  };
}
