import { expect, test } from 'vitest';
import type { Reading } from '../../domain/reading.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { noEffects } from '../../processors/effects.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { dayMs } from '../properties/random-building.ts';
import { calendarOf } from '../properties/run.ts';

/** Medians, slopes and the year's demand take the last of what is remembered. */
test('days are remembered in order, whichever is read first', () => {
  const building = simulatedBuilding(1, { id: 'B', tenants: 1 });
  const { start } = calendarOf(building.timezone).day('2026-06-10');
  const processor = new BuildingProcessor(building, new Workspace());
  for (const day of [5, 4, 6, 3]) {
    const at = start + (day + 0.5) * dayMs;
    const reading: Reading = {
      building: 'B',
      meter: 'GLOBAL',
      at,
      energyImportWh: 1000 * day,
      source: 'import',
      receivedAt: at,
    };
    processor.step({ type: 'reading', reading }, noEffects());
    processor.step({ type: 'flush', now: start + 7 * dayMs, settled: true }, noEffects());
  }
  expect([...processor.state.memory.keys()].map((at) => (at - start) / dayMs)).toEqual([3, 4, 5, 6]);
});
