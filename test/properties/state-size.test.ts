import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { history } from '../../ingest/simulator/history.ts';
import { noEffects } from '../../processors/effects.ts';
import { encodeState } from '../../processors/snapshot.ts';
import type { BuildingState } from '../../processors/state.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { dayMs } from './random-building.ts';
import { calendarOf } from './run.ts';

const quarterMs = 900_000;
const limitBytes = 8192;

describe('the state of a building read every 15 minutes', () => {
  it('stays below 8 KB a meter, and stops growing', { timeout: 120_000 }, () => {
    const building: Building = { ...simulatedBuilding(5), maxGapMs: 7_200_000 };
    const sizes = grow(building, 60);
    const early = Math.max(...sizes.slice(8, 16));
    const late = Math.max(...sizes.slice(50));
    expect(late).toBeLessThan(limitBytes);
    expect(late).toBeLessThan(1.5 * early);
  });

  it('keeps no more readings of a meter than about four days', () => {
    const building: Building = { ...simulatedBuilding(5, { tenants: 2 }), maxGapMs: 7_200_000 };
    const counts: number[] = [];
    grow(building, 30, (state) => counts.push(Math.max(...[...state.meters.values()].map((m) => m.tail.length))));
    expect(Math.max(...counts)).toBeLessThanOrEqual(5 * 96 + 1);
  });
});

/** Bytes a meter of the state as it is stored, at the end of each day. */
function grow(building: Building, days: number, each: (state: BuildingState) => void = () => {}): number[] {
  const processor = new BuildingProcessor(building, new Workspace(), undefined, calendarOf(building.timezone));
  const effects = noEffects();
  const sizes: number[] = [];
  let day = Number.NEGATIVE_INFINITY;
  for (const reading of history(building, { seed: 5, days, end: Date.UTC(2026, 5, 1), intervalMs: quarterMs })) {
    processor.step({ type: 'reading', reading }, effects);
    if (reading.at < day + dayMs) continue;
    day = reading.at;
    processor.step({ type: 'flush', now: reading.at, settled: true }, effects);
    effects.results.length = 0;
    sizes.push(Buffer.byteLength(encodeState(processor.state).join('')) / building.meters.length);
    each(processor.state);
  }
  return sizes;
}
