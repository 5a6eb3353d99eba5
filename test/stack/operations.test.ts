/**
 * What an operator sees of each role while a small building is read: health, readiness by dependency, every metric that an alert or a capacity question
 * needs, the minute's points in InfluxDB, and what `check` says.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startInflux } from '../../infra/native/influx.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { type Gateway, startGateway } from '../../ingest/simulator/gateway.ts';
import { createSimulation } from '../../ingest/simulator/simulation.ts';
import { createRig, type Rig, type StartedRole } from './faults/rig.ts';
import { until } from './faults/until.ts';

const prefix = `operations-${process.pid}`;
const simulation = createSimulation(simulatedBuilding(2, { id: prefix, tenants: 3 }), { seed: 2 });
const minuteMs = 60_000;

let folder: string;
let gateway: Gateway;
let rig: Rig;
let influx: Awaited<ReturnType<typeof startInflux>>;
const roles = new Map<string, StartedRole>();
const startedAt = Date.now();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-operations-'));
  [gateway, influx] = await Promise.all([startGateway(simulation), startInflux({ dir: join(folder, 'influx') })]);
  const meters = simulation.building.meters.map(({ id, role, lot, source }) => ({
    id,
    role,
    lot: lot ?? undefined,
    source: { bus: 'bus-1', primary: source?.primary },
  }));
  // One that nobody answers for: its time is an error of the bus.
  const missing = { id: 'LOC99', role: 'tenant', lot: 4, source: { bus: 'bus-1', primary: 99 } };
  rig = await createRig({
    folder,
    brokers: inject('kafka').brokers,
    influx,
    prefix,
    partitions: 2,
    files: [
      {
        version: 1,
        buildings: [
          {
            id: prefix,
            interval: '1s',
            lots: [1, 2, 3, 4].map((number) => ({ number })),
            meters: [...meters, missing],
          },
        ],
        buses: [
          {
            ...{ id: 'bus-1', building: prefix, interval: '1s', timeout: '200ms', retries: 0 },
            tcp: { host: gateway.host, port: gateway.port },
          },
        ],
      },
    ],
  });
  for (const name of ['process', 'sink', 'ingest', 'api', 'notify'] as const) roles.set(name, await rig.start(name));
  writeFileSync(
    join(folder, 'late.csv'),
    `meter,at,energy_import_wh\nLOC01,${new Date(startedAt - 5 * minuteMs).toISOString()},1\nNOBODY,${new Date(startedAt - 1000).toISOString()},5\n`,
  );
  const importing = rig.command('import', join(folder, 'late.csv'));
  await importing.done();
}, 120_000);

afterAll(async () => {
  await rig?.close();
  await Promise.all([gateway?.close(), influx?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

async function scrape(name: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${roles.get(name)!.operationsPort}/metrics`)).text();
}

/** What each role must show: a name, labels that must be there, and whether it is above zero by now. */
const shown: readonly (readonly [role: string, what: string, pattern: RegExp])[] = [
  ['ingest', 'readings acknowledged', /^releve_ingest_acknowledged_total\{in="journal"\} [1-9]/m],
  ['ingest', 'readings of a bus', /^releve_ingest_readings_total\{bus="bus-1"\} [1-9]/m],
  ['ingest', 'what waits in memory', /^releve_ingest_waiting\{in="memory"\} \d/m],
  ['ingest', 'what waits in the spool', /^releve_ingest_waiting\{in="spool"\} 0$/m],
  ['ingest', 'losses', /^releve_ingest_spool_full_total 0$/m],
  ['ingest', 'polls of a bus', /^releve_bus_polls_total\{building=".*",bus="bus-1"\} [1-9]/m],
  ['ingest', 'answers of a bus', /^releve_bus_answers_total\{building=".*",bus="bus-1"\} [1-9]/m],
  ['ingest', 'errors of a bus', /^releve_bus_errors_total\{building=".*",bus="bus-1",kind="timeout"\} [1-9]/m],
  ['ingest', 'the round of a bus', /^releve_bus_cycle_seconds\{building=".*",bus="bus-1"\} [\d.]+/m],
  ['process', 'lag', /^releve_process_lag\{partition="\d"\} \d/m],
  ['process', 'throughput', /^releve_process_readings_total\{partition="\d"\} [1-9]/m],
  ['process', 'latency', /^releve_process_latency_seconds_count [1-9]/m],
  ['process', 'readings used', /^releve_process_account\{partition="\d",outcome="used"\} [1-9]/m],
  ['process', 'readings late', /^releve_process_account\{partition="\d",outcome="late"\} \d/m],
  ['process', 'readings rejected', /^releve_process_account\{partition="\d",outcome="rejected"\} \d/m],
  ['process', 'open windows', /^releve_process_open_windows\{partition="\d"\} [1-9]/m],
  ['process', 'restore time', /^releve_process_restore_seconds\{partition="\d"\} [\d.]+/m],
  ['process', 'restores by source', /^releve_process_restores_total\{source="changelog"\} [2-9]$/m],
  ['sink', 'lag', /^releve_sink_lag\{topic="readings",partition="\d"\} \d/m],
  ['sink', 'points', /^releve_sink_points_total\{topic="readings"\} [1-9]/m],
  ['sink', 'write outcomes', /^releve_sink_outcomes_total\{outcome="done"\} [1-9]/m],
  ['sink', 'duration of a write', /^releve_sink_batch_seconds_count\{topic="readings"\} [1-9]/m],
  ['notify', 'memory', /^process_resident_memory_bytes \d/m],
];

