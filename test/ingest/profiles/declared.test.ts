import { expect, test } from 'vitest';
import type { Building } from '../../../domain/building.ts';
import { meterAt } from '../../../ingest/declared.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';

const plain = simulatedBuilding(1, { tenants: 2 });
const building: Building = {
  ...plain,
  events: [
    { v: 1, building: plain.id, at: 300, type: 'multiplier', meter: 'LOC01', multiplier: 40 },
    { v: 1, building: plain.id, at: 100, type: 'multiplier', meter: 'LOC01', multiplier: 20 },
    { v: 1, building: plain.id, at: 200, type: 'replacement', meter: 'LOC01', serial: '87654321' },
    { v: 1, building: plain.id, at: 400, type: 'replacement', meter: 'LOC01' },
  ],
};
const [meter, other] = building.meters;

test.each([
  [99, 1, meter!.serial],
  [100, 20, meter!.serial],
  [200, 20, '87654321'],
  [300, 40, '87654321'],
  [400, 40, undefined],
])('at %i the multiplier is %i and the serial %s', (at, multiplier, serial) => {
  expect(meterAt(building.events, meter!, at)).toMatchObject({ id: 'LOC01', multiplier });
  expect(meterAt(building.events, meter!, at).serial).toBe(serial);
});

test('other meters are as configured', () => {
  expect(meterAt(building.events, other!, 500)).toBe(other);
});
