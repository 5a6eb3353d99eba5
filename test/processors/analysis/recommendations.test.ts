import { describe, expect, it, test } from 'vitest';
import type { RecommendationCode } from '../../../domain/results.ts';
import { finding } from '../../../processors/analysis/finding.ts';
import { regulateCooling, regulateHeating } from '../../../processors/analysis/recommendations/climate-slope.ts';
import { coincidence, shiftLoads } from '../../../processors/analysis/recommendations/coincidence.ts';
import {
  lowerContractedPower,
  sufficientPowerKva,
} from '../../../processors/analysis/recommendations/contracted-power.ts';
import {
  inspectCommons,
  raiseAwareness,
  raiseContractedPower,
  yearlyAdvice,
} from '../../../processors/analysis/recommendations/seed.ts';
import { lookForStandingLoads } from '../../../processors/analysis/recommendations/standing-loads.ts';
import { plain, thresholds } from './fixtures.ts';

const building = { thresholds, contractedPowerKva: 36, cosPhi: 1 };
const same = (value: number, count: number): number[] => Array.from({ length: count }, () => value);

describe("the seed's recommendations", () => {
  it('inspects the common installations after a leak', () => {
    const leak = finding('fuite_energetique', { value: 0.9, threshold: 0.95, impactWh: 14_250, text: '' });
    const found = inspectCommons(leak);
    expect(found).toMatchObject({
      code: 'inspecter_communs',
      priority: 'haute',
      domain: 'technique',
      action: 'Inspection des installations communes',
    });
    expect(plain(found?.text)).toBe('Investiguer la fuite énergétique de 14,3 kWh/jour');
    expect(inspectCommons(null)).toBeNull();
  });

  it('raises a contracted power that was exceeded', () => {
    const exceeded = finding('depassement_puissance', { value: 34_000, threshold: 32_400, text: '' });
    const found = raiseContractedPower(exceeded, building);
    expect(found).toMatchObject({
      code: 'augmenter_puissance',
      priority: 'critique',
      domain: 'electricite',
      action: 'Augmenter puissance souscrite',
    });
    expect(plain(found?.text)).toBe('Puissance actuelle insuffisante (36 kVA)');
    expect(raiseContractedPower(null, building)).toBeNull();
  });

  test.each([
    [0.3, false],
    [0.301, true],
    [30, true],
    [null, false],
  ])('coefficient of variation %s', (coefficientOfVariation, raised) => {
    const found = raiseAwareness(coefficientOfVariation, building);
    if (raised)
      expect(found).toMatchObject({
        code: 'sensibiliser',
        priority: 'moyenne',
        domain: 'comportement',
        action: 'Campagne de sensibilisation',
      });
    else expect(found).toBeNull();
  });

  it('always plans the two of every year', () => {
    expect(yearlyAdvice.map(({ code, priority, text }) => [code, priority, text])).toEqual([
      ['maintenance_annuelle', 'basse', 'Vérification annuelle des compteurs individuels'],
      ['bilan_annuel', 'basse', 'Établir bilan énergétique détaillé'],
    ] satisfies [RecommendationCode, string, string][]);
  });
});

describe('standing loads', () => {
  test.each([
    [2000, 10_000, null],
    [
      2001,
      10_000,
      'Talon nocturne de 2 001 W, soit 20,0 % de la puissance moyenne : rechercher les appareils en marche permanente',
    ],
    [
      3400,
      10_000,
      'Talon nocturne de 3 400 W, soit 34,0 % de la puissance moyenne : rechercher les appareils en marche permanente',
    ],
    [null, 10_000, null],
    [500, null, null],
    [500, 0, null],
  ])('floor %s W of mean %s W', (nightFloorW, powerMeanW, text) => {
    const found = lookForStandingLoads({ nightFloorW, powerMeanW }, building);
    expect(plain(found?.text) ?? null).toBe(text);
  });
});

