import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { Reading } from '../../domain/reading.ts';
import { type Anomaly, type BuildingDay, type MeterDay, type Result, resultKey } from '../../domain/results.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { noEffects } from '../../processors/effects.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { dayMs, hourMs } from './random-building.ts';
import { calendarOf } from './run.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const building: Building = {
  ...simulatedBuilding(3),
  maxGapMs: 2 * hourMs,
  latenessMs: 2 * dayMs,
  intervalMs: quarterMs,
};
const calendar = calendarOf(building.timezone);
const day = calendar.day('2026-06-10');
/** The quarters of an hour fall on :05, :20, :35 and :50. */
const began = day.start - 10 * minuteMs;
const silentFrom = day.end - 10 * minuteMs;

describe('a meter that falls silent at 23:50 for ever', () => {
  const played = play(day.end + 5 * dayMs, (meter, at) => meter !== 'LOC07' || at <= silentFrom);

  it('has its day closed by the clock, flagged, never final', () => {
    const closed = played.get(`meter_day/simulation/LOC07/${day.start}`) as MeterDay;
    expect(closed).toMatchObject({
      status: 'provisional',
      flags: ['partial'],
      startQuality: 'measured',
      endQuality: 'none',
    });
    // Until 23:50 the index rose 9600 Wh since 23:50 the day before; midnight is 2/3 of a step of 100 Wh later: 67.
    expect(closed.energyWh).toBe(9600 - 67);
    const other = played.get(`meter_day/simulation/LOC08/${day.start}`) as MeterDay;
    expect(other).toMatchObject({ status: 'final', flags: [], energyWh: 9600 });
  });

  it('leaves 19 of 20 reporting and no leak, neither that day nor later', () => {
    for (let date = day; date.start < day.end + 4 * dayMs; date = calendar.next(date)) {
      const result = played.get(`building_day/simulation/${date.start}`) as BuildingDay;
      expect(result).toMatchObject({ metersReporting: 19, metersExpected: 20 });
      expect(result.leakRatioQuality).not.toBe('measured');
      expect(openAnomalies(played, date.start)).toContain('donnees_incompletes');
      expect(openAnomalies(played, date.start)).not.toContain('fuite_energetique');
      expect(openAnomalies(played, date.start)).not.toContain('incoherence_comptage');
    }
  });

  it('has unknown days afterwards: null, not 0', () => {
    const next = played.get(`meter_day/simulation/LOC07/${day.end}`) as MeterDay;
    expect(next).toMatchObject({
      energyWh: null,
      readings: 0,
      activity: 'inactif',
      startQuality: 'none',
      endQuality: 'none',
    });
  });

  it('is told as silent', () => {
    const silent = [...played.values()].filter(
      (r): r is Anomaly => r.kind === 'anomaly' && r.type === 'compteur_silencieux',
    );
    expect(new Set(silent.map(({ meter }) => meter))).toEqual(new Set(['LOC07']));
    expect(silent.some(({ open }) => open)).toBe(true);
  });
});

describe('an input that falls silent altogether', () => {
  it('does not keep its last day open', () => {
    const played = play(day.end + 3 * hourMs, (_, at) => at <= silentFrom);
    for (const { id } of building.meters)
      expect(played.get(`meter_day/simulation/${id}/${day.start}`)).toMatchObject({
        status: 'provisional',
        flags: ['partial'],
      });
    expect(played.get(`building_day/simulation/${day.start}`)).toMatchObject({ status: 'provisional' });
    expect(openAnomalies(played, day.start)).not.toContain('fuite_energetique');
    expect(played.get(`meter_day/simulation/LOC01/${day.end}`)).toMatchObject({ status: 'open', energyWh: null });
  });
});

/** Steady loads of 400 W a flat, read each quarter of an hour, watched each minute about midnight and each hour else. */
function play(until: number, speaks: (meter: string, at: number) => boolean): Map<string, Result> {
  const processor = new BuildingProcessor(building, new Workspace(), undefined, calendar);
  const effects = noEffects();
  for (let at = began; at <= until; at += 5 * minuteMs) {
    if ((at - began) % quarterMs === 0)
      for (const { id, role } of building.meters)
        if (speaks(id, at))
          processor.step({ type: 'reading', reading: reading(id, at, role === 'general' ? 8200 : 400) }, effects);
    if (at % hourMs === 0) processor.step({ type: 'watch', now: at, since: began }, effects);
  }
  return new Map(effects.results.map((result) => [resultKey(result), result]));
}

function reading(meter: string, at: number, watts: number): Reading {
  const since = at - began;
  return {
    building: building.id,
    meter,
    at,
    energyImportWh: 1000 + Math.floor((watts * since) / hourMs),
    source: 'simulator',
    receivedAt: at,
  };
}

function openAnomalies(results: ReadonlyMap<string, Result>, start: number): string[] {
  return [...results.values()].flatMap((r) => (r.kind === 'anomaly' && r.open && r.start === start ? [r.type] : []));
}
