/** Random files through the command line, beside the second implementation of the rules: at once, in pieces that correct each other, killed and again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../bin/configuration.ts';
import type { Building } from '../../domain/building.ts';
import type { Reading } from '../../domain/reading.ts';
import { readCsvReadings } from '../../ingest/files/csv-readings.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { differences } from '../properties/compare.ts';
import { mulberry } from '../random.ts';
import { referenceResults } from '../reference/reference.ts';
import { inFolder, releve, startReleve } from './releve.ts';

const hourMs = 3_600_000;
const meters = ['M1', 'M2', 'M3', 'C1', 'G'];
const header = 'meter,at,energy_import_wh,power_w';
const configuration = `
version: 1
buildings:
  - id: tilleuls
    charges: { mode: repartition, common_key: generales }
    tariffs:
      - from: 2026-01-01
        slots:
          - { name: hp, cents_per_kwh: 20.65, hours: ['06:00-22:00'] }
          - { name: hc, cents_per_kwh: 15.79, hours: ['22:00-06:00'] }
        standing_charge_cents: 4512
    lots:
      - { number: 1, tantiemes: { generales: 333 }, occupancy: [{ from: 2020-01-01, occupant: A }] }
      - { number: 2, tantiemes: { generales: 334 }, occupancy: [{ from: 2020-01-01, to: 2026-03-27, occupant: B }, { from: 2026-03-27, vacant: true }] }
      - { number: 3, tantiemes: { generales: 333 }, occupancy: [{ from: 2020-01-01, occupant: C }] }
    meters:
      - { id: M1, role: tenant, lot: 1 }
      - { id: M2, role: tenant, lot: 2, register_limit_wh: 10000000 }
      - { id: M3, role: tenant, lot: 3 }
      - { id: C1, role: common }
      - { id: G, role: general }
`;

/** Lines in no order, at odd instants and exactly at midnights, with gaps, glitches, conflicts, repetitions and replaced registers. */
function randomLines(ids: readonly string[], from: string, to: string, seed: number): string[] {
  const random = mulberry(seed);
  const lines: string[] = [];
  for (const meter of ids) {
    let at = Date.parse(from) + Math.floor(random() * 4 * hourMs);
    let index = Math.floor(random() * 5e6);
    let watts = 100 + random() * 2000;
    while (at < Date.parse(to)) {
      const power = random() < 0.8 ? (watts * (0.5 + random())).toFixed(1) : '';
      const line = (wh: number): number => lines.push(`${meter},${new Date(at).toISOString()},${wh},${power}`);
      const event = random();
      if (event < 0.01) line(event < 0.005 ? 0 : index + 50_000_000);
      else line(index);
      if (event > 0.98) line(event > 0.99 ? index : index + 3);
      let step = Math.floor((7 + random() * 30) * 60_000);
      if (random() < 0.01) step = Math.floor(random() * 50 * hourMs);
      if (random() < 0.05) step = hourMs - (at % hourMs);
      index += Math.floor((watts * (0.3 + 1.4 * random()) * step) / hourMs);
      at += step;
      if (random() < 0.02) watts = 50 + random() * 3000;
      if (random() < 0.002) index = Math.floor(random() * 100);
    }
  }
  return lines
    .map((line) => [random(), line] as const)
    .sort(([a], [b]) => a - b)
    .map(([, line]) => line);
}

function readingsOf(building: Building, lines: readonly string[]): readonly Reading[] {
  const scope = {
    defaultBuilding: building.id,
    meters: new Map([[building.id, new Map(meters.map((id) => [id, Number.NEGATIVE_INFINITY]))]]),
    receivedAt: Date.now(),
  };
  const outcome = readCsvReadings([header, ...lines].join('\n'), scope);
  if (!outcome.ok) throw new Error(outcome.code);
  expect(outcome.value.rejects).toEqual([]);
  return outcome.value.readings;
}

async function storedResults(folder: string, building: string): Promise<Map<string, object>> {
  const store = openSqliteStore(join(folder, 'releve.sqlite'));
  const query = { building, from: -8e14, to: 8e14 };
  const found = new Map<string, object>();
  for (const row of await store.results.meterDays(query)) found.set(`meter_day/${row.meter}/${row.start}`, row);
  for (const row of await store.results.buildingDays(query)) found.set(`building_day/${row.start}`, row);
  for (const period of ['month', 'quarter', 'year'] as const) {
    for (const row of await store.results.meterPeriods({ ...query, period }))
      found.set(`meter_period/${row.meter}/${period}/${row.occupancy}/${row.start}`, row);
    for (const row of await store.results.buildingPeriods({ ...query, period }))
      found.set(`building_period/${period}/${row.start}`, row);
  }
  store.close();
  return found;
}

test.each([1, 2])(
  'every published figure equals the reference, however the file came (seed %i)',
  (seed) =>
    inFolder(async (folder) => {
      const file = join(folder, 'releve.yaml');
      writeFileSync(file, configuration);
      const building = loadConfiguration(file).buildings[0] as Building;
      const csv = (name: string, lines: readonly string[]): string[] => {
        writeFileSync(join(folder, name), [header, ...lines].join('\n'));
        return ['import', join(folder, name), '-c', file, '--data-dir', folder];
      };
      const expectReference = async (lines: readonly string[]): Promise<void> => {
        const { results } = referenceResults(building, readingsOf(building, lines), Date.now());
        const stored = await storedResults(folder, building.id);
        expect([...stored.keys()].filter((key) => !results.has(key))).toEqual([]);
        const wrong = [...results].flatMap(([key, fields]) =>
          differences(key, fields, stored.get(key) as Record<string, unknown>),
        );
        expect(wrong.slice(0, 10)).toEqual([]);
      };

      const lines = randomLines(meters.slice(1), '2026-03-18T00:00Z', '2026-04-04T00:00Z', seed);
      const killed = startReleve(csv('a.csv', lines));
      setTimeout(() => killed.child.kill('SIGKILL'), 500 + 400 * seed);
      await killed.ended;
      expect((await releve(csv('a.csv', lines))).code).toBe(0);
      await expectReference(lines);

      // Corrections far older than the lateness, and a meter that was left out: two files at once.
      const corrections = randomLines(['M2', 'G'], '2026-03-16T00:00Z', '2026-03-24T00:00Z', seed + 100);
      const forgotten = randomLines(['M1'], '2026-03-17T00:00Z', '2026-04-05T00:00Z', seed + 200);
      const both = await Promise.all([releve(csv('b.csv', corrections)), releve(csv('c.csv', forgotten))]);
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      // What the second one appended after the first had read on is taken up by whoever comes next.
      expect((await releve(['report', '-c', file, '--data-dir', folder])).code).toBe(0);
      await expectReference([...lines, ...corrections, ...forgotten]);
    }),
  60_000,
);
