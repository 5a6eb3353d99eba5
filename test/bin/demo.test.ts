import { describe, expect, test } from 'vitest';
import { releve } from './releve.ts';

interface Answer {
  readonly analyses: readonly {
    readonly date: string;
    readonly consommation_globale: { readonly energie_consommee: number };
    readonly consommations_locataires: Readonly<Record<string, { readonly energie_consommee: number }>>;
    readonly repartition: object;
    readonly anomalies: readonly { readonly type: string }[];
    readonly efficacite: object;
    readonly recommandations: readonly object[];
    readonly comptage: { readonly ratio: number };
  }[];
}

describe('releve demo --once --json', () => {
  test.each([
    [3, ['--leak-w', '300'], true],
    [4, [], false],
  ])(
    'seed %i %j: the last full day alone on stdout; the hidden load is found: %s',
    async (seed, options, found) => {
      const { code, stdout, stderr } = await releve(['demo', '--once', '--json', '--seed', String(seed), ...options]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { analyses } = JSON.parse(stdout) as Answer;
      expect(analyses).toHaveLength(1);
      const day = analyses[0] as Answer['analyses'][number];
      const parts = [
        'consommation_globale',
        'consommations_locataires',
        'repartition',
        'anomalies',
        'efficacite',
        'recommandations',
        'comptage',
      ];
      expect(Object.keys(day)).toEqual(expect.arrayContaining(parts));
      const lots = Object.values(day.consommations_locataires).map((lot) => lot.energie_consommee);
      expect(lots).toHaveLength(20);
      expect(Math.min(...lots)).toBeGreaterThanOrEqual(2);
      expect(Math.max(...lots)).toBeLessThanOrEqual(25);
      expect(day.consommation_globale.energie_consommee).toBeGreaterThanOrEqual(120);
      expect(day.consommation_globale.energie_consommee).toBeLessThanOrEqual(300);
      expect(day.anomalies.some(({ type }) => type === 'fuite_energetique')).toBe(found);
    },
    60_000,
  );
});
