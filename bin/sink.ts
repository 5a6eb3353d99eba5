/** `releve sink`: results, readings and telemetry from Kafka into InfluxDB. As many at once as there are partitions. */
import type { Command } from 'commander';
import pino from 'pino';
import { systemClock } from '../domain/clock.ts';
import type { Config } from '../domain/config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import { kafkaOptions } from '../journal/kafka/options.ts';
import { runSink, type SinkEvent, SinkStopped } from '../processors/sink.ts';
import { createInfluxResults } from '../results/influx/results.ts';
import { loadConfiguration } from './configuration.ts';

const exitFailed = 1;
const exitUsage = 2;
const exitInterrupted = 130;

/** Adds the command to the program. */
export function registerSink(program: Command): void {
  program
    .command('sink')
    .description(
      'écrit les résultats, relevés et états de Kafka dans InfluxDB ; plusieurs à la fois se partagent le travail',
    )
    .addHelpText('after', '\nExemple :\n  releve sink -c releve.yaml\n')
    .action(async (_options: object, command: Command) => {
      const { config: path } = command.optsWithGlobals<{ config?: string }>();
      const stop = new AbortController();
      const interrupt = (): void => stop.abort();
      process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
      try {
        await sink(loadConfiguration(path), stop.signal);
        process.exitCode ??= exitInterrupted;
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = exitUsage;
      } finally {
        process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      }
    });
}

/** Runs until the signal; a store that refuses us sets the exit code. */
export async function sink(config: Config, signal: AbortSignal): Promise<void> {
  const { kafka, influx } = config;
  const problems = [
    ...(kafka ? [] : ['kafka: missing, the sink needs a broker']),
    ...(influx ? [] : ['influx: missing, the sink needs a store']),
  ];
  if (!kafka || !influx) throw new ConfigurationError(problems);
  const log = pino({ base: { component: 'sink' } }, pino.destination(2));
  const journal = createKafkaJournal({
    ...kafkaOptions(kafka),
    clientId: 'releve-sink',
    log: (level, message, facts) => log[level](facts, message),
  });
  const results = createInfluxResults({
    url: influx.url,
    org: influx.organisation,
    token: influx.token,
    timeoutMs: influx.timeoutMs,
  });
  try {
    await runSink({ journal, results, clock: systemClock, signal, onEvent: (event) => logEvent(log, event) });
  } catch (error) {
    if (!(error instanceof SinkStopped)) throw error;
    log.fatal({ reason: error.message }, 'InfluxDB refuses the sink: check its token, organisation and buckets');
    process.exitCode = exitFailed;
  } finally {
    await journal.close();
    await results.close();
  }
}

function logEvent(log: pino.Logger, event: SinkEvent): void {
  const { type, ...facts } = event;
  if (type === 'written') log.debug(facts, type);
  else if (type === 'retry' || type === 'dead_letters') log.warn(facts, type);
  else if (type === 'stop') log.error(facts, type);
  else log.info(facts, type);
}
