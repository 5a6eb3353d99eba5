/**
 * `releve api`: the seed's routes and the page over InfluxDB. On SIGHUP the configuration is read anew: tokens left out are revoked at
 * once. Declared move-ins and move-outs come from Kafka, where there is one, each minute: they decide what a tenant may see, so tenants
 * wait (503) until they were read once, and a broker that is away later changes nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createApiServer } from '../api/server.ts';
import type { Building } from '../domain/building.ts';
import { systemClock } from '../domain/clock.ts';
import type { Config } from '../domain/config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { connectionOf } from '../journal/kafka/connection.ts';
import { createKafkaJournal } from '../journal/kafka/journal.ts';
import type { Journal } from '../journal/port.ts';
import { createInfluxResults } from '../results/influx/results.ts';
import { withJournalEvents } from './declared.ts';
import { createLogger } from './logger.ts';
import { type CommonOptions, configurationOf } from './options.ts';
import { longestStopMs, onShutdown } from './shutdown.ts';
import { unsubscribing } from './unsubscribing.ts';

interface ApiCommandOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: string;
}

const eventsEveryMs = 60_000;
/** Until the declared events were read once. */
const firstRetryMs = 5_000;
/** Longest that a start waits for the broker before it listens. */
const patienceMs = 5_000;

export function registerApi(program: Command): void {
  program
    .command('api')
    .description('sert les routes HTTP et la page du syndic depuis InfluxDB')
    .option('--host <adresse>', 'adresse d’écoute (défaut : celle de la configuration)')
    .option('--port <n>', 'port d’écoute (défaut : celui de la configuration)')
    .addHelpText('after', '\nExemple :\n  releve api -c releve.yaml --port 8080')
    .action(async (options: ApiCommandOptions) => {
      await runApi(options);
    });
}

async function runApi(options: ApiCommandOptions): Promise<void> {
  let config = configurationOf(options);
  const { influx, kafka } = config;
  if (!influx) throw new ConfigurationError(['influx: missing, the API answers from it (embedded: `releve run`)']);
  const port = options.port === undefined ? config.api.port : Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new ConfigurationError(['--port: not a port']);
  const log = createLogger('api');
  const shutdown = onShutdown(longestStopMs);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const results = createInfluxResults({
    url: influx.url,
    org: influx.organisation,
    token: influx.token,
    timeoutMs: influx.timeoutMs,
  });
  const journal = kafka && createKafkaJournal({ ...connectionOf(kafka), clientId: 'releve-api' });
  let occupanciesKnown = journal === undefined;
  const server = await createApiServer({
    reader: results,
    buildings: config.buildings,
    occupanciesKnown: () => occupanciesKnown,
    clock: systemClock,
    tokens: config.api.tokens,
    registry,
    readiness: { influxdb: () => results.check(), ...(journal && { kafka: () => journal.check() }) },
    audit: (line) => log.info(line, 'audit'),
    logger: log,
    https: config.api.publicUrl?.startsWith('https:') ?? false,
    trustedProxies: config.api.trustedProxies ?? [],
    ...(journal && unsubscribing(config.notifications.unsubscribeSecret, () => config.buildings, journal)),
  });
  const readEvents = async (): Promise<void> => {
    const buildings = await declaredBuildings(config, journal, log);
    if (!buildings) return;
    server.reload({ buildings });
    occupanciesKnown = true;
  };
  const reload = async (): Promise<void> => {
    config = reread(options, config, log);
    server.reload({ tokens: config.api.tokens });
    await readEvents();
  };
  let timer: NodeJS.Timeout | undefined;
  const later = (): void => {
    timer = setTimeout(() => void reload().finally(later), occupanciesKnown ? eventsEveryMs : firstRetryMs);
  };
  const onHangUp = (): void => void reload();
  process.on('SIGHUP', onHangUp);
  try {
    await Promise.race([readEvents(), sleep(patienceMs, undefined, { ref: false }), shutdown.requested]);
    const { url } = await server.listen({ host: options.host ?? config.api.host, port });
    log.info({ url }, 'listening');
    if (journal) later();
    await shutdown.requested;
    process.exitCode = 130;
  } finally {
    clearTimeout(timer);
    process.off('SIGHUP', onHangUp);
    await server.close();
    await journal?.close();
    await results.close();
  }
}

/** A configuration that is wrong changes nothing. */
function reread(options: ApiCommandOptions, current: Config, log: Logger): Config {
  try {
    return configurationOf(options);
  } catch (error) {
    log.error({ reason: error instanceof Error ? error.message : String(error) }, 'configuration kept as it was');
    return current;
  }
}

/** The buildings as their declared events leave them; as they are configured where there is no broker; undefined where it is away. */
async function declaredBuildings(
  { buildings }: Config,
  journal: Journal | undefined,
  log: Logger,
): Promise<readonly Building[] | undefined> {
  if (!journal) return buildings;
  try {
    return await withJournalEvents(buildings, journal);
  } catch (error) {
    log.error({ reason: error instanceof Error ? error.message : String(error) }, 'declared events not read');
    return undefined;
  }
}
