/** Buildings like the example's, as many as wanted, and their readings every 15 minutes in order of the instant: the load of the distributed benches. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Building } from '../domain/building.ts';
import { parseConfig } from '../domain/config/parse.ts';
import type { Reading } from '../domain/reading.ts';

export const metersABuilding = 21;
export const stepMs = 900_000;
const general = metersABuilding - 1;

/** The configuration file's text of one building, in the file's terms, without its bus. */
function exampleFile(): Record<string, unknown> {
  const text = readFileSync(new URL('../releve.example.yaml', import.meta.url), 'utf8');
  const { buildings } = parse(text) as { buildings: Record<string, unknown>[] };
  const [building] = buildings;
  if (!building) throw new Error('the example has no building');
  const meters = (building.meters as Record<string, unknown>[]).map(({ source: _source, ...meter }) => meter);
  return { ...building, meters };
}

/** The `buildings` of a configuration file. */
export function fleetFile(count: number): object[] {
  const example = exampleFile();
  return Array.from({ length: count }, (_, index) => ({ ...example, id: `b${index}` }));
}

export function fleet(count: number): Building[] {
  const text = JSON.stringify({ version: 1, buildings: fleetFile(1) });
  const building = parseConfig([{ name: 'fleet', text }], () => '').buildings[0];
  if (!building) throw new Error('the example has no building');
  return Array.from({ length: count }, (_, index) => ({ ...building, id: `b${index}` }));
}

/** What one meter says at one step since `start`; the index never falls, the tenants' sum stays below the general meter's. */
export function readingOf(building: string, meter: number, step: number, start: number): Reading {
  const at = start + step * stepMs;
  const isGeneral = meter === general;
  return {
    building,
    meter: isGeneral ? 'GLOBAL' : `LOC${String(meter + 1).padStart(2, '0')}`,
    at,
    energyImportWh: 1_000_000 + step * (isGeneral ? 2200 : 100),
    resolutionWh: 1,
    powerW: isGeneral ? 8000 + (step % 7) * 100 : 300 + ((meter * 37 + step * 11) % 200),
    source: 'mbus',
    receivedAt: at + 500,
  };
}

/** Every meter of every building, step by step, as a journal would give them. */
export function* readings(
  buildings: readonly { readonly id: string }[],
  fromStep: number,
  toStep: number,
  start: number,
): Generator<Reading> {
  for (let step = fromStep; step < toStep; step++)
    for (const { id } of buildings)
      for (let meter = 0; meter < metersABuilding; meter++) yield readingOf(id, meter, step, start);
}
