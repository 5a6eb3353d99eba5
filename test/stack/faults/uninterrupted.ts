/** What the embedded mode makes of the same records without interruption, in memory. */

import { startProcessing } from '../../../bin/embedded.ts';
import type { Building } from '../../../domain/building.ts';
import type { Journal, OutgoingRecord } from '../../../journal/port.ts';
import type { Account } from '../../../processors/account.ts';
import { openSqliteStore } from '../../../results/sqlite/open.ts';
import { type ComparedResults, comparedResults } from './compare.ts';

export interface Uninterrupted {
  readonly results: ReadonlyMap<string, ComparedResults>;
  readonly account: Account;
  /** Records of the topic `readings`. */
  readonly readings: number;
}

const recordsAtOnce = 5000;

/** Every reading and declared event of the journals, in their order; results whose windows begin in the range. */
export async function runUninterrupted(
  journals: readonly Journal[],
  buildings: readonly Building[],
  range: { readonly from: number; readonly to: number },
): Promise<Uninterrupted> {
  const store = openSqliteStore(':memory:');
  const processing = startProcessing({ store, buildings, watching: true });
  try {
    // A live system: it watches before the first reading comes.
    await processing.drained();
    let readings = 0;
    for (const journal of journals) readings += await copyRecords(journal, store.journal);
    await processing.drained();
    const results = new Map<string, ComparedResults>();
    for (const { id } of buildings) results.set(id, await comparedResults(store.results, id, range));
    return { results, account: processing.task()!.account(), readings };
  } finally {
    await processing.stop();
    store.close();
  }
}

/** The number of records of the topic `readings`. */
async function copyRecords(from: Journal, to: Journal): Promise<number> {
  let readings = 0;
  for (const topic of ['events', 'readings'] as const) {
    for (let partition = 0; partition < (await from.partitions(topic)); partition++) {
      for await (const batch of from.read(topic, partition)) {
        if (topic === 'readings') readings += batch.length;
        for (let first = 0; first < batch.length; first += recordsAtOnce)
          await to.append(batch.slice(first, first + recordsAtOnce).map(outgoing));
      }
    }
  }
  return readings;
}

/** What is no JSON travels as a text that is none of our records either. */
function outgoing({
  topic,
  key,
  value,
  raw,
}: {
  topic: OutgoingRecord['topic'];
  key: string;
  value: unknown;
  raw?: string | undefined;
}): OutgoingRecord {
  return { topic, key, building: key, value: (value === undefined ? { raw } : value) as object | null };
}
