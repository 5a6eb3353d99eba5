/** Simulated E450s, each on its line, through the same pipeline. */
import { afterEach, expect, test } from 'vitest';
import type { Building } from '../../../domain/building.ts';
import type { Bus } from '../../../domain/bus.ts';
import { createIngest, type Ingest, type IngestEvent } from '../../../ingest/pipeline.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';
import { type PushGateway, type PushGatewayOptions, startPushGateway } from '../../../ingest/simulator/push-gateway.ts';
import { createSimulation, type Simulation } from '../../../ingest/simulator/simulation.ts';
import { createTcpLink } from '../../../ingest/transport/tcp.ts';
import { type FaultyJournal, faultyJournal } from './journal.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const key = '00112233445566778899AABBCCDDEEFF';
const authenticationKey = 'D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF';

interface Bench {
  readonly simulation: Simulation;
  readonly gateway: PushGateway;
  readonly journal: FaultyJournal;
  readonly ingest: Ingest;
  readonly events: IngestEvent[];
}

async function bench(
  options: PushGatewayOptions & {
    source?: { key?: string; authenticationKey?: string };
    change?: Partial<Building['meters'][number]>;
  } = {},
): Promise<Bench> {
  const plain = simulatedBuilding(5, { tenants: 3 });
  const simulation = createSimulation(plain, { seed: 5 });
  const gateway = await startPushGateway(simulation, { pushMs: 60, ...options });
  closers.push(() => gateway.close());
  const building: Building = {
    ...plain,
    meters: plain.meters.map((meter) => ({
      ...meter,
      source: { bus: meter.id, ...options.source },
      ...options.change,
    })),
  };
  const buses = [...gateway.ports].map(
    ([id, port]): Bus => ({
      ...{ id, building: building.id, driver: 'dlms', intervalMs: 300, timeoutMs: 1000, retries: 0 },
      endpoint: { kind: 'tcp', host: gateway.host, port },
    }),
  );
  const journal = faultyJournal();
  closers.push(() => journal.close());
  const linkOf = (bus: Bus) => {
    if (bus.endpoint.kind !== 'tcp') throw new Error('not tcp');
    return createTcpLink({ ...bus.endpoint, firstWaitMs: 10, maximumWaitMs: 50 });
  };
  const ingest = createIngest({ buildings: [building], buses, journal, linkOf });
  closers.push(() => ingest.stop(100));
  const events: IngestEvent[] = [];
  ingest.events$.subscribe((event) => events.push(event));
  ingest.start();
  return { simulation, gateway, journal, ingest, events };
}

test.each([
  ['plain', {}],
  ['enciphered', { key: Buffer.from(key, 'hex'), source: { key } }],
  [
    'enciphered, with a tag',
    {
      key: Buffer.from(key, 'hex'),
      authKey: Buffer.from(authenticationKey, 'hex'),
      source: { key, authenticationKey },
    },
  ],
])('%s pushes become one reading an interval, with the index that the meter shows', async (_name, options) => {
  const { simulation, journal, ingest } = await bench(options);
  await expect.poll(() => ingest.counts.readings, { timeout: 30_000 }).toBeGreaterThan(12);
  await ingest.stop();
  const readings = (await journal.contents('readings')) as {
    meter: string;
    at: number;
    energyImportWh: number;
    source: string;
    powerW: number;
  }[];
  expect(new Set(readings.map(({ meter }) => meter)).size).toBe(4);
  for (const { meter, at, energyImportWh, powerW, source } of readings) {
    expect(source).toBe('dlms');
    expect(energyImportWh).toBeLessThanOrEqual(simulation.registersAt(meter, at).energyImportWh);
    expect(energyImportWh).toBeGreaterThanOrEqual(simulation.registersAt(meter, at - 2000).energyImportWh);
    expect(powerW).toBeGreaterThan(0);
  }
  expect(await journal.contents('rejects')).toEqual([]);
});

test('lines cut again and again come back', async () => {
  const { gateway, ingest } = await bench();
  for (let cut = 0; cut < 5; cut += 1) {
    const before = ingest.counts.readings;
    await expect.poll(() => ingest.counts.readings, { timeout: 30_000 }).toBeGreaterThan(before + 3);
    gateway.drop();
  }
  expect(ingest.counts.readings).toBeGreaterThan(15);
});

test('wrong keys give rejects with the reason and no reading', async () => {
  const { ingest, journal } = await bench({
    key: Buffer.from(key, 'hex'),
    authKey: Buffer.from(authenticationKey, 'hex'),
    source: { key, authenticationKey: key },
  });
  await expect.poll(() => ingest.counts.rejects, { timeout: 30_000 }).toBeGreaterThan(8);
  await ingest.stop();
  const rejects = await journal.contents('rejects');
  expect(rejects).toHaveLength(4);
  for (const reject of rejects) expect(reject.code).toBe('CIPHER_TAG');
  expect(ingest.counts.readings).toBe(0);
});

test('another meter on the line is a reject', async () => {
  const { ingest, journal } = await bench({ change: { serial: '99999999' } });
  await expect.poll(() => ingest.counts.rejects, { timeout: 30_000 }).toBeGreaterThan(3);
  await ingest.stop();
  expect((await journal.contents('rejects'))[0]).toMatchObject({
    code: 'METER_MISMATCH',
    facts: { expected: '99999999' },
  });
  expect(ingest.counts.readings).toBe(0);
});
