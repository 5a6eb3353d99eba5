/**
 * What is replayed from InfluxDB, by real processes: old readings brought in while InfluxDB is away, and all topics of Kafka lost. Both end as if the
 * readings had come in order.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createCalendar } from '../../domain/calendar.ts';
import type { Reading } from '../../domain/reading.ts';
import { type InfluxServer, startInflux } from '../../infra/native/influx.ts';
import { history, historyStart } from '../../ingest/simulator/history.ts';
import { comparedResults } from './faults/compare.ts';
import { buildingFile, createRig, type Rig } from './faults/rig.ts';
import { runUninterrupted } from './faults/uninterrupted.ts';

const dayMs = 86_400_000;
const days = 14;
const end = Date.now() - 6 * dayMs;
const building = `rebuild-${process.pid}`;
const files = [{ version: 1, buildings: [buildingFile(building, 3)] }];

let folder: string;
let influx: InfluxServer;
let rigs: Rig[];
let readings: readonly Reading[];
let range: { readonly from: number; readonly to: number };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-rebuild-'));
  influx = await startInflux({ dir: join(folder, 'influx') });
  rigs = [await rigOf('first')];
  const [configured] = rigs[0]!.buildings;
  readings = [...history(configured!, { days, end, seed: 8, leakW: 300 })];
  range = { from: historyStart(configured!, days, end), to: Date.now() + dayMs };
}, 120_000);

afterAll(async () => {
  for (const rig of rigs) await rig.close();
  await influx.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Topics of their own, the same InfluxDB. */
function rigOf(name: string): Promise<Rig> {
  const { brokers } = inject('kafka');
  return createRig({
    folder: join(folder, name),
    brokers,
    influx,
    prefix: `${building}-${name}`,
    partitions: 2,
    files,
  });
}

async function bring(rig: Rig, name: string, some: readonly Reading[]): Promise<void> {
  const file = join(folder, `${name}.csv`);
  const lines = some.map(
    ({ meter, at, energyImportWh, powerW }) => `${meter},${new Date(at).toISOString()},${energyImportWh},${powerW}`,
  );
  writeFileSync(file, ['meter,at,energy_import_wh,power_w', ...lines, ''].join('\n'));
  const command = rig.command('import', file);
  expect(await command.done(), command.said.join('\n')).toBe(0);
}

/** Waits until InfluxDB holds what an uninterrupted run makes of all readings that ever came. */
async function everythingAsOf(journals: readonly Rig[]): Promise<void> {
  const [rig] = journals;
  const expected = await runUninterrupted(
    journals.map(({ journal }) => journal),
    rig!.buildings,
    range,
  );
  expect(expected.results.get(building)!.meter_day!.length).toBeGreaterThan(20);
  await vi.waitFor(
    async () => expect(await comparedResults(rig!.results, building, range)).toEqual(expected.results.get(building)),
    { timeout: 60_000, interval: 1000 },
  );
}

test('old readings that come while InfluxDB is away wait for it, and change what they should', async () => {
  const [rig] = rigs;
  const isMissing = ({ meter, at }: Reading): boolean =>
    meter === 'LOC02' && at > range.from + 3.3 * dayMs && at < range.from + 5.6 * dayMs;
  const isLater = ({ at }: Reading): boolean => at > end - 2 * dayMs;
  const roles = [await rig!.start('process'), await rig!.start('sink')];
  await bring(
    rig!,
    'first',
    readings.filter((reading) => !isMissing(reading) && !isLater(reading)),
  );
  await everythingAsOf([rig!]);
  await influx.stop();
  await bring(rig!, 'missing', readings.filter(isMissing));
  await sleep(6000);
  expect(roles.map(({ ended }) => ended)).toEqual([undefined, undefined]);
  influx = await startInflux({ dir: influx.dir, port: influx.port });
  await everythingAsOf([rig!]);
  for (const role of roles) expect(await role.end('SIGTERM')).toBe(130);
}, 240_000);

test('every topic lost: made anew, the days replayed from InfluxDB, and on it goes', async () => {
  const fresh = await rigOf('second');
  rigs.push(fresh);
  const roles = [await fresh.start('process'), await fresh.start('sink')];
  const calendar = createCalendar('Europe/Paris');
  const date = (at: number): string => calendar.windowOf('day', at).date;
  const recompute = fresh.command('recompute', '--from', date(range.from), '--to', date(end));
  expect(await recompute.done(), recompute.said.join('\n')).toBe(0);
  // The state is there again once it has been published to the new topic `state`.
  await vi.waitFor(
    async () => {
      const keys: string[] = [];
      for (const partition of [0, 1])
        for await (const batch of fresh.journal.read('state', partition)) keys.push(...batch.map(({ key }) => key));
      expect(keys.some((key) => key.startsWith(`snapshot/${building}/`))).toBe(true);
    },
    { timeout: 60_000, interval: 500 },
  );
  await bring(
    fresh,
    'later',
    readings.filter(({ at }) => at > end - 2 * dayMs),
  );
  await everythingAsOf([rigs[0]!, fresh]);
  for (const role of roles) expect(await role.end('SIGTERM')).toBe(130);
}, 240_000);
