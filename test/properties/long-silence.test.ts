import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { Reading } from '../../domain/reading.ts';
import type { BuildingDay, MeterDay } from '../../domain/results.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { naiveCalendar } from '../reference/calendar.ts';
import { referenceResults } from '../reference/reference.ts';
import { allDifferences, differences } from './compare.ts';
import { dayMs, hourMs } from './random-building.ts';
import { run } from './run.ts';

const simulated = simulatedBuilding(1, { id: 'B', tenants: 2 });
const building: Building = {
  ...simulated,
  // Nothing closes meanwhile: this is about what is revised, closed-period.test.ts about what is adjusted.
  charges: { ...simulated.charges, closeAfterMs: 365 * dayMs },
  maxGapMs: 2 * hourMs,
  latenessMs: 2 * dayMs,
};
const start = Date.parse('2026-01-05T00:00:00+01:00');

/** Steady loads, read hourly; LOC01 says nothing for so many days after the tenth, then goes on. */
function readingsOf(silentDays: number): Reading[] {
  const readings: Reading[] = [];
  for (let at = start; at <= start + (silentDays + 20) * dayMs; at += hourMs)
    building.meters.forEach(({ id }, i) => {
      const hours = (at - start) / hourMs;
      if (id === 'LOC01' && hours > 240 && hours < 240 + silentDays * 24) return;
      readings.push({
        building: 'B',
        meter: id,
        at,
        energyImportWh: hours * 150 * (i + 1),
        source: 'mbus',
        receivedAt: at,
      });
    });
  return readings;
}

describe('a meter that is silent for weeks and returns', () => {
  it('leaves every day and period as if all had been read at once: 30 days', async () => {
    const { results, expected } = await played(30);
    const wrong = allDifferences(expected, results);
    expect(wrong.slice(0, 6)).toEqual([]);
  });

  it('never spoils what the others had: 80 days, and the months hold its energy', async () => {
    const { results, expected } = await played(80);
    for (const [key, fields] of expected) {
      const [kind, ...rest] = key.split('/');
      const found = results.get(`${kind}/B/${rest.join('/')}`);
      if (kind === 'building_day') expect((found as BuildingDay).generalWh).toBe(fields.generalWh);
      if (kind === 'meter_day' && rest[0] !== 'LOC01') expect((found as MeterDay).energyWh).toBe(fields.energyWh);
      if (kind === 'meter_period')
        expect(differences(key, { energyWh: fields.energyWh }, found && { ...found })).toEqual([]);
    }
  });
});

async function played(silentDays: number) {
  const readings = readingsOf(silentDays);
  const now = start + (silentDays + 24) * dayMs;
  const { results } = await run(building, readings, { now, flushAfter: (n) => n % 72 === 0 });
  return { results, expected: referenceResults(building, readings, now, naiveCalendar(building.timezone)).results };
}
