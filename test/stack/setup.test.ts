/** The distributed mode's set-up as an operator runs it: a process of its own against real servers, twice. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { topicName, topicNames } from '../../domain/topics.ts';
import { type InfluxServer, startInflux } from '../../infra/native/influx.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '..', '..', 'infra', 'setup.ts');
const prefix = `setup-${crypto.randomUUID()}`;
let folder: string;
let influx: InfluxServer;
let words: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-setup-'));
  mkdirSync(join(folder, 'secrets'));
  influx = await startInflux({ dir: join(folder, 'influx') });
  const config = join(folder, 'servers.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      version: 1,
      kafka: { brokers: inject('kafka').brokers, prefix, partitions: 2 },
      influx: { url: influx.url, token: `file:${join(folder, 'not-yet')}` },
    }),
  );
  writeFileSync(join(folder, 'operator'), `${influx.token}\n`);
  words = [
    program,
    '--config',
    config,
    '--operator-token',
    join(folder, 'operator'),
    '--secrets',
    join(folder, 'secrets'),
  ];
});
afterAll(async () => {
  await influx.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('makes topics, buckets and three token files, and nothing the second time', async () => {
  const first = await run(process.execPath, words);
  const report = JSON.parse(first.stdout) as { topics: { created: string[] }; buckets: { created: string[] } };
  expect(report.topics.created).toEqual(topicNames.map((name) => topicName(name, prefix)));
  expect(report.buckets.created).toEqual(['releve_raw', 'releve_daily', 'releve_periods']);
  const admin = new Kafka({ brokers: inject('kafka').brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  expect(await admin.listTopics()).toEqual(expect.arrayContaining(report.topics.created));
  await admin.disconnect();
  const files = ['sink', 'api', 'grafana'].map((holder) => join(folder, 'secrets', `influx_${holder}_token`));
  const tokens = files.map((file) => readFileSync(file, 'utf8'));
  expect(new Set(tokens).size).toBe(3);
  for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o444);
  for (const token of [...tokens, influx.token]) expect(first.stdout + first.stderr).not.toContain(token);

  const second = JSON.parse((await run(process.execPath, words)).stdout) as object;
  expect(second).toEqual({
    topics: { created: [], altered: [], remaining: [] },
    buckets: { created: [], altered: [] },
  });
  expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(tokens);
});

test('wrong usage is exit code 2 with a line that says what is right', async () => {
  await expect(run(process.execPath, [program, '--secrets', folder])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('usage:'),
  });
});
