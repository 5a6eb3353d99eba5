/**
 * A `process` of its own for the fault tests: `node summing-process.ts BROKERS PREFIX`. Journal events as JSON lines on stdout, one line before
 * and after each batch of the task; SIGTERM stops it gracefully.
 */
import { createKafkaJournal } from '../../journal/kafka/journal.ts';
import { createSummingTask } from '../contract/summing-task.ts';

const [brokers, prefix] = process.argv.slice(2) as [string, string];
const journal = createKafkaJournal({ brokers: brokers.split(','), prefix, sessionTimeoutMs: 6000 });
const controller = new AbortController();
process.once('SIGTERM', () => controller.abort());

function say(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

await journal.process({
  group: 'summing',
  inputs: ['readings', 'events'],
  createTask: (partition) =>
    createSummingTask(partition, { onBatch: (batch) => say({ type: 'batch', partition, count: batch.length }) }),
  tickMs: 500,
  signal: controller.signal,
  onEvent: say,
});
await journal.close();
