/** The simulated building over TCP into a real broker that goes away: every acknowledged reading arrives once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startKafka } from '../../infra/native/kafka.ts';
import { createIngest, type IngestEvent } from '../../ingest/pipeline.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { gatewayBus, startGateway } from '../../ingest/simulator/gateway.ts';
import { createSimulation } from '../../ingest/simulator/simulation.ts';
import { openSpool } from '../../ingest/spool.ts';
import { createKafka } from '../../journal/kafka/client.ts';
import { ensureTopics } from '../../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../../journal/kafka/journal.ts';

/** `RELEVE_OUTAGE_MS=60000` for the long run by hand. */
const outageMs = Number(process.env.RELEVE_OUTAGE_MS ?? 15_000);
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('the broker away while 21 meters are polled every second: every acknowledged reading arrives once', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'releve-outage-'));
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  const dir = join(directory, 'kafka');
  let kafka = await startKafka({ dir });
  closers.push(() => kafka.stop());
  const admin = createKafka({ brokers: kafka.brokers }).admin();
  await admin.connect();
  await ensureTopics(admin, { partitions: 2, replicationFactor: 1 });
  await admin.disconnect();

  const simulation = createSimulation(simulatedBuilding(3), { seed: 3 });
  const gateway = await startGateway(simulation, { baud: 38_400 });
  closers.push(() => gateway.close());
  const journal = createKafkaJournal({ brokers: kafka.brokers });
  closers.push(() => journal.close());
  const ingest = createIngest({
    buildings: [simulation.building],
    buses: [gatewayBus(gateway, simulation, { intervalMs: 1000, timeoutMs: 300 })],
    journal,
    spool: openSpool({ directory: join(directory, 'spool') }),
  });
  const acknowledged: string[] = [];
  const places = new Set<string>();
  ingest.events$.subscribe((event: IngestEvent) => {
    if (event.kind !== 'acknowledged') return;
    places.add(event.in);
    for (const { topic, value } of event.records) if (topic === 'readings') acknowledged.push(identity(value));
  });
  ingest.start();
  await expect.poll(() => acknowledged.length, { timeout: 120_000 }).toBeGreaterThan(60);

  const { port } = kafka;
  await kafka.stop();
  await sleep(outageMs);
  expect(ingest.counts.spooled).toBeGreaterThan(((outageMs / 1000) * 21) / 6);
  kafka = await startKafka({ dir, port });
  await expect.poll(() => ingest.counts.spooled, { timeout: 120_000 }).toBe(0);
  const after = acknowledged.length;
  await expect.poll(() => acknowledged.length, { timeout: 120_000 }).toBeGreaterThan(after + 40);
  expect(await ingest.stop()).toBe(true);
  expect([...places].sort()).toEqual(['journal', 'spool']);

  const arrived: string[] = [];
  for (let partition = 0; partition < (await journal.partitions('readings')); partition += 1) {
    for await (const batch of journal.read('readings', partition)) {
      for (const { value } of batch) arrived.push(identity(value));
    }
  }
  expect(arrived.toSorted()).toEqual(acknowledged.toSorted());
}, 480_000);

function identity(value: unknown): string {
  const { meter, at, energyImportWh } = value as { meter: string; at: number; energyImportWh: number };
  return `${meter} ${at} ${energyImportWh}`;
}
