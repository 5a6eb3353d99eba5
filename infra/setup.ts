/**
 * What the distributed mode needs before its first start, made once and verified on every later run: the topics of
 * Kafka, the buckets of InfluxDB, and one narrow token each for the sink, the API and Grafana, written as files.
 *
 *     node infra/setup.ts --config servers.yaml --operator-token FILE --secrets DIR
 *
 * Prints one JSON object: what was created, altered, and what differs still (exit code 1 then; 2 on wrong usage).
 * Tokens go to files only, never to the output.
 */
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from '../domain/config/config.ts';
import { parseConfig } from '../domain/config/parse.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { createKafka } from '../journal/kafka/client.ts';
import { connectionOf } from '../journal/kafka/connection.ts';
import { ensureTopics } from '../journal/kafka/ensure-topics.ts';
import { ensureBuckets } from '../results/influx/ensure-buckets.ts';
import { ensureTokens } from '../results/influx/ensure-tokens.ts';
import { trustAuthorities } from '../results/influx/trust.ts';

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof ConfigurationError ? 2 : 1;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { config: { type: 'string' }, 'operator-token': { type: 'string' }, secrets: { type: 'string' } },
  });
  const { config: file, 'operator-token': tokenFile, secrets } = values;
  if (file === undefined || tokenFile === undefined || secrets === undefined) {
    throw new ConfigurationError(['usage: node infra/setup.ts --config FILE --operator-token FILE --secrets DIR']);
  }
  const config = parseConfig([{ name: file, text: readFileSync(file, 'utf8') }], resolveSecret);
  if (config.influx?.ca !== undefined) trustAuthorities(config.influx.ca);
  const topics = await setUpTopics(config);
  const buckets = await setUpBuckets(config, readFileSync(tokenFile, 'utf8').trim(), secrets);
  console.log(JSON.stringify({ topics, buckets }));
  return topics.remaining.length === 0 ? 0 : 1;
}

async function setUpTopics(config: Config): ReturnType<typeof ensureTopics> {
  const { kafka } = config;
  if (kafka === undefined) throw new ConfigurationError(['kafka: the distributed mode needs this section']);
  const admin = createKafka({ clientId: 'releve-setup', ...connectionOf(kafka) }).admin();
  await admin.connect();
  try {
    return await ensureTopics(admin, {
      prefix: kafka.prefix,
      partitions: kafka.partitions,
      replicationFactor: kafka.replication,
    });
  } finally {
    await admin.disconnect();
  }
}

async function setUpBuckets(config: Config, token: string, secrets: string): ReturnType<typeof ensureBuckets> {
  if (config.influx === undefined) throw new ConfigurationError(['influx: the distributed mode needs this section']);
  const operator = { url: config.influx.url, org: config.influx.organisation, token };
  const report = await ensureBuckets(operator);
  for (const [holder, text] of Object.entries(await ensureTokens(operator))) {
    writeSecret(join(secrets, `influx_${holder}_token`), text);
  }
  return report;
}

/** The tokens that this program is about to make do not exist yet: a missing secret is empty here. */
function resolveSecret(reference: string): string {
  const variable = /^\$\{([A-Z_][A-Z0-9_]*)\}$/.exec(reference)?.[1];
  if (variable !== undefined) return process.env[variable] ?? '';
  const path = reference.replace(/^file:/, '');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

/** Readable by the containers' users; the folder is what keeps others out. Replaced at once, so that no reader sees half of it. */
function writeSecret(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  chmodSync(`${path}.new`, 0o444);
  renameSync(`${path}.new`, path);
}
