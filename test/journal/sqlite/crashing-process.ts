/** Appends to a SQLite journal and processes it until it is killed: `node crashing-process.ts FILE`. Says how many appended records are durable. */
import { openSqliteStore } from '../../../results/sqlite/open.ts';
import { readingRecord } from '../../contract/journal.contract.ts';
import { createSummingTask } from '../../contract/summing-task.ts';

const { journal } = openSqliteStore(process.argv[2]!);
const processing = journal.process({
  group: 'summing',
  inputs: ['readings'],
  createTask: (partition) => createSummingTask(partition),
  tickMs: 50,
  signal: new AbortController().signal,
});
for (let appended = 0; ; ) {
  await journal.append(Array.from({ length: 40 }, () => readingRecord(`B${appended % 5}`, appended++)));
  process.stdout.write(`${appended}\n`);
  await new Promise((resolve) => setImmediate(resolve));
  if (appended > 1_000_000) break;
}
await processing;
