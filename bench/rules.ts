/**
 * `rules`: the pure reducer, readings in memory to day, period and building results, 1,000 buildings × 21 meters × 96 readings a day, beside a
 * plain loop that keeps first, last, maximum and count of each meter and local day: the floor that no rule can beat. Both read the same objects and find the
 * local day in the same calendar; ours publishes every result once, the floor nothing. Time is the processor's, collection of garbage
 * included, because the machine is shared.
 */

import { readFileSync } from 'node:fs';
import type { Building } from '../domain/building.ts';
import { type Calendar, createCalendar } from '../domain/calendar.ts';
import { parseConfig } from '../domain/config/parse.ts';
import type { Reading } from '../domain/reading.ts';
import { noEffects } from '../processors/effects.ts';
import { BuildingProcessor } from '../processors/step.ts';
import { Workspace } from '../processors/workspace.ts';
import type { BenchRow } from './row.ts';

const buildingCount = 1000;
const meterCount = 21;
const stepMs = 900_000;
const rounds = 9;
/** Rounds in which both are still being compiled. */
const warmUp = 2;
const start = Date.UTC(2026, 5, 1, 22);
const readingsADay = 96;

export async function run(): Promise<BenchRow[]> {
  const buildings = manyBuildings();
  const readings = oneDay(buildings);
  const calendar = createCalendar('Europe/Paris');
  const ours: number[] = [];
  const floor: number[] = [];
  let results = 0;
  for (let round = 0; round < warmUp + rounds; round++) {
    const floorMs = timed(() => floorLoop(readings, calendar));
    const processors = makeProcessors(buildings, calendar);
    const oursMs = timed(() => {
      results = reduce(processors, readings);
    });
    if (round < warmUp) continue;
    floor.push(readings.length / (floorMs / 1000));
    ours.push(readings.length / (oursMs / 1000));
  }
  return [
    {
      name: `rules (${readings.length} readings → ${results} results) beside the floor loop`,
      ours: median(ours),
      peer: median(floor),
      ratio: median(ours) / median(floor),
      unit: 'readings/s of CPU',
    },
  ];
}

function manyBuildings(): Building[] {
  const text = readFileSync(new URL('../releve.example.yaml', import.meta.url), 'utf8');
  const example = parseConfig([{ name: 'example', text }], () => '').buildings[0];
  if (!example) throw new Error('the example has no building');
  return Array.from({ length: buildingCount }, (_, i) => ({ ...example, id: `b${i}` }));
}

/** In order of the instant, as a journal would give them; one string a name, as `JSON.parse` makes of short ones. */
function oneDay(buildings: readonly Building[]): Reading[] {
  const readings: Reading[] = [];
  const ids = Array.from({ length: meterCount }, (_, meter) =>
    meter === 20 ? 'GLOBAL' : `LOC${String(meter + 1).padStart(2, '0')}`,
  );
  for (let step = 0; step < readingsADay; step++) {
    const at = start + step * stepMs;
    for (const building of buildings) {
      for (let meter = 0; meter < meterCount; meter++) {
        const powerW = meter === 20 ? 8000 + (step % 7) * 100 : 300 + ((meter * 37 + step * 11) % 200);
        readings.push({
          building: building.id,
          meter: ids[meter] as string,
          at,
          energyImportWh: 1_000_000 + step * (meter === 20 ? 2200 : 100),
          resolutionWh: 1,
          powerW,
          source: 'mbus',
          receivedAt: at + 500,
        });
      }
    }
  }
  return readings;
}

/** A running system has its buildings before the readings come. */
function makeProcessors(buildings: readonly Building[], calendar: Calendar): Map<string, BuildingProcessor> {
  const workspace = new Workspace();
  return new Map(
    buildings.map((building) => [building.id, new BuildingProcessor(building, workspace, undefined, calendar)]),
  );
}

function reduce(processors: ReadonlyMap<string, BuildingProcessor>, readings: readonly Reading[]): number {
  const effects = noEffects();
  for (const reading of readings) processors.get(reading.building)?.step({ type: 'reading', reading }, effects);
  const now = start + readingsADay * stepMs + 60_000;
  let count = 0;
  for (const processor of processors.values()) {
    processor.step({ type: 'flush', now, settled: true }, effects);
    count += effects.results.length;
    effects.results.length = 0;
  }
  return count;
}

interface Floor {
  first: number;
  last: number;
  maximum: number;
  count: number;
}

function floorLoop(readings: readonly Reading[], calendar: Calendar): number {
  const days = new Map<string, Map<string, Map<string, Floor>>>();
  for (const { building, meter, at, energyImportWh, powerW = 0 } of readings) {
    let meters = days.get(building);
    if (!meters) {
      meters = new Map();
      days.set(building, meters);
    }
    let byDay = meters.get(meter);
    if (!byDay) {
      byDay = new Map();
      meters.set(meter, byDay);
    }
    const day = calendar.windowOf('day', at).date;
    const kept = byDay.get(day);
    if (!kept) byDay.set(day, { first: energyImportWh, last: energyImportWh, maximum: powerW, count: 1 });
    else {
      kept.last = energyImportWh;
      if (powerW > kept.maximum) kept.maximum = powerW;
      kept.count++;
    }
  }
  return days.size;
}

/** Milliseconds of the processor. */
function timed(work: () => void): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) console.table(await run());
