import { expect, it } from 'vitest';
import { Curve } from '../../../processors/consumption/curve.ts';
import { fillSlots, slotMs } from '../../../processors/consumption/power.ts';

it('E at the end of a slot is that of the last point there, as at every boundary', () => {
  const curve = new Curve();
  curve.reset(2 * 3_600_000);
  const start = 1_774_777_200_000;
  const end = start + 2 * slotMs;
  const push = (at: number, energyWh: number): void => curve.push(at, energyWh, Number.NaN, Number.NaN, 1, 0);
  push(start, 1000);
  // A declared index and the reading at its instant: 500 Wh by then, 60 Wh afterwards.
  push(start + slotMs, 1200);
  push(start + slotMs, 1500);
  push(end, 1560);
  const slots = new Float64Array(2);
  expect(fillSlots(curve, start, end, slots)).toBe(2);
  expect([...slots]).toEqual([500, 60]);
});
