/**
 * One member of the group `process`: its own Kafka client, InfluxDB reader, tasks and metrics. A process is one member, or each of its threads is: a
 * member neither knows nor needs any other.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Config, KafkaConfig } from '../domain/config/config.ts';
import { limitInFlight } from '../domain/in-flight.ts';
import { partitionOf, topicName } from '../domain/topics.ts';
import { connectionOf } from '../journal/kafka/connection.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import type { Journal, JournalEvent } from '../journal/port.ts';
import { createBuildingTask } from '../processors/task.ts';
import { createInfluxResults } from '../results/influx/results.ts';
import { createProcessMetrics } from './process-metrics.ts';

/** Plain data: a thread is given a copy of it. */
export interface ProcessSettings {
  readonly config: Config & { readonly kafka: KafkaConfig };
  readonly publishMs: number;
  /** Folder of the local snapshots; without it a member restores from the changelog alone. */
  readonly snapshots: string | undefined;
  /** In one member. */
  readonly restoresAtOnce: number;
}

export interface ProcessServers {
  readonly journal: Journal;
  readonly history: ReturnType<typeof createInfluxResults> | undefined;
  close(): Promise<void>;
}

const tickMs = 200;

/** Connects when first used. @throws ConfigurationError when a certificate or key cannot be read */
export function openServers({ config: { kafka, influx } }: ProcessSettings, log: Logger): ProcessServers {
  const journal = createKafkaJournal({
    ...connectionOf(kafka),
    clientId: 'releve-process',
    log: (level, message, facts) => log[level](facts, message),
  });
  const history =
    influx &&
    createInfluxResults({
      url: influx.url,
      org: influx.organisation,
      token: influx.token,
      timeoutMs: influx.timeoutMs,
    });
  return {
    journal,
    history,
    async close() {
      await journal.close();
      await history?.close();
    },
  };
}

export interface MemberOptions {
  readonly settings: ProcessSettings;
  readonly servers: ProcessServers;
  readonly registry: Registry;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Resolves when the signal has stopped it; rejects on a failure of a task itself, or where the brokers refuse us. */
export function runMember({ settings, servers, registry, log, signal }: MemberOptions): Promise<void> {
  const { config, publishMs, snapshots, restoresAtOnce } = settings;
  const { journal, history } = servers;
  const metrics = createProcessMetrics(registry);
  const gate = limitInFlight(restoresAtOnce);
  return journal.process({
    group: 'process',
    inputs: ['events', 'readings', 'telemetry'],
    tickMs,
    signal,
    onEvent(event) {
      metrics.onEvent(event);
      log[levelOf(event)](event, event.type);
    },
    createTask(partition, partitions) {
      const task = createBuildingTask({
        partition,
        buildings: config.buildings,
        watching: true,
        publishMs,
        owns: (building) => partitionOf(building, partitions) === partition,
        ...(history && { history, storedUpTo: () => journal.position('sink', 'readings', partition) }),
        onTrouble: (facts) => log.warn(facts, 'replay waits for the store'),
        onBatch: (facts) => metrics.onBatch(partition, facts),
        onTick: (lag) => metrics.onTick(partition, lag),
        ...(snapshots !== undefined && {
          snapshotPath: join(snapshots, `${topicName('state', config.kafka.prefix)}-${partition}.snapshot`),
        }),
        gate,
        onRestored({ refused, ...facts }) {
          metrics.onRestored(facts.source);
          if (refused && refused.code !== 'SNAPSHOT_MISSING')
            log.warn({ partition, ...refused }, 'local snapshot not used: the whole changelog is read');
          log.info({ partition, ...facts }, 'state');
        },
        onSnapshotTrouble: (reason) => log.warn({ partition, reason }, 'SNAPSHOT_NOT_WRITTEN'),
      });
      metrics.onTask(partition, task);
      return task;
    },
  });
}

function levelOf({ type }: JournalEvent): 'error' | 'warn' | 'info' {
  if (type === 'failed') return 'error';
  return type === 'retry' || type === 'fenced' ? 'warn' : 'info';
}
