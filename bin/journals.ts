/** Which journal and results a configuration means: Kafka and InfluxDB where it names them, one SQLite file otherwise. */
import type { Config } from '../domain/config/config.ts';
import { connectionOf } from '../journal/kafka/connection.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import type { Journal } from '../journal/port.ts';
import { createInfluxResults } from '../results/influx/results.ts';
import type { ResultsStore } from '../results/port.ts';
import { openSqliteStore } from '../results/sqlite/open.ts';
import type { Store } from './embedded.ts';
import { databaseFile } from './options.ts';

export interface OpenJournal {
  readonly journal: Journal;
  /** The embedded store; undefined in the distributed mode. */
  readonly store: Store | undefined;
  close(): Promise<void>;
}

export function openJournal(config: Config, directory: string): OpenJournal {
  if (config.kafka) {
    const journal = createKafkaJournal(connectionOf(config.kafka));
    return { journal, store: undefined, close: () => journal.close() };
  }
  const store = openSqliteStore(databaseFile(directory));
  return { journal: store.journal, store, close: async () => store.close() };
}

export interface OpenResults {
  readonly results: ResultsStore;
  close(): Promise<void>;
}

export function openResults(config: Config, directory: string): OpenResults {
  if (config.influx) {
    const { url, organisation, token, timeoutMs } = config.influx;
    const results = createInfluxResults({ url, org: organisation, token, timeoutMs });
    return { results, close: () => results.close() };
  }
  const store = openSqliteStore(databaseFile(directory));
  return { results: store.results, close: async () => store.close() };
}
