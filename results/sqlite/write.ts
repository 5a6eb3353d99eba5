/** `ResultsWriter` on the file that is also the journal: the same rows that `process` writes. All or nothing, so nothing is ever refused. */
import { type OutgoingRecord, readingRecord } from '../../journal/port.ts';
import type { Database } from '../../journal/sqlite/database.ts';
import { insertRecords, type Tables } from '../../journal/sqlite/tables.ts';
import { isReading, isTelemetry, itemKey, type StoredItem } from '../item.ts';
import type { WriteOutcome } from '../port.ts';

export function writeItems(
  database: Database,
  tables: Tables,
  items: readonly StoredItem[],
  now: number,
): WriteOutcome {
  const records = items.map(recordOf);
  try {
    database.transaction(() => insertRecords(tables, records, now));
  } catch (error) {
    // A full disk or a file locked for long: nothing was written.
    return { outcome: 'retry', reason: String(error), afterMs: 5000 };
  }
  database.appended();
  return { outcome: 'done', refused: [] };
}

function recordOf(item: StoredItem): OutgoingRecord {
  if (isReading(item)) return readingRecord(item);
  const building = item.kind === 'pipeline' ? '' : item.building;
  return { topic: isTelemetry(item) ? 'telemetry' : 'results', key: itemKey(item), building, value: item };
}
