/** Broker, store and buildings of a fault run: twelve whose past is replayed, over all partitions, and one on a simulated bus. */
import { join } from 'node:path';
import { startInflux } from '../../../infra/native/influx.ts';
import { startKafka } from '../../../infra/native/kafka.ts';
import { freePort } from '../../../infra/native/server-process.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';
import { type Gateway, startGateway } from '../../../ingest/simulator/gateway.ts';
import { createSimulation } from '../../../ingest/simulator/simulation.ts';
import { buildingFile, createRig, type Rig } from './rig.ts';

export const partitions = 8;
export const prefix = 'faults';
/** The building that is polled. */
export const live = 'LIVE';
export const dayMs = 86_400_000;
/** Less than what InfluxDB keeps of readings. */
export const replayDays = 690;

export interface Servers {
  kafka: Awaited<ReturnType<typeof startKafka>>;
  influx: Awaited<ReturnType<typeof startInflux>>;
}

export async function startServers(folder: string, closers: (() => unknown)[]): Promise<Servers> {
  const servers: Servers = {
    kafka: await startKafka({ dir: join(folder, 'kafka') }),
    influx: await startInflux({ dir: join(folder, 'influx') }),
  };
  closers.push(
    () => servers.kafka.stop(),
    () => servers.influx.stop(),
  );
  return servers;
}

/** Twelve buildings of a replayed past, over all partitions, and one whose four meters are polled each second. */
export async function startRig(
  folder: string,
  { kafka, influx }: Servers,
  closers: (() => unknown)[],
): Promise<{ rig: Rig; replayed: { from: number; to: number } }> {
  const simulation = createSimulation(simulatedBuilding(1, { id: live, tenants: 4 }), { seed: 1 });
  const gateway: Gateway = await startGateway(simulation, { port: await freePort() });
  closers.push(() => gateway.close());
  const tariffs = [
    {
      from: '2020-01-01',
      slots: [
        { name: 'hp', cents_per_kwh: 20.65, hours: ['06:00-22:00'] },
        { name: 'hc', cents_per_kwh: 15.79, hours: ['22:00-06:00'] },
      ],
    },
  ];
  const rig = await createRig({
    folder,
    brokers: kafka.brokers,
    influx,
    prefix,
    partitions,
    files: [
      {
        version: 1,
        buildings: Array.from({ length: 12 }, (_, index) =>
          buildingFile(`B${index + 1}`, 2, { tariffs, interval: '15m' }),
        ),
      },
      {
        version: 1,
        buildings: [
          {
            id: live,
            interval: '1s',
            lots: [1, 2, 3, 4].map((number) => ({ number })),
            meters: simulation.building.meters.map(({ id, role, lot, serial, source }) => ({
              id,
              role,
              lot: lot ?? undefined,
              serial,
              source: { bus: 'bus-1', primary: source?.primary },
            })),
          },
        ],
        buses: [
          {
            id: 'bus-1',
            building: live,
            tcp: { host: gateway.host, port: gateway.port },
            interval: '1s',
            timeout: '500ms',
          },
        ],
      },
    ],
  });
  closers.push(() => rig.close());
  const to = Date.now() - 10 * dayMs;
  return { rig, replayed: { from: to - (replayDays + 2) * dayMs, to } };
}
