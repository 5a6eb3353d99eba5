/** `releve process`: readings from Kafka to results in Kafka, exactly once. As many at once as there are partitions. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { Config } from '../domain/config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { limitInFlight } from '../domain/in-flight.ts';
import { partitionOf, topicName } from '../domain/topics.ts';
import { connectionOf } from '../journal/kafka/connection.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import { createBuildingTask } from '../processors/task.ts';
import { createInfluxResults } from '../results/influx/results.ts';
import { createLogger } from './logger.ts';
import { startOperations } from './operations.ts';
import { type CommonOptions, configurationOf, dataDirectory } from './options.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { longestStopMs, onShutdown } from './shutdown.ts';

interface ProcessCommandOptions extends CommonOptions {
  readonly operationsPort?: string;
  readonly publishMs: string;
}

const tickMs = 200;
/** One computes while another one fetches. */
const restoresAtOnce = 2;

export function registerProcess(program: Command): void {
  program
    .command('process')
    .description(
      'transforme les relevés de Kafka en résultats, exactement une fois ; autant de processus que de partitions',
    )
    .option('--operations-port <n>', 'santé et métriques Prometheus sur ce port')
    .option('--publish-ms <n>', 'publie au plus à ce rythme tant que des relevés arrivent', '1000')
    .addHelpText('after', '\nExemple :\n  releve process -c releve.yaml --operations-port 9101')
    .action(async (options: ProcessCommandOptions) => {
      await runProcess(options);
    });
}

async function runProcess(options: ProcessCommandOptions): Promise<void> {
  const config = configurationOf(options);
  const { kafka, influx, buildings } = config;
  if (!kafka)
    throw new ConfigurationError(['kafka: missing, process needs a broker (the embedded mode is `releve run`)']);
  const log = createLogger('process');
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
  const registry = new Registry();
  const metrics = createProcessMetrics(registry);
  const shutdown = onShutdown(longestStopMs);
  const gate = limitInFlight(restoresAtOnce);
  const snapshots = snapshotFolder(options, config, log);
  const operations =
    options.operationsPort === undefined
      ? undefined
      : await startOperations({
          host: config.api.host,
          port: Number(options.operationsPort),
          registry,
          readiness: { kafka: () => journal.check(), ...(history && { influx: () => history.check() }) },
        });
  try {
    await journal.process({
      group: 'process',
      inputs: ['events', 'readings', 'telemetry'],
      tickMs,
      signal: shutdown.signal,
      onEvent(event) {
        metrics.onEvent(event);
        log[event.type === 'failed' ? 'error' : event.type === 'retry' || event.type === 'fenced' ? 'warn' : 'info'](
          event,
          event.type,
        );
      },
      createTask(partition, partitions) {
        const task = createBuildingTask({
          partition,
          buildings,
          watching: true,
          publishMs: Number(options.publishMs),
          owns: (building) => partitionOf(building, partitions) === partition,
          ...(history && { history, storedUpTo: () => journal.position('sink', 'readings', partition) }),
          onTrouble: (facts) => log.warn(facts, 'replay waits for the store'),
          onBatch: (facts) => metrics.onBatch(partition, facts),
          onTick: (lag) => metrics.onTick(partition, lag),
          ...(snapshots && {
            snapshotPath: join(snapshots, `${topicName('state', kafka.prefix)}-${partition}.snapshot`),
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
        metrics.assigned(partition, task);
        return task;
      },
    });
    process.exitCode = 130;
  } finally {
    await operations?.close();
    await journal.close();
    await history?.close();
  }
}

/** Without a folder of its own a process restores from the changelog alone. */
function snapshotFolder(options: CommonOptions, config: Config, log: Logger): string | undefined {
  try {
    return join(dataDirectory(options, config), 'state');
  } catch (error) {
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'SNAPSHOT_NOT_WRITTEN');
    return undefined;
  }
}
