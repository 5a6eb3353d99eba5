/** `releve process`: readings from Kafka to results in Kafka, exactly once, by a thread a core; all threads of all processes share the partitions. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { Config } from '../domain/config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { createLogger, standardError } from './logger.ts';
import { startOperations } from './operations.ts';
import { type CommonOptions, configurationOf, dataDirectory } from './options.ts';
import { openServers, type ProcessSettings, runMember } from './process-member.ts';
import { createProcessThreads, type ProcessThreads } from './process-threads.ts';
import { longestStopMs, onShutdown } from './shutdown.ts';

interface ProcessCommandOptions extends CommonOptions {
  readonly operationsPort?: string;
  readonly publishMs: string;
  readonly threads?: string;
}

/** In the whole process: one computes while another one fetches. */
const restoresAtOnce = 2;

export function registerProcess(program: Command): void {
  program
    .command('process')
    .description(
      'transforme les relevés de Kafka en résultats, exactement une fois ; fils et processus se partagent les partitions',
    )
    .option('--operations-port <n>', 'santé et métriques Prometheus sur ce port')
    .option(
      '--publish-ms <n>',
      'publie au plus à ce rythme tant que des relevés arrivent (cinq fois moins souvent en rattrapage)',
      '1000',
    )
    .option(
      '--threads <n>',
      'fils d’exécution, qui se partagent les partitions (défaut : un par cœur ; jamais plus que de partitions)',
    )
    .addHelpText('after', '\nExemple :\n  releve process -c releve.yaml --operations-port 9101')
    .action(async (options: ProcessCommandOptions) => {
      await runProcess(options);
    });
}

async function runProcess(options: ProcessCommandOptions): Promise<void> {
  const asked = threadsAskedFor(options.threads);
  const { kafka, ...rest } = configurationOf(options);
  if (!kafka)
    throw new ConfigurationError(['kafka: missing, process needs a broker (the embedded mode is `releve run`)']);
  const config = { ...rest, kafka };
  // More than partitions would have nothing to do.
  const count = Math.min(asked, kafka.partitions);
  const output = standardError();
  const log = createLogger('process', output);
  const settings: ProcessSettings = {
    config,
    publishMs: Number(options.publishMs),
    snapshots: snapshotFolder(options, config, log),
    restoresAtOnce: Math.max(1, Math.floor(restoresAtOnce / count)),
  };
  const servers = openServers(settings, log);
  const registry = new Registry();
  const isMeasured = options.operationsPort !== undefined;
  const work: Pick<ProcessThreads, 'run'> & Partial<ProcessThreads> =
    count === 1
      ? { run: (signal) => runMember({ settings, servers, registry, log, signal }) }
      : createProcessThreads({ count, settings, output, log, isMeasured, longestStopMs });
  const shutdown = onShutdown(longestStopMs);
  const { journal, history } = servers;
  const operations = isMeasured
    ? await startOperations({
        host: config.api.host,
        port: Number(options.operationsPort),
        registry,
        ...(work.page && { page: work.page }),
        readiness: { kafka: () => journal.check(), ...(history && { influx: () => history.check() }) },
      })
    : undefined;
  try {
    await work.run(shutdown.signal);
    process.exitCode = 130;
  } finally {
    await operations?.close();
    await servers.close();
  }
}

/** The cores that this process may use, unless the operator says otherwise. */
function threadsAskedFor(text: string | undefined): number {
  const threads = text === undefined ? availableParallelism() : Number(text);
  if (!Number.isInteger(threads) || threads < 1)
    throw new ConfigurationError([`--threads: "${text}" is not a whole number from 1 on`]);
  return threads;
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
