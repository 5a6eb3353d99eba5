/**
 * The noisy bus in real time: 21 meters behind a TCP gateway, 5 % of all bytes changed in both directions, one meter dead; `npm run test:noise` takes
 * RELEVE_NOISE_SECONDS (300) of a 2400 Bd bus in cycles of 60 s, the unit tests 20 s of a faster one with
 * eight meters and 2 %.
 */
import { expect, test } from 'vitest';
import { type Reading, readingValue } from '../../../domain/reading.ts';
import type { MeterDay } from '../../../domain/results.ts';
import type { BusEvent } from '../../../ingest/bus.ts';
import { createIngest } from '../../../ingest/pipeline.ts';
import { missed } from '../../../ingest/poll.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';
import { gatewayBus, startGateway } from '../../../ingest/simulator/gateway.ts';
import { createSimulation } from '../../../ingest/simulator/simulation.ts';
import { createBuildingTask } from '../../../processors/task.ts';
import { faultyJournal } from '../pipeline/journal.ts';

const seconds = Number(process.env.RELEVE_NOISE_SECONDS ?? 20);
const isLong = seconds >= 120;
const dead = 'LOC07';
const tickMs = 10 * 60_000;

test(
  `${seconds} s: every meter of every cycle is read or counted as missed, no wrong value comes into results`,
  async () => {
    const intervalMs = isLong ? 60_000 : 3000;
    const building = simulatedBuilding(1, { intervalMs, tenants: isLong ? 20 : 7 });
    const simulation = createSimulation(building, { seed: 1 });
    const gateway = await startGateway(simulation, {
      baud: isLong ? 2400 : 38_400,
      noise: isLong ? 0.05 : 0.02,
      dead: [dead],
    });
    const journal = faultyJournal();
    const startedAt = Date.now();
    const ingest = createIngest({
      buildings: [building],
      buses: [gatewayBus(gateway, simulation, { timeoutMs: isLong ? 500 : 150, intervalMs })],
      journal,
    });
    const cycles: Extract<BusEvent, { kind: 'cycle' }>['cycle'][] = [];
    const codes: Record<string, number> = {};
    let implausible = 0;
    ingest.events$.subscribe((event) => {
      if (event.kind === 'cycle') cycles.push(event.cycle);
      else if (event.kind === 'failed') codes[event.code] = (codes[event.code] ?? 0) + 1;
      else if (event.kind === 'reject') codes[event.reject.code] = (codes[event.reject.code] ?? 0) + 1;
      else if (event.kind === 'implausible') implausible += event.fields.length;
    });
    ingest.start();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    expect(await ingest.stop()).toBe(true);
    await gateway.close();
    const endedAt = Date.now();
    const readings = (await journal.contents('readings')) as unknown as Reading[];
    await journal.close();

    // A tick that found a cycle running is an account too; the last cycle may have been interrupted.
    expect(cycles.length).toBeGreaterThanOrEqual(Math.floor((seconds * 1000) / intervalMs) - 1);
    for (const cycle of cycles) expect(cycle.fates.read + missed(cycle)).toBe(building.meters.length);
    const counted = cycles.reduce((sum, { fates }) => sum + fates.read, 0);
    expect(counted).toBeGreaterThan(0);
    // A held reading that a later one confirms comes beside it.
    expect(readings.length).toBeGreaterThan(0);

    const truth = (meter: string, at: number): number => simulation.registersAt(meter, at).energyImportWh;
    const wrong = readings.filter(
      ({ meter, at, energyImportWh }) => energyImportWh > truth(meter, at) || energyImportWh < truth(meter, at - 5000),
    );
    for (const { meter, powerW = 0 } of readings)
      expect(Math.abs(powerW)).toBeLessThanOrEqual(building.meters.find(({ id }) => id === meter)!.maxPowerW);

    const task = createBuildingTask({ partition: 0, buildings: [building], watching: true });
    await task.restore((async function* () {})());
    const days = new Map<string, MeterDay>();
    const collect = (records: ReturnType<typeof task.tick>): void => {
      for (const { topic, value } of records) {
        const result = value as MeterDay | null;
        if (topic === 'results' && result?.kind === 'meter_day') days.set(`${result.meter} ${result.date}`, result);
      }
    };
    readings.forEach((reading, offset) => {
      const value = readingValue(reading);
      collect(task.process([{ topic: 'readings', partition: 0, offset, key: building.id, value }], reading.receivedAt));
    });
    for (let now = endedAt; now < endedAt + 30 * 3_600_000; now += tickMs) collect(task.tick(now, 0));
    let used = 0;
    for (const { meter, energyWh, powerMaxW } of days.values()) {
      if (energyWh === null) continue;
      used += energyWh;
      expect(meter).not.toBe(dead);
      // A second on either side, and the steps of two readings.
      expect(energyWh, meter).toBeLessThanOrEqual(truth(meter, endedAt) - truth(meter, startedAt - 5000) + 2);
      expect(powerMaxW ?? 0, meter).toBeLessThanOrEqual(36_000);
    }
    console.info(
      JSON.stringify({
        ...{
          seconds,
          cycles: cycles.length,
          read: counted,
          readings: readings.length,
          wrong: wrong.length,
          implausible,
        },
        ...{ missed: cycles.reduce((sum, cycle) => sum + missed(cycle), 0), codes, days: days.size, usedWh: used },
        longestCycleMs: Math.max(...cycles.map(({ durationMs }) => durationMs ?? 0)),
      }),
    );
  },
  seconds * 1000 + 60_000,
);