describe('coincidence of peaks', () => {
  test.each<[string, (number | null)[], number | null, number, { factor: number; sparedKva: number } | null]>([
    // 20 × 3 kW = 60 kW, k(20) = 0.49 → 29.4 kW usual
    ['twenty, all together', same(3000, 20), 60_000, 1, { factor: 1, sparedKva: 30.6 }],
    ['twenty, as usual', same(3000, 20), 29_400, 1, { factor: 0.49, sparedKva: 0 }],
    ['by cos φ', same(3000, 20), 38_400, 0.9, { factor: 0.64, sparedKva: 10 }],
    // k(5) = 0.78: 15 kW × 0.78 = 11.7
    ['five', same(3000, 5), 15_000, 1, { factor: 1, sparedKva: 3.3 }],
    ['those at rest do not count', [...same(3000, 5), 0, null], 15_000, 1, { factor: 1, sparedKva: 3.3 }],
    ['four are too few', same(3000, 4), 12_000, 1, null],
    ['unknown sum', same(3000, 20), null, 1, null],
    // k(60) = 0.38: 60 kW × 0.38 = 22.8
    ['sixty', same(1000, 60), 30_000, 1, { factor: 0.5, sparedKva: 7.2 }],
  ])('%s', (_, tenantDemandsW, coincidentDemandW, cosPhi, expected) => {
    const found = coincidence({ tenantDemandsW, coincidentDemandW }, { cosPhi });
    if (!expected) expect(found).toBeNull();
    else {
      expect(found?.factor).toBeCloseTo(expected.factor, 9);
      expect(found?.sparedKva).toBeCloseTo(expected.sparedKva, 9);
    }
  });

  test.each([
    [30_300, false],
    [30_401, true],
  ])('is worth a letter from 1 kVA: %i W', (coincidentDemandW, raised) => {
    const found = shiftLoads({ tenantDemandsW: same(3000, 20), coincidentDemandW }, building);
    expect(found !== null).toBe(raised);
  });

  it('says the kVA spared', () => {
    expect(plain(shiftLoads({ tenantDemandsW: same(3000, 20), coincidentDemandW: 36_000 }, building)?.text)).toBe(
      'Les pointes des locataires coïncident à 60,0 % (usuel 49,0 %) : décaler les usages programmables épargnerait 6,6 kVA',
    );
  });
});

describe('contracted power', () => {
  test.each([
    // 60 % of 36 kVA is 21.6; 1.2 × 20 = 24, a step
    ['never approached', 20_000, 365, 36, 1, 24],
    ['on 60 %', 21_600, 365, 36, 1, null],
    ['just above a step', 20_010, 365, 36, 1, 30],
    ['by cos φ', 18_000, 365, 36, 0.9, 24],
    ['a short year', 10_000, 329, 36, 1, null],
    ['just long enough', 10_000, 330, 36, 1, 12],
    ['unknown', null, 365, 36, 1, null],
    ['the least step', 100, 365, 3, 1, null],
    ['above 36 kVA by whole kVA', 40_000, 365, 100, 1, 48],
    ['from above 36 kVA to a step', 29_000, 365, 60, 1, 36],
  ])('%s', (_, demandMaxW, knownDays, contractedPowerKva, cosPhi, expected) => {
    expect(sufficientPowerKva({ demandMaxW, knownDays }, { contractedPowerKva, cosPhi })).toBe(expected);
  });

  it('says what would do', () => {
    expect(plain(lowerContractedPower({ demandMaxW: 12_300, knownDays: 360 }, building)?.text)).toBe(
      "La demande de l'année n'a pas dépassé 12,3 kVA pour 36 kVA souscrits : 15 kVA suffiraient",
    );
    expect(lowerContractedPower({ demandMaxW: 30_000, knownDays: 360 }, building)).toBeNull();
  });
});

describe('degree-day slopes', () => {
  const signature = (heatingWhPerDegreeDay: number, coolingWhPerDegreeDay: number, r2: number | null = 0.8) => ({
    heatingWhPerDegreeDay,
    coolingWhPerDegreeDay,
    r2,
  });

  test.each([
    ['15 % more', signature(11_500, 0), signature(10_000, 0), true],
    ['14 % more', signature(11_400, 0), signature(10_000, 0), false],
    ['no year before', signature(11_500, 0), null, false],
    ['nothing now', null, signature(10_000, 0), false],
    ['weather explains little now', signature(20_000, 0, 0.4), signature(10_000, 0), false],
    ['weather explained little then', signature(20_000, 0), signature(10_000, 0, null), false],
    ['no heating then', signature(20_000, 0), signature(0, 0), false],
    ['no heating now', signature(-1, 0), signature(-2, 0), false],
  ])('heating: %s', (_, now, yearBefore, raised) => {
    expect(regulateHeating(now, yearBefore)?.code ?? null).toBe(raised ? 'reguler_chauffage' : null);
    expect(regulateCooling(now, yearBefore)).toBeNull();
  });

  it('cooling', () => {
    const found = regulateCooling(signature(0, 6000), signature(0, 5000));
    expect(found?.code).toBe('reguler_climatisation');
    expect(plain(found?.text)).toBe(
      "La climatisation consomme 6,0 kWh, 20,0 % de plus que l'an dernier, par degré-jour : vérifier la régulation",
    );
    expect(regulateHeating(signature(0, 6000), signature(0, 5000))).toBeNull();
  });
});
