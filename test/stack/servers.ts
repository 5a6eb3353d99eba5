/**
 * The real servers of the stack tests: one Kafka and one InfluxDB for the whole run, in a temporary folder, stopped and
 * removed at its end. Tests take their addresses with `inject('kafka')` and `inject('influx')`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startInflux } from '../../infra/native/influx.ts';
import { startKafka } from '../../infra/native/kafka.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    kafka: { readonly brokers: string[]; readonly pid: number };
    /** The operator's token: tests may make buckets and narrower tokens with it. */
    influx: { readonly url: string; readonly org: string; readonly token: string; readonly pid: number };
  }
}

export default async function setUpServers(project: TestProject): Promise<() => Promise<void>> {
  process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';
  const folder = mkdtempSync(join(tmpdir(), 'releve-stack-'));
  const started = await Promise.allSettled([
    startKafka({ dir: join(folder, 'kafka') }),
    startInflux({ dir: join(folder, 'influx') }),
  ]);
  const tearDown = async (): Promise<void> => {
    await Promise.all(started.map((server) => (server.status === 'fulfilled' ? server.value.stop() : undefined)));
    rmSync(folder, { recursive: true, force: true });
  };
  const [kafka, influx] = started;
  if (kafka.status === 'rejected' || influx.status === 'rejected') {
    await tearDown();
    throw new AggregateError(
      started.flatMap((server) => (server.status === 'rejected' ? [server.reason] : [])),
      'the servers of the stack tests did not start',
    );
  }
  project.provide('kafka', { brokers: kafka.value.brokers, pid: kafka.value.pid });
  const { url, org, token, pid } = influx.value;
  project.provide('influx', { url, org, token, pid });
  return tearDown;
}
