/** A stop takes at most 10 s, with the servers there and with both of them away; nothing acknowledged is lost, and no log holds a secret. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type InfluxServer, startInflux } from '../../infra/native/influx.ts';
import { type KafkaServer, startKafka } from '../../infra/native/kafka.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { type Gateway, startGateway } from '../../ingest/simulator/gateway.ts';
import { createSimulation } from '../../ingest/simulator/simulation.ts';
import { createRig, type Rig, type StartedRole } from './faults/rig.ts';
import { until } from './faults/until.ts';

const simulation = createSimulation(simulatedBuilding(2, { id: 'arret', tenants: 3 }), { seed: 2 });

let folder: string;
let kafka: KafkaServer;
let influx: InfluxServer;
let gateway: Gateway;
let rig: Rig;
let roles: StartedRole[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-stop-'));
  [kafka, influx, gateway] = await Promise.all([
    startKafka({ dir: join(folder, 'kafka') }),
    startInflux({ dir: join(folder, 'influx') }),
    startGateway(simulation),
  ]);
  const meters = simulation.building.meters.map(({ id, role, lot, source }) => ({
    id,
    role,
    lot: lot ?? undefined,
    source: { bus: 'bus-1', primary: source?.primary },
  }));
  const tcp = { host: gateway.host, port: gateway.port };
  rig = await createRig({
    folder,
    brokers: kafka.brokers,
    influx,
    prefix: 'stop',
    partitions: 2,
    files: [
      {
        version: 1,
        buildings: [{ id: 'arret', interval: '1s', lots: [1, 2, 3].map((number) => ({ number })), meters }],
        buses: [{ id: 'bus-1', building: 'arret', tcp, interval: '1s', timeout: '500ms' }],
      },
    ],
  });
  roles = [await rig.start('process'), await rig.start('sink'), await rig.start('ingest'), await rig.start('api')];
  await until('readings are in InfluxDB', 60_000, async () => (await countStored()) > 8);
}, 120_000);

afterEach(async () => {
  await rig.close();
  await Promise.all([kafka.stop(), influx.stop(), gateway.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function countStored(): Promise<number> {
  let count = 0;
  const from = Date.now() - 3_600_000;
  for await (const batch of rig.results.readings({ building: 'arret', from, to: from + 7_200_000 }))
    count += batch.length;
  return count;
}

async function stopAll(): Promise<void> {
  const stops = await Promise.allSettled(
    roles.map(async (role) => {
      const late = sleep(10_000).then(() => `not within 10 s:\n${role.said.slice(-15).join('\n')}`);
      expect([role.name, await Promise.race([role.end('SIGTERM'), late])]).toEqual([role.name, 130]);
    }),
  );
  expect(stops.flatMap((stop) => (stop.status === 'rejected' ? [String(stop.reason)] : []))).toEqual([]);
  const said = roles.flatMap((role) => role.said).join('\n');
  for (const secret of rig.secrets) expect(said.includes(secret)).toBe(false);
}

test('with the servers there', async () => {
  await stopAll();
}, 60_000);

test('with Kafka and InfluxDB away: readiness says so, and what was read waits in the spool', async () => {
  await Promise.all([kafka.stop(), influx.stop()]);
  await sleep(6000);
  const ready = await Promise.all(
    roles.map(async ({ name, operationsPort }) => {
      const url = `http://127.0.0.1:${operationsPort}/ready`;
      const status = await fetch(url, { signal: AbortSignal.timeout(8000) }).then(({ status }) => status, String);
      return [name, status];
    }),
  );
  expect(ready).toEqual(roles.map(({ name }) => [name, 503]));
  const ingest = roles.find(({ name }) => name === 'ingest')!;
  const metrics = await (await fetch(`http://127.0.0.1:${ingest.operationsPort}/metrics`)).text();
  expect(Number(/^releve_ingest_waiting{in="spool"} (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
  await stopAll();
}, 90_000);
