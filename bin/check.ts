/** `releve check`: validates the configuration and reaches every component; all problems at once. */

import { access, constants } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Command } from 'commander';
import type { Bus } from '../domain/bus.ts';
import type { Config } from '../domain/config/config.ts';
import { createKafka } from '../journal/kafka/client.ts';
import { connectionOf } from '../journal/kafka/connection.ts';
import { verifyTopics } from '../journal/kafka/ensure-topics.ts';
import { verifyBuckets } from '../results/influx/ensure-buckets.ts';
import { openResults } from './journals.ts';
import { type CommonOptions, configurationOf, dataDirectory } from './options.ts';
import { reasonOf } from './reason.ts';

const reachMs = 3000;

export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('vérifie la configuration et joint chaque composant ; tous les problèmes à la fois')
    .addHelpText('after', '\nExemple :\n  npm run -s releve -- check -c releve.yaml')
    .action(async (options: CommonOptions) => {
      const config = configurationOf(options);
      const found = await Promise.all([
        ...config.buses.map(checkBus),
        checkKafka(config),
        checkInflux(config),
        checkData(options, config),
      ]);
      const problems = found.flat();
      process.stdout.write(
        `${JSON.stringify({ buildings: config.buildings.length, meters: config.buildings.reduce((sum, b) => sum + b.meters.length, 0), buses: config.buses.length, mode: config.kafka ? 'distributed' : 'embedded', problems })}\n`,
      );
      for (const problem of problems) process.stderr.write(`${problem}\n`);
      process.exitCode = problems.length === 0 ? 0 : 1;
    });
}

async function checkBus({ id, endpoint }: Bus): Promise<string[]> {
  const path = `buses.${id}`;
  if (endpoint.kind === 'tcp') return reach(endpoint.host, endpoint.port).then(problemOf(path));
  const mode = endpoint.kind === 'serial' ? constants.R_OK | constants.W_OK : constants.R_OK;
  return access(endpoint.path, mode).then(
    () => [],
    (error: Error) => [`${path}: ${error.message}`],
  );
}

async function checkKafka({ kafka }: Config): Promise<string[]> {
  if (!kafka) return [];
  const admin = createKafka({ ...connectionOf(kafka), clientId: 'releve-check' }).admin();
  try {
    await withLimit(admin.connect());
    const problems = await verifyTopics(admin, {
      prefix: kafka.prefix,
      partitions: kafka.partitions,
      replicationFactor: kafka.replication,
    });
    return problems.map((problem) => `kafka: ${reasonOf(problem)}`);
  } catch (error) {
    return [`kafka: ${reasonOf(error)}`];
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function checkInflux(config: Config): Promise<string[]> {
  const { influx } = config;
  if (!influx) return [];
  try {
    const problems = await withLimit(verifyBuckets({ url: influx.url, org: influx.organisation, token: influx.token }));
    return problems.map((problem) => `influx: ${reasonOf(problem)}`);
  } catch (error) {
    return [`influx: ${reasonOf(error)}`];
  }
}

async function checkData(options: CommonOptions, config: Config): Promise<string[]> {
  if (config.influx) return [];
  const open = openResults(config, dataDirectory(options, config));
  try {
    await open.results.check();
    return [];
  } catch (error) {
    return [`data: ${reasonOf(error)}`];
  } finally {
    await open.close();
  }
}

function reach(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: reachMs });
    const end = (reason: string | null): void => {
      socket.destroy();
      resolve(reason);
    };
    socket
      .once('connect', () => end(null))
      .once('timeout', () => end(`${host}:${port} does not answer`))
      .once('error', (error) => end(error.message));
  });
}

function problemOf(path: string): (reason: string | null) => string[] {
  return (reason) => (reason === null ? [] : [`${path}: ${reason}`]);
}

async function withLimit<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('no answer')), reachMs).unref();
  });
  return Promise.race([work, late]);
}
