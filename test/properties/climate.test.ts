import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { DeclaredEvent } from '../../domain/events.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Climate, MeterDay, Result } from '../../domain/results.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { noEffects } from '../../processors/effects.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { mulberry } from '../random.ts';
import { type Signature, signatureOf } from '../reference/climate.ts';
import { dayMs, hourMs } from './random-building.ts';
import { calendarOf, casesOf } from './run.ts';

const building: Building = simulatedBuilding(1, { id: 'B', tenants: 1 });
const calendar = calendarOf(building.timezone);

/** Temperatures told before, between and after the readings; loads that follow them more or less; gaps, days without a temperature. */
describe('the climate signature of every day', () => {
  it('is that of the second implementation', { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 12, max: 70 }),
        fc.constantFrom('winter' as const, 'summer' as const, 'spring' as const, 'constant' as const),
        fc.constantFrom(0, 0.3),
        (seed, count, season, noise) => {
          const random = mulberry(seed);
          const start = calendar.day('2026-02-10').start;
          const days = calendar.between('day', start, start + count * dayMs);
          const mean = { winter: 5, summer: 27, spring: 17, constant: 3 }[season];
          const temperatures = days.map(() =>
            season === 'constant' ? mean : Math.round((mean + 16 * (random() - 0.5)) * 10) / 10,
          );
          const isTold = days.map(() => random() < 0.9);
          const readings: Reading[] = [];
          let energy = 1000;
          for (let at = start - 2 * hourMs; at < (days.at(-1)?.end as number); at += 6 * hourMs) {
            const t = temperatures[days.findIndex((day) => at >= day.start && at < day.end)] ?? mean;
            const watts = 900 + 120 * Math.max(0, 18 - t) + 80 * Math.max(0, t - 24);
            energy += 6 * watts * (1 + noise * (random() - 0.5));
            const one = { building: 'B', at, source: 'import' as const, receivedAt: at };
            if (random() > 0.03) readings.push({ ...one, meter: 'GLOBAL', energyImportWh: Math.floor(energy) });
            readings.push({ ...one, meter: 'LOC01', energyImportWh: Math.floor(energy / 3) });
          }
          const processor = new BuildingProcessor(building, new Workspace(), undefined, calendar);
          const effects = noEffects();
          const now = (days.at(-1)?.end as number) + 9 * dayMs;
          days.forEach((day, i) => {
            const event: DeclaredEvent = {
              v: 1,
              building: 'B',
              type: 'temperature',
              at: day.start,
              date: day.date,
              celsius: temperatures[i] as number,
            };
            if (isTold[i]) processor.step({ type: 'declared', event, now }, effects);
          });
          for (const reading of readings) processor.step({ type: 'reading', reading }, effects);
          processor.step({ type: 'flush', now, settled: true }, effects);
          const last = (kind: Result['kind']) => effects.results.filter((r) => r.kind === kind);
          const general = new Map(
            last('meter_day')
              .filter((r): r is MeterDay => r.kind === 'meter_day' && r.meter === 'GLOBAL')
              .map((r) => [r.date, r.startQuality === 'none' || r.endQuality === 'none' ? null : r.energyWh]),
          );
          const told = new Map(last('climate').map((r) => [(r as Climate).date, r as Climate]));
          const facts = days.map(({ date }, i) => ({
            date,
            energyWh: general.get(date) ?? null,
            temperatureC: isTold[i] ? (temperatures[i] as number) : null,
          }));
          days.forEach(({ date }, i) => {
            expect(different(signatureOf(facts.slice(0, i + 1)), told.get(date))).toBe(null);
          });
        },
      ),
      { numRuns: casesOf(200) },
    );
  });
});

/** Null where both are the same to 1e-6 of the base load. */
function different(expected: Signature | null, found: Climate | undefined): unknown {
  if (!expected || !found) return expected === null && found === undefined ? null : { expected, found };
  const near = (a: number | null, b: number | null, unit: number): boolean =>
    a === null || b === null ? a === b : Math.abs(a - b) <= 1e-6 * unit;
  const same =
    near(expected.baseWhPerDay, found.baseWhPerDay, 20_000) &&
    near(expected.heatingWhPerDegreeDay, found.heatingWhPerDegreeDay, 20_000) &&
    near(expected.coolingWhPerDegreeDay, found.coolingWhPerDegreeDay, 20_000) &&
    near(expected.r2, found.r2, 1);
  return same ? null : { expected, found };
}
