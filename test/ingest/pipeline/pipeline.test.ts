/** Simulated buses over real TCP into a real journal: cuts, noise, rejects, back-pressure, the minute's health. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, timer, VirtualTimeScheduler } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import type { Building } from '../../../domain/building.ts';
import type { Bus } from '../../../domain/bus.ts';
import { ConfigurationError } from '../../../domain/errors.ts';
import { createIngest, type Ingest, type IngestEvent } from '../../../ingest/pipeline.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';
import { type Gateway, type GatewayOptions, gatewayBus, startGateway } from '../../../ingest/simulator/gateway.ts';
import { createLine } from '../../../ingest/simulator/line.ts';
import { createLineLink } from '../../../ingest/simulator/line-link.ts';
import { sequence } from '../../../ingest/simulator/random.ts';
import { createSimulation, type Simulation } from '../../../ingest/simulator/simulation.ts';
import { buildingSlaves } from '../../../ingest/simulator/slaves.ts';
import { openSpool } from '../../../ingest/spool.ts';
import { createTcpLink } from '../../../ingest/transport/tcp.ts';
import { type FaultyJournal, faultyJournal } from './journal.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Bench {
  readonly building: Building;
  readonly simulation: Simulation;
  readonly gateway: Gateway;
  readonly journal: FaultyJournal;
  readonly ingest: Ingest;
  readonly events: IngestEvent[];
}

async function bench(
  options: GatewayOptions & {
    intervalMs?: number;
    tenants?: number;
    change?: (building: Building) => Building;
    spoolBytes?: number;
  } = {},
): Promise<Bench> {
  const plain = simulatedBuilding(1, { intervalMs: options.intervalMs ?? 100, tenants: options.tenants ?? 5 });
  const simulation = createSimulation(plain, { seed: 1 });
  const building = options.change?.(plain) ?? plain;
  const gateway = await startGateway(simulation, options);
  closers.push(() => gateway.close());
  const journal = faultyJournal();
  closers.push(() => journal.close());
  const directory = mkdtempSync(join(tmpdir(), 'releve-ingest-'));
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  const ingest = createIngest({
    buildings: [building],
    buses: [gatewayBus(gateway, simulation, { timeoutMs: 150 })],
    journal,
    spool: openSpool({ directory, maximumBytes: options.spoolBytes ?? 1e7 }),
    delivery: { patienceMs: 100, retryMs: 50, maximumRetryMs: 100 },
    linkOf: (bus) => tcp(bus),
  });
  closers.push(() => ingest.stop(100));
  const events: IngestEvent[] = [];
  ingest.events$.subscribe((event) => events.push(event));
  return { building, simulation, gateway, journal, ingest, events };
}

function tcp(bus: Bus) {
  if (bus.endpoint.kind !== 'tcp') throw new Error('not tcp');
  return createTcpLink({ ...bus.endpoint, firstWaitMs: 5, maximumWaitMs: 20 });
}

/** For what hangs, not for a machine that is busy. */
const patienceMs = 30_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const key = (reading: Record<string, unknown>) => `${reading.meter} ${reading.at}`;
const acknowledged = (events: readonly IngestEvent[]) =>
  events.flatMap((event) =>
    event.kind === 'acknowledged'
      ? event.records.filter(({ topic }) => topic === 'readings').map(({ value }) => value as Record<string, unknown>)
      : [],
  );

test('a gateway cut 50 times at random instants: polling goes on, no reading twice, no acknowledged one missing, none wrong', async () => {
  const { building, simulation, gateway, journal, ingest, events } = await bench({ intervalMs: 200, tenants: 20 });
  const draw = sequence(7);
  ingest.start();
  let resumed = 0;
  for (let cut = 0; cut < 50; cut += 1) {
    await sleep(150 * draw());
    await expect.poll(() => gateway.connections, { timeout: patienceMs, interval: 2 }).toBe(1);
    const before = ingest.counts.readings;
    gateway.drop();
    await expect.poll(() => ingest.counts.readings, { timeout: patienceMs, interval: 5 }).toBeGreaterThan(before);
    resumed += 1;
  }
  expect(resumed).toBe(50);
  expect(await ingest.stop()).toBe(true);
  const written = await journal.contents('readings');
  expect(new Set(written.map(key)).size).toBe(written.length);
  expect(written.map(key).toSorted()).toEqual(acknowledged(events).map(key).toSorted());
  expect(new Set(written.map(({ meter }) => meter)).size).toBe(building.meters.length);
  for (const { meter, at, energyImportWh } of written as { meter: string; at: number; energyImportWh: number }[]) {
    expect(energyImportWh).toBeLessThanOrEqual(simulation.registersAt(meter, at).energyImportWh);
    expect(energyImportWh).toBeGreaterThanOrEqual(simulation.registersAt(meter, at - 1000).energyImportWh);
  }
}, 60_000);

test('the journal away for a while: every acknowledged reading arrives once, in order', async () => {
  const { journal, ingest, events } = await bench({ intervalMs: 100 });
  ingest.start();
  await expect.poll(() => ingest.counts.acknowledged, { timeout: patienceMs }).toBeGreaterThan(40);
  journal.weather = 'away';
  await expect.poll(() => ingest.counts.spooled, { timeout: patienceMs }).toBeGreaterThan(60);
  journal.weather = 'up';
  await expect.poll(() => ingest.counts.spooled, { timeout: patienceMs }).toBe(0);
  expect(await ingest.stop()).toBe(true);
  const written = await journal.contents('readings');
  expect(written.map(key).toSorted()).toEqual(acknowledged(events).map(key).toSorted());
  const instants = written.map(({ receivedAt }) => receivedAt as number);
  expect(instants).toEqual(instants.toSorted((a, b) => a - b));
});

