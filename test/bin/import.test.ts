import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inFolder, logLines, releve } from './releve.ts';

interface Imported {
  readonly imported: number;
  readonly rejected: number;
  readonly rejects: Record<string, number>;
  readonly rejectFile: string | null;
}

async function imported(folder: string, text: string, ...options: string[]) {
  const file = join(folder, 'relevés.csv');
  writeFileSync(file, text);
  const ended = await releve(['import', file, '--data-dir', join(folder, 'data'), ...options]);
  return { ...ended, told: JSON.parse(ended.stdout) as Imported };
}

async function day(folder: string, date: string) {
  const { stdout } = await releve(['report', '--date', date, '--json', '--data-dir', join(folder, 'data')]);
  const { analyses } = JSON.parse(stdout) as { analyses: { consommations_locataires: Record<string, unknown> }[] };
  return analyses[0]?.consommations_locataires.locataire_1;
}

/** Constant 1 kW, one line every 37 minutes, not in order. */
function constantLoad(from: string, to: string): string {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const lines: string[] = [];
  for (let at = start; at <= end; at += 37 * 60_000)
    lines.push(`LOC01,${new Date(at).toISOString()},${Math.floor((at - start) / 3600)}`);
  return ['meter,at,energy_import_wh', ...lines.reverse(), ''].join('\n');
}

describe('releve import', () => {
  test('constant 1 kW is 23 kWh and 25 kWh on the days on which the clocks change', () =>
    inFolder(async (folder) => {
      const spring = await imported(folder, constantLoad('2026-03-28T12:07:00Z', '2026-03-30T12:00:00Z'));
      expect(spring.code).toBe(0);
      expect(spring.stderr).toBe('');
      expect((await imported(folder, constantLoad('2026-10-24T12:07:00Z', '2026-10-26T12:00:00Z'))).code).toBe(0);
      expect(await day(folder, '2026-03-29')).toMatchObject({ energie_consommee: 23, etat: 'definitif', revision: 1 });
      expect(await day(folder, '2026-10-25')).toMatchObject({ energie_consommee: 25, qualite_debut: 'measured' });
    }));

  test('bad lines are told by number and code and stand in the reject file; the rest is imported', () =>
    inFolder(async (folder) => {
      const text = [
        '\uFEFFMETER, at ,energy_import_wh,power_w\r',
        '"LOC01","2026-03-01T00:00:00+01:00","1000",100\r',
        '\r',
        'LOC01,2026-03-01T01:00:00+0100,2000\r',
        'LOC01,2026-03-01T02:00:00+01:00,3x00\r',
        'LOC99,2026-03-01T02:00:00+01:00,3000\r',
        'LOC01,2026-03-01T02:00:00,3000\r',
        'LOC01,2026-03-01T02:00:00+01:00,"3000\r',
        'LOC01,2026-03-01T03:00:00+01,4000,\r',
        '',
      ].join('\n');
      const { code, told, stderr } = await imported(folder, text);
      expect(code).toBe(0);
      expect(told).toMatchObject({
        imported: 3,
        rejected: 4,
        rejects: { INDEX_NOT_INTEGER: 1, METER_UNKNOWN: 1, INSTANT_INVALID: 1, COLUMNS_MISMATCH: 1 },
      });
      expect(logLines(stderr).map(({ line, code }) => [line, code])).toEqual([
        [5, 'INDEX_NOT_INTEGER'],
        [6, 'METER_UNKNOWN'],
        [7, 'INSTANT_INVALID'],
        [8, 'COLUMNS_MISMATCH'],
      ]);
      expect(
        readFileSync(told.rejectFile ?? '', 'utf8')
          .split('\n')
          .slice(0, 2),
      ).toEqual(['line,code,text', '5,INDEX_NOT_INTEGER,"LOC01,2026-03-01T02:00:00+01:00,3x00"']);
      expect(await day(folder, '2026-03-01')).toMatchObject({ energie_consommee: 3, nb_mesures: 3 });
      expect((await imported(folder, text, '--strict')).code).toBe(1);
    }));

  test.each([
    ['an empty file', '', { COLUMNS_MISMATCH: 1 }],
    ['a header alone', 'meter,at,energy_import_wh\n', {}],
    ['semicolons', 'meter;at;energy_import_wh\nLOC01;2026-03-01T00:00:00+01:00;1\n', { COLUMNS_MISMATCH: 1 }],
    ['a column twice', 'meter,at,energy_import_wh,at\nLOC01,2026-03-01T00:00:00Z,1,\n', { COLUMNS_MISMATCH: 1 }],
    ['bad lines alone', 'meter,at,energy_import_wh\nLOC01,2026-03-01T00:00:00Z,-1\n', { INDEX_NEGATIVE: 1 }],
  ])('nothing imported is a failure: %s', (_, text, rejects) =>
    inFolder(async (folder) => {
      const { code, told } = await imported(folder, text);
      expect(code).toBe(1);
      expect(told).toMatchObject({ imported: 0, rejects });
    }),
  );

  test('temperatures', () =>
    inFolder(async (folder) => {
      const { code, told } = await imported(folder, 'date,celsius\n2026-03-01,4.5\n2026-03-02,warm\n', '--weather');
      expect(code).toBe(0);
      expect(told).toMatchObject({ imported: 1, rejects: { RECORD_MALFORMED: 1 } });
    }));

  test('a file that is not there is wrong usage', () =>
    inFolder(async (folder) => {
      const { code, stderr } = await releve(['import', join(folder, 'none.csv'), '--data-dir', folder]);
      expect(code).toBe(2);
      expect(stderr).toContain('none.csv: cannot be read');
    }));
});
