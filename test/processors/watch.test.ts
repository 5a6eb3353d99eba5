/** The state of each registered meter by the wall clock. */
import { expect, test } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { MeterState } from '../../domain/telemetry.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { noEffects } from '../../processors/effects.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';

const hour = 3_600_000;
/** Local midnight in Paris, in winter. */
const midnight = Date.parse('2026-01-14T23:00:00Z');
const plain = { ...simulatedBuilding(1, { tenants: 3 }), maxGapMs: 2 * hour, intervalMs: 900_000 };

/** What the meters say at `now`, after quarter-hourly readings from the day before on; `indexOf` gives LOC02's index. */
function statesAt(building: Building, now: number, indexOf: (at: number) => number): Map<string, MeterState> {
  const processor = new BuildingProcessor(building, new Workspace());
  const effects = noEffects();
  for (let at = midnight - 24 * hour; at <= now; at += 900_000)
    for (const meter of ['LOC01', 'LOC02', 'GLOBAL'])
      processor.step(
        {
          type: 'reading',
          reading: {
            building: building.id,
            meter,
            at,
            energyImportWh: meter === 'LOC02' ? indexOf(at) : Math.floor((at - midnight) / 7200) + 100_000,
            source: 'mbus',
            receivedAt: at,
          },
        },
        effects,
      );
  // The first watch works the days out, the second sees them.
  for (const minute of [0, 1])
    processor.step({ type: 'watch', now: now + minute * 60_000, since: midnight - 48 * hour }, effects);
  return new Map(
    effects.telemetry.flatMap((point) => (point.kind === 'meter_state' ? [[point.meter, point] as const] : [])),
  );
}

const stands = (): number => 5000;

test('a meter that answered a whole day and counted nothing is failing, the others are active or were never read', () => {
  const states = statesAt(plain, midnight + 6 * hour, stands);
  expect([...states].map(([meter, { state }]) => [meter, state])).toEqual([
    ['LOC01', 'actif'],
    ['LOC02', 'defaillant'],
    ['LOC03', 'jamais_lu'],
    ['GLOBAL', 'actif'],
  ]);
  expect(states.get('LOC03')!.secondsSinceReading).toBeNull();
});

test('until it counts again', () => {
  const counting = (at: number): number => (at > midnight + hour ? 5001 : 5000);
  expect(statesAt(plain, midnight + 6 * hour, counting).get('LOC02')!.state).toBe('actif');
});

test('in the first day nobody can know', () => {
  expect(statesAt(plain, midnight - hour, stands).get('LOC02')!.state).toBe('actif');
});

test('in an empty flat it is as it should be', () => {
  const lots = plain.lots.map((lot) =>
    lot.number === 2 ? { ...lot, occupancy: [{ from: midnight - 48 * hour, occupant: null }] } : lot,
  );
  expect(statesAt({ ...plain, lots }, midnight + 6 * hour, stands).get('LOC02')!.state).toBe('actif');
});
