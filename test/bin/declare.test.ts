/** `event`, `close`, `recompute`, `report`, `check` on one folder, as a syndic uses them one after the other. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inFolder, releve } from './releve.ts';

const configuration = `
version: 1
buildings:
  - id: tilleuls
    charges: { mode: repartition }
    tariffs: [{ from: 2026-01-01, slots: [{ name: base, cents_per_kwh: 20 }] }]
    lots:
      - { number: 1, occupancy: [{ from: 2020-01-01, occupant: A }] }
      - { number: 2, occupancy: [{ from: 2020-01-01, occupant: B }] }
    meters:
      - { id: M1, role: tenant, lot: 1 }
      - { id: M2, role: tenant, lot: 2 }
      - { id: G, role: general }
`;

/** One reading a day at 00:07 (UTC) from 27 February on; M1 10 kWh, M2 5 kWh, G 15 kWh a day. */
function lines(days: number, scale = 1): string {
  const texts = ['meter,at,energy_import_wh'];
  for (let day = 0; day < days; day++)
    for (const [meter, wh] of [
      ['M1', 10_000],
      ['M2', 5000],
      ['G', 15_000],
    ] as const)
      texts.push(`${meter},${new Date(Date.UTC(2026, 1, 27 + day, 0, 7)).toISOString()},${day * wh * scale}`);
  return texts.join('\n');
}

test('declared, closed, corrected, recomputed', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'releve.yaml');
    writeFileSync(file, configuration);
    const common = ['-c', file, '--data-dir', join(folder, 'data')];
    const run = async (...args: string[]) => {
      const ended = await releve([...args, ...common]);
      expect({ args, code: ended.code, stderr: ended.stderr }).toEqual({ args, code: 0, stderr: '' });
      return ended.stdout;
    };
    const csv = join(folder, 'a.csv');
    writeFileSync(csv, lines(65));
    await run('import', csv);

    // 31 days, one of them of 23 hours: 743 h of the constant load of 10 kWh in 24 h.
    const march = JSON.parse(await run('report', '--period', 'mois', '--date', '2026-03-10', '--json'));
    expect(march.repartition.locataire_1).toMatchObject({
      consommation_kwh: 309.583,
      jours_factures: 31,
      part_consommation: 66.67,
      part_egalitaire: 50,
    });
    const days = JSON.parse(await run('report', '--date', '2026-03-31', '--days', '31', '--json'));
    const wh = days.analyses.map((day: { consommations_locataires: { locataire_1: { energie_consommee: number } } }) =>
      Math.round(day.consommations_locataires.locataire_1.energie_consommee * 1000),
    );
    expect(wh).toHaveLength(31);
    expect(wh.reduce((sum: number, each: number) => sum + each, 0)).toBe(309_583);

    const moved = JSON.parse(await run('event', 'add', 'move-out', '--lot', '2', '--at', '2026-03-17'));
    expect(moved).toMatchObject({
      building: 'tilleuls',
      type: 'move-out',
      at: Date.parse('2026-03-17T00:00:00+01:00'),
    });
    expect((await run('event', 'list')).trim()).toBe(JSON.stringify(moved));
    const split = (await run('report', '--period', 'mois', '--date', '2026-03-10', '--csv')).trim().split('\n');
    expect(split).toHaveLength(4);
    expect(split[0]).toMatch(/^lot;compteur;/);

    await run('close', '--period', 'mois', '--date', '2026-03-10', '--by', 'syndic');
    const before = await run('report', '--period', 'mois', '--date', '2026-03-10', '--json');
    // A reading at the very end of March: what was interpolated there was 882 Wh too low.
    writeFileSync(csv, 'meter,at,energy_import_wh\nM1,2026-04-01T00:00:00+02:00,330000\n');
    expect(JSON.parse(await run('import', csv))).toMatchObject({ imported: 1 });
    expect(await run('report', '--period', 'mois', '--date', '2026-03-10', '--json')).toBe(before);
    const april = JSON.parse(await run('report', '--period', 'mois', '--date', '2026-04-10', '--lot', '1', '--json'));
    expect(april.releves).toHaveLength(1);
    expect(april.releves[0].regularisations).toMatchObject([
      { periode: 'mois', date: '2026-03-01', consommation_kwh: 0.882 },
    ]);
    expect(await run('report', '--period', 'mois', '--date', '2026-04-10', '--lot', '1', '--html')).toMatch(
      /^<!doctype html>/i,
    );

    const asked = JSON.parse(await run('recompute', '--from', '2026-03-01', '--to', '2026-03-31', '--by', 'syndic'));
    expect(asked).toMatchObject({ type: 'recompute', by: 'syndic' });
    expect(await run('report', '--period', 'mois', '--date', '2026-03-10', '--json')).toBe(before);
    expect(JSON.parse(await run('report', '--lot', '1', '--date', '2026-03-10'))).toMatchObject({ locataire: '1' });
  }));

test('check reaches the buses and says which do not answer', () =>
  inFolder(async (folder) => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const file = join(folder, 'releve.yaml');
    const bus = (id: string, at: number): string => `{ id: ${id}, tcp: { host: 127.0.0.1, port: ${at} } }`;
    writeFileSync(file, `${configuration}buses: [${bus('there', port)}, ${bus('away', 1)}]\n`);
    const { code, stdout } = await releve(['check', '-c', file, '--data-dir', folder]);
    server.close();
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ buildings: 1, meters: 3, buses: 2, mode: 'embedded' });
    expect((JSON.parse(stdout) as { problems: string[] }).problems).toEqual([expect.stringContaining('buses.away: ')]);
  }));