test('metrics: every role shows what alerts and capacity ask for', async () => {
  const missing = async (): Promise<string[]> => {
    const texts = new Map<string, string>();
    for (const name of roles.keys()) texts.set(name, await scrape(name));
    return shown
      .filter(([role, , pattern]) => !pattern.test(texts.get(role)!))
      .map(([role, what]) => `${role}: ${what}`);
  };
  let left: string[] = [];
  // The bus tells each minute.
  await until('the first minute is told', 90_000, async () => {
    left = await missing();
    return left.length === 0;
  }).catch(() => undefined);
  expect(left).toEqual([]);
});

test('the metrics of the API are for those who have a token: it may stand on an open address', async () => {
  expect(await scrape('api')).toContain('401');
});

test('telemetry: process, sink and ingest each tell their minute, and it reaches InfluxDB', async () => {
  let used: Record<string, number> = {};
  // Each tells a first minute before it has used a reading.
  await until('every component has told of readings that it has used', 120_000, async () => {
    used = {};
    for (const point of await rig.results.pipeline(startedAt, Date.now() + minuteMs))
      used[point.component] = Math.max(used[point.component] ?? 0, point.used);
    return Object.values(used).filter((count) => count > 0).length === 3;
  }).catch(() => undefined);
  const some = expect.toSatisfy((count: number) => count > 0);
  expect(used).toEqual({ ingest: some, process: some, sink: some });
});

const dependencies: Readonly<Record<string, readonly string[]>> = {
  ingest: ['kafka'],
  process: ['kafka', 'influx'],
  sink: ['kafka', 'influx'],
  notify: ['kafka'],
};

describe('readiness', () => {
  test.each(Object.entries(dependencies))('%s names %j', async (name, expected) => {
    const answer = await fetch(`http://127.0.0.1:${roles.get(name)!.operationsPort}/ready`);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      Object.fromEntries(expected.map((each) => [each, 'ok'])),
    ]);
  });

  test('with InfluxDB away those that need it are not ready and say why; all are healthy', async () => {
    await influx.stop();
    for (const [name, role] of roles) {
      const address = `http://127.0.0.1:${role.operationsPort}`;
      const ready = await fetch(`${address}/ready`);
      const needs = name === 'api' || dependencies[name]!.includes('influx');
      const said = await ready.text();
      expect([name, ready.status, said]).toEqual([
        name,
        needs ? 503 : 200,
        needs ? expect.stringMatching(/influx(db)?":"(.*ECONNREFUSED|no answer|indisponible)/) : expect.any(String),
      ]);
      expect((await fetch(`${address}/health`)).status).toBe(200);
    }
  });

  test('check names every component that is not reached, at once, and exits with 1', async () => {
    await gateway.close();
    const role = rig.command('check');
    expect(await role.done()).toBe(1);
    const { problems } = JSON.parse(role.said.find((line) => line.startsWith('{"buildings"'))!) as {
      problems: string[];
    };
    expect(problems.some((problem) => /^buses\.bus-1: .*ECONNREFUSED/.test(problem))).toBe(true);
    expect(problems.some((problem) => /^influx: .*ECONNREFUSED/.test(problem))).toBe(true);
    expect(problems.some((problem) => problem.startsWith('kafka'))).toBe(false);
  });
});
