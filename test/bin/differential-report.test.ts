/** A file that nobody has seen, imported and reported by processes, beside the second implementation of the rules: to the Wh and the cent. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../bin/configuration.ts';
import type { Building } from '../../domain/building.ts';
import { naiveCalendar } from '../reference/calendar.ts';
import { referenceResults } from '../reference/reference.ts';
import { contradictions, expectedCharges, expectedDay, expectedStatements } from './differential-answers.ts';
import { badLines, randomRows, readingOf, type Trouble, writtenFile } from './differential-lines.ts';
import { inFolder, releve } from './releve.ts';

interface Scene {
  readonly seed: number;
  readonly commonKey: 'generales' | 'prorata';
  readonly from: string;
  readonly to: string;
  readonly powerCut: string;
  readonly replacedAt: string;
  readonly moveOut: string;
  readonly moveIn: string;
  readonly tariffFrom: string;
}

const configuration = ({ commonKey, replacedAt, moveOut, moveIn, tariffFrom }: Scene): string => `
version: 1
buildings:
  - id: tilleuls
    contracted_power_kva: 9
    cos_phi: 0.93
    expected_common_share: 0.03
    charges: { mode: repartition, common_key: ${commonKey} }
    tariffs:
      - from: 2020-01-01
        slots:
          - { name: hp, cents_per_kwh: 20.65, hours: ['06:30-12:00', '14:00-22:30'] }
          - { name: hc, cents_per_kwh: 15.789, hours: ['12:00-14:00', '22:30-06:30'] }
        standing_charge_cents: 4512
        taxes_cents: 333
      - from: ${tariffFrom}
        slots:
          - { name: base, cents_per_kwh: 19.4015, hours: ['00:00-24:00'] }
        standing_charge_cents: 3001
    lots:
      - { number: 1, tantiemes: { generales: 100 }, occupancy: [{ from: 2020-01-01, occupant: A }] }
      - { number: 2, tantiemes: { generales: 200 }, occupancy: [{ from: 2020-01-01, to: ${moveOut}, occupant: B }, { from: ${moveOut}, to: ${moveIn}, vacant: true }, { from: ${moveIn}, occupant: C }] }
      - { number: 3, tantiemes: { generales: 200 }, occupancy: [{ from: 2020-01-01, occupant: D }] }
      - { number: 4, tantiemes: { generales: 100 }, occupancy: [{ from: 2020-01-01, vacant: true }] }
    meters:
      - { id: M1, role: tenant, lot: 1, installed_at: 2020-01-01 }
      - { id: M2, role: tenant, lot: 2, register_limit_wh: 10000000 }
      - { id: M3, role: tenant, lot: 3 }
      - { id: M4, role: tenant, lot: 3 }
      - { id: M5, role: tenant, lot: 4 }
      - { id: C1, role: common }
      - { id: G, role: general }
    events:
      - { type: replacement, meter: M1, at: '${replacedAt}', initial_index_wh: 12 }
`;

const scenes: readonly Scene[] = [
  {
    seed: 1,
    commonKey: 'generales',
    from: '2026-02-25T23:00Z',
    to: '2026-04-03T10:00Z',
    powerCut: '2026-03-14T23:00Z',
    replacedAt: '2026-03-10T14:05:00+01:00',
    moveOut: '2026-03-17',
    moveIn: '2026-03-29',
    tariffFrom: '2026-03-20',
  },
  {
    seed: 2,
    commonKey: 'prorata',
    from: '2025-10-08T07:11Z',
    to: '2025-11-05T10:00Z',
    powerCut: '2025-10-25T22:00Z',
    replacedAt: '2025-10-26T02:30:00+01:00',
    moveOut: '2025-10-26',
    moveIn: '2025-11-02',
    tariffFrom: '2025-11-01',
  },
];

test.each(scenes)(
  'every answer of the report equals the reference (seed $seed)',
  (scene) =>
    inFolder(async (folder) => {
      const file = join(folder, 'releve.yaml');
      writeFileSync(file, configuration(scene));
      const building = loadConfiguration(file).buildings[0] as Building;
      const options = ['-c', file, '--data-dir', folder];
      const trouble: Trouble = {
        from: Date.parse(scene.from),
        to: Date.parse(scene.to),
        powerCutAt: Date.parse(scene.powerCut),
        rollover: { meter: 'M2', limitWh: 10_000_000 },
        replaced: { meter: 'M1', at: Date.parse(scene.replacedAt), initialWh: 12 },
      };
      const rows = randomRows(['M1', 'M2', 'M3', 'M4', 'M5', 'C1'], 'G', trouble, scene.seed);
      writeFileSync(join(folder, 'a.csv'), writtenFile(rows, 'tilleuls', scene.seed));
      const imported = await releve(['import', join(folder, 'a.csv'), ...options]);
      expect(imported.code).toBe(0);
      expect(JSON.parse(imported.stdout)).toMatchObject({ imported: rows.length, rejects: countsOf(badLines) });

      const now = Date.now();
      const readings = rows.map((row) => readingOf(row, 'tilleuls', now));
      const { results } = referenceResults(building, readings, now);
      const calendar = naiveCalendar(building.timezone);
      const json = async (...args: string[]): Promise<Record<string, unknown>> => {
        const told = await releve(['report', ...args, ...options, '--json']);
        expect(told.stderr).toBe('');
        return JSON.parse(told.stdout) as Record<string, unknown>;
      };

      const days = calendar.days(trouble.from, trouble.to);
      const daily = await json('--date', days.at(-1)?.date as string, '--days', String(days.length));
      const analyses = [...days].reverse().map((day) => expectedDay(building, results, day.start));
      expect(contradictions(analyses, daily.analyses).slice(0, 8)).toEqual([]);

      const wanted = (['mois', 'trimestre', 'annee'] as const).flatMap((kind) => {
        const months = { mois: 1, trimestre: 3, annee: 12 }[kind] as 1 | 3 | 12;
        const starts = new Set(days.map((day) => calendar.period(months, day.start).start));
        return [...starts].map((start) => ({ kind, window: calendar.period(months, start) }));
      });
      for (const { kind, window } of wanted) {
        const told = await json('--period', kind, '--date', window.date);
        expect(contradictions(expectedCharges(building, results, kind, window.start), told).slice(0, 8)).toEqual([]);
      }
      const { kind, window } = wanted[scene.seed - 1] as (typeof wanted)[number];
      // The lot whose occupants change, and the one with two meters.
      for (const lot of [2, 3]) {
        const { releves } = await json('--period', kind, '--date', window.date, '--lot', String(lot));
        for (const { tranches } of releves as { tranches: { tranche: string }[] }[])
          tranches.sort((a, b) => (a.tranche < b.tranche ? -1 : 1));
        const expected = expectedStatements(building, results, kind, window.start, lot);
        expect(contradictions(expected, releves).slice(0, 8)).toEqual([]);
      }
    }),
  180_000,
);

function countsOf(lines: typeof badLines): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [code] of lines) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
