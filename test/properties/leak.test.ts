import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { Reading } from '../../domain/reading.ts';
import { type Anomaly, type BuildingDay, type Result, resultKey } from '../../domain/results.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { history, historyStart } from '../../ingest/simulator/history.ts';
import { noEffects } from '../../processors/effects.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { mulberry } from '../random.ts';
import { dayMs, hourMs } from './random-building.ts';
import { calendarOf } from './run.ts';

/** Hourly readings of 20 simulated flats; the general meter counts them, the common installations and a hidden load. */
interface Scene {
  readonly seed: number;
  readonly days: number;
  /** Day (from 0) at whose noon the hidden load begins. */
  readonly leakDay?: number;
  readonly leakW?: number;
}

interface Outcome {
  readonly leaks: readonly Anomaly[];
  readonly days: readonly BuildingDay[];
}

const commonShare = 0.12;
const end = Date.UTC(2026, 2, 2, 22);
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('a building whose common installations take the declared 12 %', () => {
  it.each(seeds)('raises no leak in 60 days of varied loads (seed %i)', (seed) => {
    const { leaks, days } = play({ seed, days: 60 });
    expect(leaks).toEqual([]);
    const known = days.filter((day) => day.leakRatioQuality === 'measured');
    expect(known.length).toBe(60);
    const wh = known.map((day) => day.generalWh as number);
    expect(Math.min(...wh)).toBeGreaterThan(100_000);
    expect(Math.max(...wh)).toBeLessThan(300_000);
    expect(Math.max(...wh) / Math.min(...wh)).toBeGreaterThan(1.2);
  });

  it.each(seeds)('raises one for the first whole day of a hidden 300 W (seed %i)', (seed) => {
    const leakDay = 14 + (seed % 3);
    const { leaks, days } = play({ seed, days: leakDay + 4, leakDay, leakW: 300 });
    const dates = days.map((day) => day.date);
    const before = leaks.filter(({ date }) => dates.indexOf(date) < leakDay);
    expect(before).toEqual([]);
    const first = leaks.find(({ date }) => date === dates[leakDay + 1]);
    expect(first?.open).toBe(true);
    expect(first?.severity).toBe('majeur');
  });
});

/** Every `fuite_energetique` ever published, in its last state, and every building day. */
function play({ seed, days, leakDay, leakW = 0 }: Scene): Outcome {
  const simulated = simulatedBuilding(seed);
  const building: Building = { ...simulated, expectedCommonShare: commonShare };
  const start = historyStart(building, days, end);
  const leakFrom = leakDay === undefined ? Number.POSITIVE_INFINITY : start + leakDay * dayMs + dayMs / 2;
  const random = mulberry(seed);
  const factor = 0.62 + 0.35 * random();
  const processor = new BuildingProcessor(building, new Workspace(), undefined, calendarOf(building.timezone));
  const effects = noEffects();
  const latest = new Map<string, Result>();
  const first = new Map<string, number>();
  let tenantsWh = 0;
  let count = 0;
  let commonWh = 0;
  let dailyFactor = 1;
  for (const raw of history(building, { seed, days, end, intervalMs: hourMs, dead: ['GLOBAL'] })) {
    const { meter, at } = raw;
    const base = first.get(meter) ?? raw.energyImportWh;
    first.set(meter, base);
    const energyImportWh = Math.floor((raw.energyImportWh - base) * factor);
    tenantsWh += energyImportWh;
    const tenant: Reading = { ...raw, energyImportWh, powerW: undefined };
    processor.step({ type: 'reading', reading: tenant }, effects);
    count++;
    if (count % 20 !== 0) continue;
    const localHour = ((at - start) / hourMs) % 24;
    if (localHour === 0) dailyFactor = 0.85 + 0.3 * random();
    const leakWh = Math.max(0, (at - leakFrom) / hourMs) * leakW;
    const general: Reading = {
      building: building.id,
      meter: 'GLOBAL',
      at,
      energyImportWh: Math.floor(tenantsWh + commonWh + leakWh),
      source: 'simulator',
      receivedAt: at,
    };
    processor.step({ type: 'reading', reading: general }, effects);
    commonWh += commonPower(localHour, factor) * dailyFactor * (0.97 + 0.06 * random());
    tenantsWh = 0;
    if (localHour !== 0 && localHour !== 9 && at + hourMs <= end) continue;
    processor.step({ type: 'flush', now: at, settled: true }, effects);
    for (const result of effects.results.splice(0)) latest.set(resultKey(result), result);
  }
  processor.step({ type: 'flush', now: end + 3 * dayMs, settled: true }, effects);
  for (const result of effects.results) latest.set(resultKey(result), result);
  const results = [...latest.values()];
  return {
    leaks: results.filter((r): r is Anomaly => r.kind === 'anomaly' && r.type === 'fuite_energetique'),
    days: results.filter((r): r is BuildingDay => r.kind === 'building_day').sort((a, b) => a.start - b.start),
  };
}

/** W: ventilation all day, lifts by day, stairs in the evening; about 12 % of what the flats of the simulator take. */
function commonPower(hour: number, factor: number): number {
  const lifts = hour >= 7 && hour < 23 ? 450 : 0;
  const stairs = hour >= 17 && hour < 23 ? 600 : 0;
  return factor * (380 + lifts + stairs);
}
