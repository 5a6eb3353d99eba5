import { takeUntil, timer, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Building } from '../../domain/building.ts';
import { type BusEvent, runBus } from '../../ingest/bus.ts';
import { sift } from '../../ingest/plausible.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { createLine } from '../../ingest/simulator/line.ts';
import { createLineLink } from '../../ingest/simulator/line-link.ts';
import { createSlave } from '../../ingest/simulator/slave.ts';

describe('values of a meter of 36 kW', () => {
  test.each([
    ['a kettle', { powerW: 2000, apparentPowerVa: 2100, voltageV: [231.5], currentA: [8.7] }, []],
    ['the maximum itself, drawn and fed back', { powerW: -36_000, apparentPowerVa: 36_000 }, []],
    ['11 MW', { powerW: 11_000_000 }, ['powerW']],
    ['minus 536 MW', { powerW: -536_870_740 }, ['powerW']],
    ['no number', { powerW: Number.NaN, voltageV: [230, Number.NaN, 230] }, ['powerW', 'voltageV']],
    ['an apparent power beyond', { apparentPowerVa: 36_001 }, ['apparentPowerVa']],
    ['a phase without voltage', { voltageV: [0, 231, 229] }, []],
    ['a phase of 6 kV, one below zero', { voltageV: [231, 6000, 229] }, ['voltageV']],
    ['a voltage below zero', { voltageV: [-1] }, ['voltageV']],
    ['a starting motor: 600 A', { currentA: [600, 20, 20] }, []],
    ['2000 A', { currentA: [2000, 20, 20] }, ['currentA']],
  ] as const)('%s', (_name, values, dropped) => {
    const sifted = sift({ energyImportWh: 5, ...values }, 36_000);
    expect(sifted.dropped).toEqual(dropped);
    const kept = Object.entries(values).filter(([name]) => !(dropped as readonly string[]).includes(name));
    expect(sifted.value).toEqual({ energyImportWh: 5, ...Object.fromEntries(kept) });
  });
});

test('a frame with a good checksum and 11 MW: its index goes on, its power does not, and it is counted', () => {
  const scheduler = new VirtualTimeScheduler();
  const identity = { identification: '00000042', manufacturer: 'RLV', version: 1, medium: 2 };
  // 1000 Wh, 11 000 000 W, 230.0 V; in the second cycle 1010 Wh and 500 W.
  const readouts = ['0403E803000004 2BC0D8A700 02FD48FC08', '0403F203000004 2BF4010000 02FD48FC08'];
  let readout = 0;
  const slave = createSlave({
    primary: 1,
    identity,
    readOut() {
      const records = readouts[Math.min(readout, 1)]!.replace(/ /g, '');
      readout += 1;
      return [{ controlInformation: 0x72, data: Buffer.from(`420000009349010200000000${records}`, 'hex') }];
    },
  });
  const plain = simulatedBuilding(1, { tenants: 1 });
  const [tenant] = plain.meters.filter((meter) => meter.role === 'tenant');
  const building: Building = {
    ...plain,
    meters: [{ ...tenant!, serial: undefined, maxPowerW: 36_000, source: { bus: 'bus-1', primary: 1 } }],
  };
  const events: BusEvent[] = [];
  runBus(
    {
      ...{ id: 'bus-1', building: building.id, driver: 'mbus', intervalMs: 20_000, timeoutMs: 500, retries: 2 },
      endpoint: { kind: 'tcp', host: 'virtual', port: 1 },
    },
    building,
    createLineLink(createLine([slave], { seed: 1, scheduler })),
    { mayRead: () => true, scheduler },
  )
    .pipe(takeUntil(timer(60_001, scheduler)))
    .subscribe((event) => events.push(event));
  scheduler.flush();
  const readings = events.flatMap((event) => (event.kind === 'reading' ? [event.reading] : []));
  expect(readings.slice(0, 2)).toMatchObject([
    { energyImportWh: 1000, voltageV: [230] },
    { energyImportWh: 1010, powerW: 500, voltageV: [230] },
  ]);
  expect(readings[0]?.powerW).toBeUndefined();
  expect(events.filter(({ kind }) => kind === 'implausible')).toEqual([
    { kind: 'implausible', bus: 'bus-1', meter: tenant!.id, fields: ['powerW'] },
  ]);
  const health = events.flatMap((event) => (event.kind === 'health' ? [event.health.implausible] : []));
  expect(health).toEqual([1]);
});
