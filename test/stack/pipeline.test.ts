/**
 * The whole way as an operator runs it, each role a process of its own: simulator → ingest → Kafka → process → sink → InfluxDB, and history by
 * `import`. What InfluxDB holds equals what the embedded mode computes from the same readings, field by field, and numbers derived by hand.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { parse } from 'yaml';
import { createCalendar } from '../../domain/calendar.ts';
import type { BuildingDay } from '../../domain/results.ts';
import { freePort } from '../../infra/native/server-process.ts';
import { history, historyStart } from '../../ingest/simulator/history.ts';
import { comparedResults } from './faults/compare.ts';
import { expectedRow, fluxRows, foundRow } from './faults/flux.ts';
import { buildingFile, createRig, type Rig, type StartedRole } from './faults/rig.ts';
import { type Role, startRole } from './faults/role.ts';
import { runUninterrupted, type Uninterrupted } from './faults/uninterrupted.ts';
import { until } from './faults/until.ts';

const dayMs = 86_400_000;
const quarterMs = 900_000;
const prefix = `pipeline-${process.pid}`;
const brought = `${prefix}-brought`;
const byHand = `${prefix}-by-hand`;
const live = `${prefix}-live`;
const calendar = createCalendar('Europe/Paris');
/** The last day of 25 hours, at least ten days ago. */
const longDay = lastLongDay(Date.now() - 10 * dayMs);
const told = new Set(['revision', 'closedAt', 'openedAt', 'updatedAt']);

let folder: string;
let rig: Rig;
let simulator: Role;
let roles: StartedRole[];
let ingest: StartedRole;
let expected: Uninterrupted;
let range: { from: number; to: number };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-pipeline-'));
  const port = await freePort();
  simulator = startRole('simulate', ['--meters', '4', '--seed', '5', '--port', String(port), '--leak-w', '200']);
  await until('the simulator listens', 30_000, () => simulator.said.some((line) => line.includes('passerelle')));
  const simulated = parse(simulator.said.filter((line) => !line.startsWith('passerelle')).join('\n')) as {
    buildings: object[];
    buses: object[];
  };
  rig = await createRig({
    folder,
    brokers: inject('kafka').brokers,
    influx: inject('influx'),
    prefix,
    partitions: 4,
    files: [
      { version: 1, buildings: [buildingFile(brought, 5), buildingFile(byHand, 2)] },
      {
        version: 1,
        buildings: [{ ...simulated.buildings[0], id: live, interval: '1s' }],
        buses: simulated.buses.map((bus) => ({ ...bus, building: live, interval: '1s', timeout: '500ms' })),
      },
    ],
  });
  const end = Date.now() - 10 * dayMs;
  const building = rig.buildings.find(({ id }) => id === brought)!;
  range = { from: Math.min(historyStart(building, 14, end), longDay.start - dayMs), to: Date.now() + 2 * dayMs };
  writeFileSync(join(folder, 'brought.csv'), csv(broughtLines(end)));
  writeFileSync(join(folder, 'by-hand.csv'), csv(byHandLines()));

  roles = [await rig.start('process'), await rig.start('sink'), await rig.start('process')];
  ingest = await rig.start('ingest');
  for (const file of ['brought.csv', 'by-hand.csv']) {
    const command = rig.command('import', join(folder, file));
    expect(await command.done(), command.said.join('\n')).toBe(0);
  }
  await until('readings of the simulated bus', 60_000, async () => (await countLive()) > 40);
  expect(await ingest.end('SIGTERM')).toBe(130);
  expected = await runUninterrupted([rig.journal], rig.buildings, range);
}, 300_000);

