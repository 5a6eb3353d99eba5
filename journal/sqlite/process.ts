/**
 * `process` on SQLite: read a batch, apply it, write what comes out, all of it in one transaction.
 *
 * The position is what the task's own state says, so nothing else is stored. Each start of a group takes the next epoch in `owners`, and every
 * transaction checks it: a second process on the same file takes over, and the first stops instead of counting twice.
 */
import type { Clock } from '../../domain/clock.ts';
import type { TopicName } from '../../domain/topics.ts';
import type { JournalRecord, OutgoingRecord, Positions, ProcessOptions } from '../port.ts';
import type { Database } from './database.ts';
import { insertRecords, type Tables } from './tables.ts';
import { onlyPartition, type TopicTable } from './topic-table.ts';
import { waitForRecords, yieldTurn } from './wait.ts';

const recordsAtOnce = 20_000;

export async function processOnSqlite(
  database: Database,
  tables: Tables,
  clock: Clock,
  options: ProcessOptions,
): Promise<void> {
  const epoch = takeOwnership(database, options.group);
  const checkOwner = database.connection.prepare('SELECT epoch FROM owners WHERE consumer = ?');
  options.onEvent?.({ type: 'assigned', partition: onlyPartition });

  const task = options.createTask(onlyPartition, 1);
  await task.restore(readToEnd(tables.state));
  const next = startPositions(task.positions(), options.inputs);
  options.onEvent?.({ type: 'restored', partition: onlyPartition, facts: { positions: { ...next } } });

  function commit(apply: (now: number) => readonly OutgoingRecord[]): void {
    const now = clock.now();
    const count = database.transaction(() => {
      if ((checkOwner.get(options.group) as { epoch: number }).epoch !== epoch) throw new OwnershipLost(options.group);
      const outgoing = apply(now);
      insertRecords(tables, outgoing, now);
      return outgoing.length;
    });
    if (count > 0) database.appended();
  }

  let ticked = clock.now();
  try {
    while (!options.signal.aborted) {
      const batch = readInputs(tables, next);
      if (batch.length > 0) {
        commit((now) => task.process(batch, now));
        for (const record of batch) next.set(record.topic, record.offset + 1);
      }
      const now = clock.now();
      // A clock set back must not silence the ticks.
      if (now - ticked >= options.tickMs || now < ticked) {
        ticked = now;
        const lag = lagOf(tables, next);
        commit(() => task.tick(now, lag));
      }
      const maintenance = batch.length === 0 ? (task.maintain?.(now) ?? null) : null;
      if (maintenance) {
        const records = await maintenance;
        commit(() => records);
      }
      if (batch.length > 0) await yieldTurn();
      else await waitForRecords(database, Math.max(1, ticked + options.tickMs - clock.now()), options.signal);
    }
  } catch (error) {
    options.onEvent?.({
      type: error instanceof OwnershipLost ? 'fenced' : 'failed',
      partition: onlyPartition,
      facts: { reason: String(error) },
    });
    throw error;
  }
}

/** Another process has taken over the group on this file. */
export class OwnershipLost extends Error {
  override readonly name = 'OwnershipLost';
  constructor(group: string) {
    super(`another process has started group ${group} on the same file: one of the two is too many`);
  }
}

function takeOwnership(database: Database, group: string): number {
  const take = database.connection.prepare(
    'INSERT INTO owners (consumer, epoch) VALUES (?, 1) ON CONFLICT (consumer) DO UPDATE SET epoch = epoch + 1 RETURNING epoch',
  );
  return database.transaction(() => (take.get(group) as { epoch: number }).epoch);
}

function startPositions(positions: Positions, inputs: readonly TopicName[]): Map<TopicName, number> {
  return new Map(inputs.map((topic) => [topic, positions[topic] ?? 0]));
}

/** The next records of all inputs, topic after topic in the order asked for. */
function readInputs(tables: Tables, next: ReadonlyMap<TopicName, number>): JournalRecord[] {
  let batch: JournalRecord[] = [];
  for (const [topic, from] of next) {
    if (from >= tables[topic].end()) continue;
    const records = tables[topic].read(from, recordsAtOnce - batch.length);
    batch = batch.length === 0 ? records : batch.concat(records);
    if (batch.length >= recordsAtOnce) break;
  }
  return batch;
}

function lagOf(tables: Tables, next: ReadonlyMap<TopicName, number>): number {
  let lag = 0;
  for (const [topic, from] of next) lag += Math.max(0, tables[topic].end() - Math.max(from, 1));
  return lag;
}

async function* readToEnd(table: TopicTable): AsyncGenerator<readonly JournalRecord[]> {
  let from = 0;
  for (;;) {
    const records = table.read(from, recordsAtOnce);
    if (records.length === 0) return;
    yield records;
    from = records.at(-1)!.offset + 1;
  }
}
