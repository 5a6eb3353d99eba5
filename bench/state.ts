/**
 * `state`: the memory that a meter with a reading every 15 minutes and 48 h of lateness holds after five days, by the growth of a process of
 * its own that holds 300 buildings of 21 meters.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createCalendar } from '../domain/calendar.ts';
import { noEffects } from '../processors/effects.ts';
import { BuildingProcessor } from '../processors/step.ts';
import { Workspace } from '../processors/workspace.ts';
import { median } from './figures.ts';
import { fleet, metersABuilding, readings } from './fleet.ts';
import type { BenchRow } from './row.ts';

const buildings = 300;
const days = 5;
const rounds = 3;
const start0 = Date.UTC(2026, 5, 1, 22);
const allowedBytes = 8192;

export async function run(): Promise<BenchRow[]> {
  const bytes = Array.from({ length: rounds }, () => Number(inProcess()));
  const ours = median(bytes);
  // The peer's column holds what is allowed.
  const row = { name: 'state: memory held a meter', ours, peer: allowedBytes, ratio: ours / allowedBytes };
  return [{ ...row, unit: 'bytes, less is better' }];
}

function inProcess(): string {
  const flags = ['--expose-gc', '--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), 'memory'];
  return execFileSync(process.execPath, flags, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

/** Day by day, publishing each, so that what can no longer change is forgotten as it is in use. */
function live(buildingCount: number): BuildingProcessor[] {
  const workspace = new Workspace();
  const calendar = createCalendar('Europe/Paris');
  const processors = fleet(buildingCount).map(
    (building) => new BuildingProcessor(building, workspace, undefined, calendar),
  );
  for (const processor of processors) {
    for (let day = 0; day < days; day++) {
      const effects = noEffects();
      for (const reading of readings([processor.configured], day * 96, (day + 1) * 96, start0))
        processor.step({ type: 'reading', reading }, effects);
      processor.step({ type: 'flush', now: start0 + (day + 1) * 86_400_000, settled: true }, effects);
    }
  }
  return processors;
}

async function memoryAMeter(): Promise<number> {
  // One of each kind first, so that code and shared tables do not count.
  const warm = live(20);
  const before = await held();
  const processors = live(buildings);
  const after = await held();
  if (warm.length + processors.length === 0) throw new Error('nothing was kept');
  return (after - before) / (buildings * metersABuilding);
}

/** Heap and memory outside of it after collection: what is resident besides is the room that making the readings has taken. */
async function held(): Promise<number> {
  for (let pass = 0; pass < 6; pass++) {
    globalThis.gc?.();
    await sleep(50);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stderr.write(`${Math.round((heapUsed + external) / 1e6)} MB held, ${Math.round(rss / 1e6)} MB resident\n`);
  return heapUsed + external;
}

if (import.meta.main) {
  if (process.argv[2] === 'memory') process.stdout.write(`${await memoryAMeter()}\n`);
  else console.table(await run());
}
