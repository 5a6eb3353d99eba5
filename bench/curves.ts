/**
 * `curves`: the cost of a reading by the rules, hourly publication included, must not grow with what has been: µs a reading in the first day, and after a
 * month, a quarter, half a year and a year of history; and with 21, 1,000, 10,000 and 100,000 meters. The ratio is to the curve's first point.
 */
import { createCalendar } from '../domain/calendar.ts';
import { noEffects } from '../processors/effects.ts';
import { BuildingProcessor } from '../processors/step.ts';
import { Workspace } from '../processors/workspace.ts';
import { median } from './figures.ts';
import { fleet, metersABuilding, readings } from './fleet.ts';
import type { BenchRow } from './row.ts';

const hour = 4;
const day = 96;
const history = [7, 30, 90, 180, 365];
const fleetMeters = [21, 1_000, 10_000, 100_000];
const start0 = Date.UTC(2025, 5, 1, 22);

export async function run(): Promise<BenchRow[]> {
  // The first pass compiles the rules.
  historyCurve();
  return [...historyCurve(), ...fleetCurve()];
}

/** Median cost of the days of the week before each age. */
function historyCurve(): BenchRow[] {
  const processors = create(1);
  const costs: number[] = [];
  const last = history.at(-1) ?? 0;
  for (let age = 0; age < last; age++) costs.push(costOf(processors, age * day, (age + 1) * day));
  return told(
    history.map((age) => ({ name: `after ${age} days of history`, cost: median(costs.slice(age - 7, age)) })),
  );
}

/** Four hours of every meter; the median of three where that is short. */
function fleetCurve(): BenchRow[] {
  return told(
    fleetMeters.map((meters) => {
      const processors = create(Math.ceil(meters / metersABuilding));
      const steps = meters < 10_000 ? 10 * day : 4 * hour;
      const costs: number[] = [];
      for (let part = 0; part < 3; part++) costs.push(costOf(processors, part * steps, (part + 1) * steps));
      return { name: `with ${meters.toLocaleString('en')} meters`, cost: median(costs) };
    }),
  );
}

function told(points: readonly { readonly name: string; readonly cost: number }[]): BenchRow[] {
  const first = points[0]?.cost ?? Number.NaN;
  return points.map(({ name, cost }) => ({
    name: `curves: ns a reading ${name}, beside the first`,
    ours: 1000 * cost,
    peer: 1000 * first,
    ratio: cost / first,
    unit: 'ns, flat is 1',
  }));
}

function create(count: number): BuildingProcessor[] {
  const workspace = new Workspace();
  const calendar = createCalendar('Europe/Paris');
  return fleet(count).map((building) => new BuildingProcessor(building, workspace, undefined, calendar));
}

/** µs a reading from one step to another, everything published once an hour. */
function costOf(processors: readonly BuildingProcessor[], from: number, to: number): number {
  const buildings = processors.map(({ configured }) => configured);
  const byId = new Map(processors.map((processor) => [processor.configured.id, processor]));
  let spentMs = 0;
  let count = 0;
  for (let step = from; step < to; step += hour) {
    const given = [...readings(buildings, step, step + hour, start0)];
    const effects = noEffects();
    const began = performance.now();
    for (const reading of given) byId.get(reading.building)?.step({ type: 'reading', reading }, effects);
    const now = start0 + (step + hour) * 900_000;
    for (const processor of processors) processor.step({ type: 'flush', now, settled: true }, effects);
    spentMs += performance.now() - began;
    count += given.length;
  }
  return (spentMs * 1000) / count;
}

if (import.meta.main) console.table(await run());