afterAll(async () => {
  await simulator?.end('SIGKILL');
  await rig?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('what InfluxDB holds equals what the embedded mode computes from the same readings', () => {
  test.each([brought, byHand, live])('%s: every result, through the reader', async (building) => {
    const wanted = expected.results.get(building)!;
    expect(wanted.meter_day!.length).toBeGreaterThan(0);
    expect(wanted['meter_period month']!.length).toBeGreaterThan(0);
    await eventually(async () => expect(await comparedResults(rig.results, building, range)).toEqual(wanted));
  });

  test.each([
    [brought, 'meter_day'],
    [brought, 'building_day'],
    [byHand, 'meter_day'],
    [byHand, 'building_day'],
    [live, 'meter_day'],
    [live, 'building_day'],
  ] as const)('%s: %s, by Flux', async (building, measurement) => {
    const wanted = expected.results
      .get(building)!
      [measurement]!.map((result) => expectedRow(measurement, result, told));
    expect(wanted.length).toBeGreaterThan(0);
    await eventually(async () => {
      const found = await fluxRows(inject('influx'), { measurement, building, ...range });
      expect(sorted(found.map((row) => foundRow(row, wanted[0]!)))).toEqual(sorted(wanted));
    });
  });

  test('every reading of the bus is there, and the bus answered well', async () => {
    const readings: string[] = [];
    for await (const batch of rig.results.readings({ building: live, ...range }))
      readings.push(...batch.map(({ meter, at, energyImportWh }) => `${meter} ${at} ${energyImportWh}`));
    expect(new Set(readings).size).toBe(readings.length);
    expect(readings.length).toBe(await countLive());
  });

  test('the account adds up to every record of the topic, in one process and in several', async () => {
    expect(sum(Object.values(expected.account))).toBe(expected.readings);
    await eventually(async () => {
      const metrics = await Promise.all(roles.map((role) => metricsOf(role)));
      const account = new Map<string, number>();
      for (const [, outcome, count] of metrics
        .join('\n')
        .matchAll(/^releve_process_account{.*outcome="(\w+)"} (\d+)$/gm))
        account.set(outcome!, (account.get(outcome!) ?? 0) + Number(count));
      expect(Object.fromEntries(account)).toEqual(expected.account);
    });
  });
});

describe('a day of 25 hours derived by hand, by Flux', () => {
  // LOC01 takes 21 Wh a minute and LOC02 9 without pause, the general meter 32; readings each quarter of an hour, seven minutes past.
  test('meters: 1500 minutes × 21, 9 and 32 Wh; 100 readings each', async () => {
    await eventually(async () => {
      const found = await fluxRows(inject('influx'), {
        measurement: 'meter_day',
        building: byHand,
        from: longDay.start,
        to: longDay.start + 1,
      });
      const columns = {
        meter: 0,
        energy_wh: 0,
        readings: 0,
        class: 0,
        demand_max_w: 0,
        start_quality: 0,
        estimated_wh: 0,
      };
      const common = { readings: 100, start_quality: 'measured', estimated_wh: 0 };
      expect(found.map((row) => foundRow(row, columns)).sort(byMeter)).toEqual([
        { ...common, meter: 'GLOBAL', energy_wh: 48_000, class: null, demand_max_w: 1920 },
        { ...common, meter: 'LOC01', energy_wh: 31_500, class: 'tres_eleve', demand_max_w: 1260 },
        { ...common, meter: 'LOC02', energy_wh: 13_500, class: 'eleve', demand_max_w: 540 },
      ]);
    });
  });

  test('building: 45 of 48 kWh is 93.75 %, below the 95 % of a leak; the mean of two lots is their median', async () => {
    const [row] = await fluxRows(inject('influx'), {
      measurement: 'building_day',
      building: byHand,
      from: longDay.start,
      to: longDay.start + 1,
    });
    expect(row).toMatchObject({
      general_wh: 48_000,
      tenants_wh: 45_000,
      remainder_wh: 3000,
      leak_ratio: 0.9375,
      leak_ratio_quality: 'measured',
      mean_wh: 22_500,
      median_wh: 22_500,
      min_wh: 13_500,
      max_wh: 31_500,
      class_eleve: 1,
      class_tres_eleve: 1,
      meters_reporting: 2,
      meters_expected: 2,
    });
    const anomalies = await fluxRows(inject('influx'), {
      measurement: 'anomaly',
      building: byHand,
      from: longDay.start,
      to: longDay.start + 1,
    });
    expect(anomalies.find(({ type }) => type === 'fuite_energetique')).toMatchObject({ open: true, impact_wh: 3000 });
  });

  test('the days of the month add up to the month, to the Wh', async () => {
    const first = createCalendar('Europe/Paris').windowOf('month', longDay.start).start;
    const days = (await rig.results.buildingDays({
      building: byHand,
      from: first,
      to: longDay.end + dayMs,
    })) as BuildingDay[];
    const [month] = await rig.results.buildingPeriods({
      building: byHand,
      from: first,
      to: first + 1,
      period: 'month',
    });
    expect(month!.generalWh).toBe(sum(days.map(({ generalWh }) => generalWh ?? 0)));
  });
});

describe('operations', () => {
  test.each(['process', 'sink'])('%s serves health, readiness with each dependency, and metrics', async (name) => {
    const role = roles.find((each) => each.name === name)!;
    const answer = await fetch(`http://127.0.0.1:${role.operationsPort}/ready`);
    expect([answer.status, await answer.json()]).toEqual([200, { kafka: 'ok', influx: 'ok' }]);
    const metrics = await metricsOf(role);
    expect(metrics).toMatch(/^process_resident_memory_bytes \d/m);
    expect(metrics).toMatch(
      name === 'sink' ? /^releve_sink_points_total{topic="results"} \d/m : /^releve_process_lag{/m,
    );
  });

  test('SIGTERM ends every role within 10 s with 130, and the next one goes on where it was', async () => {
    const api = await rig.start('api');
    for (const role of [...roles, api]) {
      const began = performance.now();
      expect([role.name, await role.end('SIGTERM')]).toEqual([role.name, 130]);
      expect(performance.now() - began).toBeLessThan(10_000);
    }
    const again = await rig.start('process');
    await until(
      'the partitions are restored',
      60_000,
      () => again.log.filter(({ msg }) => msg === 'restored').length >= 4,
    );
    const restored = again.log.filter(({ msg }) => msg === 'restored');
    const positions = restored.map(({ facts }) => (facts as { positions: { readings: number } }).positions.readings);
    expect(sum(positions)).toBeGreaterThanOrEqual(expected.readings);
    expect(await again.end('SIGTERM')).toBe(130);
  });

  test('no log holds a secret', () => {
    const said = [...roles, ingest].flatMap((role) => role.said).join('\n');
    expect(said.length).toBeGreaterThan(1000);
    for (const secret of rig.secrets) expect(said.includes(secret)).toBe(false);
  });
});

/** Fourteen days of a simulated building, a line that is no reading among them. */
function broughtLines(end: number): string[] {
  const building = rig.buildings.find(({ id }) => id === brought)!;
  const lines = [...history(building, { days: 14, end, seed: 11, leakW: 150 })].map(
    ({ meter, at, energyImportWh, powerW }) => line(meter, at, energyImportWh, brought, powerW),
  );
  return [...lines, `LOC01,${new Date(end).toISOString()},12X,100,${brought}`];
}

/** From the eve of the long day to the day after it; out of order, as files are. */
function byHandLines(): string[] {
  const lines: string[] = [];
  const from = longDay.start - dayMs + 7 * 60_000;
  for (let at = from; at < longDay.end + dayMs; at += quarterMs) {
    const quarters = (at - from) / quarterMs;
    lines.push(
      line('LOC01', at, 1000 + 315 * quarters, byHand),
      line('LOC02', at, 2000 + 135 * quarters, byHand),
      line('GLOBAL', at, 3000 + 480 * quarters, byHand),
    );
  }
  return lines.reverse();
}

function line(meter: string, at: number, wh: number, building: string, powerW?: number): string {
  return `${meter},${new Date(at).toISOString()},${wh},${powerW ?? ''},${building}`;
}

function csv(lines: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  return ['meter,at,energy_import_wh,power_w,building', ...lines, ''].join('\n');
}

async function countLive(): Promise<number> {
  let count = 0;
  for (let partition = 0; partition < 4; partition++)
    for await (const batch of rig.journal.read('readings', partition))
      count += batch.filter(({ key }) => key === live).length;
  return count;
}

async function metricsOf(role: StartedRole): Promise<string> {
  return (await fetch(`http://127.0.0.1:${role.operationsPort}/metrics`)).text();
}

/** Results arrive by and by. */
function eventually(body: () => Promise<void>): Promise<void> {
  return vi.waitFor(body, { timeout: 60_000, interval: 500 });
}

function lastLongDay(before: number): { readonly start: number; readonly end: number } {
  let day = calendar.previous(calendar.windowOf('day', before));
  while (day.end - day.start !== 25 * 3_600_000) day = calendar.previous(day);
  return day;
}

function sorted<T extends object>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function byMeter(a: { readonly meter?: unknown }, b: { readonly meter?: unknown }): number {
  return String(a.meter) < String(b.meter) ? -1 : 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
