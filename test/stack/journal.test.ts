import { describe, inject } from 'vitest';
import { createKafka } from '../../journal/kafka/client.ts';
import { ensureTopics } from '../../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../../journal/kafka/journal.ts';
import type { Journal } from '../../journal/port.ts';
import { journalContract } from '../contract/journal.contract.ts';

let count = 0;

describe('the Kafka journal keeps the contract', () => {
  journalContract(async () => {
    const { brokers } = inject('kafka');
    const prefix = `journal-${process.pid}-${++count}`;
    const admin = createKafka({ brokers }).admin();
    await admin.connect();
    await ensureTopics(admin, { prefix, partitions: 4, replicationFactor: 1 });
    await admin.disconnect();
    const open = (): Journal => createKafkaJournal({ brokers, prefix, sessionTimeoutMs: 6000 });
    const journals = [open()];
    return {
      journal: journals[0]!,
      async connect() {
        const journal = open();
        journals.push(journal);
        return journal;
      },
      async close() {
        for (const journal of journals) await journal.close();
      },
    };
  });
});
