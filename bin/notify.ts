/** `releve notify`: tells tenants and the syndic of anomalies, from Kafka. Maintenance is told by Grafana's alert rules there. */
import type { Command } from 'commander';
import { Counter, Registry } from 'prom-client';
import { systemClock } from '../domain/clock.ts';
import type { Config } from '../domain/config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { connectionOf } from '../journal/kafka/connection.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import { type NotifierEvent, startNotifier } from '../notify/notifier.ts';
import { createLogger } from './logger.ts';
import { logNotifier, warnOfGaps } from './notifier-log.ts';
import { startOperations } from './operations.ts';
import { type CommonOptions, configurationOf } from './options.ts';
import { onShutdown } from './shutdown.ts';

interface NotifyCommandOptions extends CommonOptions {
  readonly operationsPort?: string;
}

const exitInterrupted = 130;

/** Adds the command to the program. */
export function registerNotify(program: Command): void {
  program
    .command('notify')
    .description('prévient locataires et syndic des anomalies, par courriel ou webhook signé, depuis Kafka')
    .option('--operations-port <n>', 'santé et métriques Prometheus sur ce port')
    .addHelpText('after', '\nExemple :\n  npm run -s releve -- notify -c releve.yaml --operations-port 9103')
    .action(async (options: NotifyCommandOptions) => {
      const config = configurationOf(options);
      const shutdown = onShutdown();
      await notify(
        config,
        shutdown.signal,
        options.operationsPort === undefined ? undefined : Number(options.operationsPort),
      );
      process.exitCode = exitInterrupted;
    });
}

/** Runs until the signal; rejects on what no retry mends. */
export async function notify(config: Config, signal: AbortSignal, operationsPort?: number): Promise<void> {
  if (!config.kafka) throw new ConfigurationError(['kafka: missing, notify reads results from a broker']);
  const log = createLogger('notify');
  warnOfGaps(config, log);
  const journal = createKafkaJournal({
    ...connectionOf(config.kafka),
    clientId: 'releve-notify',
    log: (level, message, facts) => log[level](facts, message),
  });
  const registry = new Registry();
  const count = countEvents(registry);
  const operations =
    operationsPort === undefined
      ? undefined
      : await startOperations({
          host: config.api.host,
          port: operationsPort,
          registry,
          readiness: { kafka: () => journal.check() },
        });
  const notifier = startNotifier({
    journal,
    buildings: config.buildings,
    notifications: config.notifications,
    publicUrl: config.api.publicUrl,
    mode: 'distributed',
    clock: systemClock,
    onEvent(event) {
      count(event);
      logNotifier(log, event);
    },
  });
  try {
    await Promise.race([notifier.done, aborted(signal)]);
  } finally {
    await notifier.stop();
    await operations?.close();
    await journal.close();
  }
}

function countEvents(registry: Registry): (event: NotifierEvent) => void {
  const events = new Counter({
    name: 'releve_notify_events_total',
    help: 'Messages due, sent, put off, refused, given up, withdrawn; anomalies that nobody could be told of',
    labelNames: ['type'],
    registers: [registry],
  });
  return ({ type }) => events.inc({ type });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