test('spool full and journal away: ticks are left out and counted; when it is back, polling goes on and nothing acknowledged is lost', async () => {
  const { journal, ingest, events } = await bench({ intervalMs: 50, spoolBytes: 20_000 });
  journal.weather = 'away';
  ingest.start();
  const left = () => events.filter((event) => event.kind === 'cycle' && event.cycle.reason === 'delivery').length;
  await expect.poll(left, { timeout: patienceMs }).toBeGreaterThan(3);
  expect(ingest.counts.refused).toBe(0);
  journal.weather = 'up';
  const before = ingest.counts.readings;
  await expect.poll(() => ingest.counts.readings, { timeout: patienceMs }).toBeGreaterThan(before + 30);
  expect(await ingest.stop()).toBe(true);
  const written = await journal.contents('readings');
  expect(written.map(key).toSorted()).toEqual(acknowledged(events).map(key).toSorted());
  expect(written).toHaveLength(ingest.counts.readings);
});

test('another meter at a configured address is a reject, once an hour in the topic and every time in the count', async () => {
  const { ingest, journal } = await bench({
    change: (building) => ({
      ...building,
      meters: building.meters.map((meter) => (meter.id === 'LOC03' ? { ...meter, serial: '12345678' } : meter)),
    }),
  });
  ingest.start();
  await expect.poll(() => ingest.counts.rejects, { timeout: patienceMs }).toBeGreaterThan(2);
  await ingest.stop();
  const rejects = await journal.contents('rejects');
  expect(rejects).toHaveLength(1);
  expect(rejects[0]).toMatchObject({
    v: 1,
    component: 'ingest',
    code: 'METER_MISMATCH',
    meter: 'LOC03',
    facts: { expected: '12345678' },
    count: 1,
  });
  expect((await journal.contents('readings')).some(({ meter }) => meter === 'LOC03')).toBe(false);
});

test('wrong profiles, keys and addresses are configuration errors before anything runs', () => {
  const building = simulatedBuilding(1, { tenants: 3 });
  const [first, second, third] = building.meters;
  const changed: Building = {
    ...building,
    meters: [{ ...first!, source: { bus: 'bus-1', primary: 1, profile: 'no-such' } }],
  };
  const bus: Bus = {
    ...{ id: 'bus-1', building: building.id, driver: 'mbus', intervalMs: 1000, timeoutMs: 100, retries: 2 },
    endpoint: { kind: 'tcp', host: '127.0.0.1', port: 1 },
  };
  const journal = faultyJournal();
  closers.push(() => journal.close());
  const make =
    (meters: Building['meters'], buses = [bus]) =>
    () =>
      createIngest({ buildings: [{ ...building, meters }], buses, journal });
  expect(make(changed.meters)).toThrow(ConfigurationError);
  expect(make([{ ...second!, source: { bus: 'bus-1', primary: 1, key: 'xyz' } }])).toThrow(/key is not 32 hex digits/);
  expect(make([{ ...third!, source: { bus: 'bus-1' } }])).toThrow(/neither primary nor secondary/);
  expect(make(building.meters, [{ ...bus, building: 'elsewhere' }])).toThrow(/no building elsewhere/);
  expect(
    make(building.meters, [{ ...bus, endpoint: { kind: 'serial', path: '/dev/null', baud: 1234, parity: 'even' } }]),
  ).toThrow(/1234 Bd/);
});

test('each minute of virtual time a bus says its polls, answers, failures and the duration of its cycle', async () => {
  const scheduler = new VirtualTimeScheduler();
  scheduler.frame = Date.parse('2026-11-24T08:00:30Z');
  const building = simulatedBuilding(2, { tenants: 4, intervalMs: 10_000 });
  const simulation = createSimulation(building, { seed: 2 });
  const line = createLine(buildingSlaves(simulation, { dead: ['LOC02'] }), { seed: 2, baud: 9600, scheduler });
  const journal = faultyJournal();
  closers.push(() => journal.close());
  const ingest = createIngest({
    buildings: [building],
    buses: [
      {
        ...{ id: 'bus-1', building: building.id, driver: 'mbus', intervalMs: 10_000, timeoutMs: 300, retries: 1 },
        endpoint: { kind: 'tcp', host: 'virtual', port: 1 },
      },
    ],
    journal,
    linkOf: () => createLineLink(line),
    scheduler,
  });
  const health: Record<string, unknown>[] = [];
  ingest.events$.subscribe((event) => {
    if (event.kind === 'health') health.push({ ...event.health });
  });
  ingest.start();
  const end = lastValueFrom(timer(1, scheduler), { defaultValue: 0 });
  timer(3 * 60_000, scheduler).subscribe(() => void ingest.stop(0));
  scheduler.flush();
  await end;
  expect(health.map(({ at }) => at)).toEqual([
    Date.parse('2026-11-24T08:01:00Z'),
    Date.parse('2026-11-24T08:02:00Z'),
    Date.parse('2026-11-24T08:03:00Z'),
  ]);
  expect(health[0]).toMatchObject({ kind: 'bus_health', building: building.id, bus: 'bus-1', answers: 12 });
  const first = health[0] as { polls: number; timeouts: number; cycleMs: number; failures1h: Record<string, number> };
  expect(first.polls - 12).toBe(first.failures1h.LOC02);
  expect(first.timeouts).toBeGreaterThan(2);
  expect(first.cycleMs).toBeGreaterThan(300);
  const last = health[2] as { failures1h: Record<string, number> };
  expect(last.failures1h.LOC02).toBeGreaterThan(first.failures1h.LOC02!);
});
