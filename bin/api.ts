/** `releve api`: the seed's routes and the page over InfluxDB. On SIGHUP the configuration is read anew: tokens left out are revoked. */
import type { Command } from 'commander';
import pino from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { type ApiServer, createApiServer } from '../api/server.ts';
import { systemClock } from '../domain/clock.ts';
import type { Config } from '../domain/config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { createInfluxResults } from '../results/influx/results.ts';
import { loadConfiguration } from './configuration.ts';

const exitUsage = 2;
const exitInterrupted = 130;

/** Adds the command to the program. */
export function registerApi(program: Command): void {
  program
    .command('api')
    .description('sert les routes HTTP et la page du syndic depuis InfluxDB')
    .option('-c, --config <fichier>', 'fichier ou dossier de configuration')
    .option('--host <adresse>', 'adresse d’écoute (par défaut celle de la configuration)')
    .option('--port <port>', 'port d’écoute (par défaut celui de la configuration)', Number)
    .addHelpText('after', '\nExemple :\n  releve api -c releve.yaml --port 8080\n')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<{ config?: string; host?: string; port?: number }>();
      const stop = new AbortController();
      const interrupt = (): void => stop.abort();
      process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
      try {
        const config = loadConfiguration(options.config);
        await serveApi({
          config,
          host: options.host ?? config.api.host,
          port: options.port ?? config.api.port,
          reread: () => loadConfiguration(options.config),
          signal: stop.signal,
        });
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

export interface ServeApiOptions {
  readonly config: Config;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Reads the configuration anew; called on SIGHUP. */
  readonly reread: () => Config;
  readonly signal: AbortSignal;
  readonly onListening?: (url: string) => void;
}

/** Serves until the signal. */
export async function serveApi({ config, host, port, reread, signal, onListening }: ServeApiOptions): Promise<void> {
  const { influx } = config;
  if (!influx) throw new ConfigurationError(['influx: missing, the API answers from a store']);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new ConfigurationError(['--port: not a port']);
  const log = pino({ base: { component: 'api' } }, pino.destination(2));
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const results = createInfluxResults({
    url: influx.url,
    org: influx.organisation,
    token: influx.token,
    timeoutMs: influx.timeoutMs,
  });
  const server = await createApiServer({
    reader: results,
    buildings: config.buildings,
    clock: systemClock,
    tokens: config.api.tokens,
    registry,
    readiness: { influxdb: () => results.check() },
    audit: (line) => log.info({ audit: line }, 'access'),
    logger: log,
    https: config.api.publicUrl?.startsWith('https:') ?? false,
  });
  const reload = (): void => reloadFrom(server, reread, log);
  process.on('SIGHUP', reload);
  try {
    const { url } = await server.listen({ host, port });
    log.info({ url }, 'listening');
    onListening?.(url);
    await aborted(signal);
  } finally {
    process.off('SIGHUP', reload);
    await server.close();
    await results.close();
  }
}

/** A configuration that is wrong changes nothing. */
function reloadFrom(server: ApiServer, reread: () => Config, log: pino.Logger): void {
  try {
    const { api, buildings } = reread();
    server.reload({ tokens: api.tokens, buildings });
    log.info({ tokens: api.tokens.length, buildings: buildings.length }, 'configuration reloaded');
  } catch (error) {
    log.error({ reason: error instanceof Error ? error.message : String(error) }, 'configuration kept as it was');
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
