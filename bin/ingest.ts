/** `releve ingest`: the meters of every configured bus into Kafka, with a spool on disk for when the broker is away. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import pino from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from '../domain/clock.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { openInvocationStore } from '../ingest/invocation-store.ts';
import { createIngest, type IngestEvent } from '../ingest/pipeline.ts';
import { openSpool } from '../ingest/spool.ts';
import { connectionOf } from '../journal/kafka/connection.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import { createDeclaredNow, declaredLog, keepDeclared } from './declared-now.ts';
import { createIngestMetrics } from './ingest-metrics.ts';
import { ingestTelemetry } from './ingest-telemetry.ts';
import { startOperations } from './operations.ts';
import { type CommonOptions, configurationOf, dataDirectory } from './options.ts';

const lastWordMs = 1000;
/** Longest that the first reading waits for what is declared. */
const patienceMs = 5000;
const tellEveryMs = 60_000;

interface IngestCommandOptions extends CommonOptions {
  readonly operationsPort?: string;
  readonly bus?: readonly string[];
}

/** Adds the command to the program. */
export function registerIngest(program: Command): void {
  program
    .command('ingest')
    .description(
      'lit les compteurs de tous les bus et confie les relevés à Kafka ; un tampon sur disque quand il est absent',
    )
    .option('--bus <bus...>', 'seulement ces bus (défaut : tous)')
    .option('--operations-port <n>', 'santé et métriques Prometheus sur ce port')
    .addHelpText(
      'after',
      '\nExemple :\n  $ releve ingest -c releve.yaml --data-dir /var/lib/releve --operations-port 9100',
    )
    .action(async (options: IngestCommandOptions) => {
      const stop = new AbortController();
      const interrupt = (): void => stop.abort();
      process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
      try {
        process.exitCode = (await ingest(options, stop.signal)) ? 130 : 1;
      } finally {
        process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      }
    });
}

/** Runs until the signal. True: everything acknowledged is durable. Throws ConfigurationError. */
export async function ingest(options: IngestCommandOptions, signal: AbortSignal): Promise<boolean> {
  const config = configurationOf(options);
  const { kafka } = config;
  const unknown = (options.bus ?? []).filter((id) => !config.buses.some((bus) => bus.id === id));
  const problems = [
    ...(kafka ? [] : ['kafka: missing, ingest needs a broker (the embedded mode is `releve run`)']),
    ...(config.buses.length > 0 ? [] : ['buses: none is configured']),
    ...unknown.map((id) => `--bus: no bus "${id}"`),
  ];
  if (!kafka || problems.length > 0) throw new ConfigurationError(problems);
  const log = pino({ base: { component: 'ingest' } }, pino.destination(2));
  const journal = createKafkaJournal({
    ...connectionOf(kafka),
    clientId: 'releve-ingest',
    log: (level, message, facts) => log[level](facts, message),
  });
  const directory = dataDirectory(options, config);
  const invocations = openInvocationStore({ file: join(directory, 'invocations.json') });
  if (invocations.damaged) log.warn('invocations.json is not readable: the counters of the pushes begin anew');
  const buses = config.buses.filter(({ id }) => options.bus?.includes(id) ?? true);
  const declared = createDeclaredNow(config.buildings, journal, join(directory, 'declared.json'));
  const running = createIngest({
    buildings: config.buildings,
    buses,
    journal,
    spool: openSpool({ directory: join(directory, 'spool') }),
    invocations,
    configurationFile: options.config,
    eventsOf: (building) => declared.eventsOf(building),
  });
  const registry = new Registry();
  const count = createIngestMetrics(registry, () => running.counts);
  const told = running.events$.subscribe((event) => {
    count(event);
    logEvent(log, event);
  });
  const operations =
    options.operationsPort === undefined
      ? undefined
      : await startOperations({
          host: config.api.host,
          port: Number(options.operationsPort),
          registry,
          readiness: { kafka: () => journal.check() },
        });
  const telemetry = ingestTelemetry(
    buses.map(({ id }) => id),
    () => running.counts,
    systemClock.now(),
  );
  // A point that cannot be told is left out: its absence is what the alert sees.
  const telling = setInterval(() => {
    const value = telemetry(systemClock.now());
    const record = { topic: 'telemetry', key: `ingest/${value.partition}`, building: 'pipeline', value } as const;
    journal.append([record]).catch(() => undefined);
  }, tellEveryMs);
  // What is declared comes before the first reading, but a broker that is away keeps no meter waiting.
  const declaring = keepDeclared(declared, { signal, ...declaredLog(log) });
  await Promise.race([declaring.first, sleep(patienceMs, undefined, { ref: false }), aborted(signal)]);
  running.start();
  log.info({ buses: config.buses.length, spooled: running.counts.spooled }, 'started');
  await aborted(signal);
  clearInterval(telling);
  const isDurable = await running.stop();
  told.unsubscribe();
  if (invocations.failure !== null) log.error({ reason: invocations.failure }, 'invocations.json is not written');
  log.info({ ...running.counts, isDurable }, 'stopped');
  // What is durable needs no broker any more; a request to one that is away is not waited for.
  setTimeout(() => process.exit(isDurable ? 130 : 1), lastWordMs).unref();
  await operations?.close();
  await journal.close();
  return isDurable;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function logEvent(log: pino.Logger, event: IngestEvent): void {
  switch (event.kind) {
    case 'reading':
      log.debug({ bus: event.bus, meter: event.reading.meter }, event.kind);
      break;
    case 'acknowledged':
      log.debug({ records: event.records.length, in: event.in }, event.kind);
      break;
    case 'cycle':
      log.debug({ bus: event.bus, ...event.cycle }, event.kind);
      break;
    case 'health':
      log.info({ ...event.health }, event.kind);
      break;
    case 'link':
      log.info({ bus: event.bus, ...event.status }, event.kind);
      break;
    case 'refused':
      log.error({ records: event.records.length }, 'SPOOL_FULL');
      break;
    case 'spool_failed':
      log.error({ reason: event.reason }, event.kind);
      break;
    case 'reject': {
      const { frames: _frames, ...facts } = event.reject;
      log.warn(facts, event.kind);
      break;
    }
    default: {
      const { kind, ...facts } = event;
      log.warn(facts, kind);
    }
  }
}
