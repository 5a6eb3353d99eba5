/** `releve sink`: results, readings and telemetry from Kafka into InfluxDB. As many at once as there are partitions. */
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from '../domain/clock.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { connectionOf } from '../journal/kafka/connection.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import { runSink, SinkStopped } from '../processors/sink.ts';
import type { SinkEvent } from '../processors/sink-events.ts';
import { createInfluxResults } from '../results/influx/results.ts';
import { createLogger } from './logger.ts';
import { startOperations } from './operations.ts';
import { type CommonOptions, configurationOf } from './options.ts';
import { longestStopMs, onShutdown } from './shutdown.ts';
import { createSinkMetrics } from './sink-metrics.ts';

interface SinkCommandOptions extends CommonOptions {
  readonly operationsPort?: string;
}

/** Adds the command to the program. */
export function registerSink(program: Command): void {
  program
    .command('sink')
    .description('écrit les résultats, relevés et états de Kafka dans InfluxDB ; plusieurs se partagent le travail')
    .option('--operations-port <n>', 'santé et métriques Prometheus sur ce port')
    .addHelpText('after', '\nExemple :\n  releve sink -c releve.yaml --operations-port 9102')
    .action(async (options: SinkCommandOptions) => {
      await sink(options);
    });
}

async function sink(options: SinkCommandOptions): Promise<void> {
  const config = configurationOf(options);
  const { kafka, influx } = config;
  if (!kafka || !influx) {
    throw new ConfigurationError([
      ...(kafka ? [] : ['kafka: missing, the sink needs a broker']),
      ...(influx ? [] : ['influx: missing, the sink needs a store']),
    ]);
  }
  const log = createLogger('sink');
  const journal = createKafkaJournal({
    ...connectionOf(kafka),
    clientId: 'releve-sink',
    log: (level, message, facts) => log[level](facts, message),
  });
  const { url, organisation: org, token, timeoutMs } = influx;
  const results = createInfluxResults({ url, org, token, timeoutMs });
  const registry = new Registry();
  const count = createSinkMetrics(registry);
  const { signal } = onShutdown(longestStopMs);
  const operations =
    options.operationsPort === undefined
      ? undefined
      : await startOperations({
          host: config.api.host,
          port: Number(options.operationsPort),
          registry,
          readiness: { kafka: () => journal.check(), influx: () => results.check() },
        });
  const onEvent = (event: SinkEvent): void => {
    count(event);
    logEvent(log, event);
  };
  try {
    await runSink({ journal, results, clock: systemClock, signal, onEvent });
    process.exitCode = 130;
  } catch (error) {
    if (!(error instanceof SinkStopped)) throw error;
    log.fatal({ reason: error.message }, 'InfluxDB refuses the sink: check its token, organisation and buckets');
    process.exitCode = 1;
  } finally {
    await operations?.close();
    await journal.close();
    await results.close();
  }
}

function logEvent(log: Logger, event: SinkEvent): void {
  const { type, ...facts } = event;
  if (type === 'written') log.debug(facts, type);
  else if (type === 'retry' || type === 'dead_letters') log.warn(facts, type);
  else if (type === 'stop') log.error(facts, type);
  else log.info(facts, type);
}
