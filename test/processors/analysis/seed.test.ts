/**
 * The formulas of the chapter that the project grew from, re-implemented as they stand there (Python, kWh as floats), beside ours:
 * equal where the measurement rules keep them, different exactly where a decision says so.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpretHomogeneity } from '../../../domain/homogeneity.ts';
import { idleMetersAnomaly } from '../../../processors/analysis/anomalies/idle-meters.ts';
import { leakAnomaly } from '../../../processors/analysis/anomalies/leak.ts';
import { overconsumptionAnomaly } from '../../../processors/analysis/anomalies/overconsumption.ts';
import { powerAnomaly } from '../../../processors/analysis/anomalies/power.ts';
import { countClasses } from '../../../processors/analysis/classes.ts';
import { distribution } from '../../../processors/analysis/distribution.ts';
import { homogeneity } from '../../../processors/analysis/homogeneity.ts';
import { leakRatio } from '../../../processors/analysis/leak.ts';
import { raiseAwareness } from '../../../processors/analysis/recommendations/seed.ts';
import { shareOut } from '../../../processors/analysis/shares.ts';
import { day, holds, thresholds } from './fixtures.ts';

const seed = {
  sum: (values: readonly number[]): number => values.reduce((partial, value) => partial + value, 0),

  mean: (values: readonly number[]): number => seed.sum(values) / values.length,

  /** `sorted(energies)[len(energies)//2]` */
  median: (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!,

  stdev: (values: readonly number[]): number => {
    const mean = seed.mean(values);
    return Math.sqrt(seed.sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
  },

  /** `_analyser_repartition`; throws for one energy (`statistics.stdev`) as Python does, and for a mean of 0. */
  coefficientOfVariation: (values: readonly number[]): number => {
    if (values.length < 2) throw new Error('variance requires at least two data points');
    if (seed.mean(values) === 0) throw new Error('float division by zero');
    return seed.stdev(values) / seed.mean(values);
  },

  classes: (values: readonly number[]) => {
    const limits = [5, 10, 15, 20];
    const classes = { faible: 0, moyen: 0, eleve: 0, tres_eleve: 0 };
    for (const energy of values) {
      if (energy <= limits[0]!) classes.faible += 1;
      else if (energy <= limits[1]!) classes.moyen += 1;
      else if (energy <= limits[2]!) classes.eleve += 1;
      else classes.tres_eleve += 1;
    }
    return classes;
  },

  /** `_calculer_efficacite_globale`, in percent. */
  homogeneity: (values: readonly number[]): number | { erreur: string } => {
    const energies = values.filter((energy) => energy > 0);
    if (energies.length === 0) return { erreur: 'Données insuffisantes' };
    const coefficientOfVariation = energies.length > 1 ? seed.stdev(energies) / seed.mean(energies) : 0;
    return Math.max(0, 1 - coefficientOfVariation) * 100;
  },

  interpretation: (score: number): string => {
    if (score > 0.8) return 'Excellente homogénéité - Gestion énergétique équilibrée';
    if (score > 0.6) return 'Bonne homogénéité - Quelques écarts à surveiller';
    if (score > 0.4) return 'Homogénéité moyenne - Optimisations possibles';
    return 'Faible homogénéité - Actions correctives nécessaires';
  },

  /** `_detecter_anomalies_collectives`: the types raised. */
  anomalies: (
    tenants: readonly { energie: number; actif: boolean }[],
    globale: number,
    puissanceMax: number,
  ): string[] => {
    const found: string[] = [];
    const somme = seed.sum(tenants.map(({ energie }) => energie));
    if (globale > 0 && somme / globale < 0.95) found.push('fuite_energetique');
    if (puissanceMax > 36 * 1000 * 0.9) found.push('depasseement_puissance');
    if (tenants.some(({ energie, actif }) => energie === 0 && actif)) found.push('compteurs_defaillants');
    return found;
  },

  /** `repartition.get('coefficient_variation', 0) > 30` */
  campaign: (coefficientOfVariation: number): boolean => coefficientOfVariation > 30,

  shares: (lots: readonly { consommation: number; actif: boolean }[]) => {
    const total = seed.sum(lots.map(({ consommation }) => consommation));
    const actifs = lots.filter(({ actif }) => actif).length;
    return lots.map(({ consommation }) => {
      const egalitaire = 100 / actifs;
      const part = total > 0 ? (consommation / total) * 100 : 0;
      return { part, egalitaire, ecart: part - egalitaire };
    });
  },
};

const energiesWh = fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 2, maxLength: 40 });
const kwh = (list: readonly number[]): number[] => list.map((energyWh) => energyWh / 1000);
const entries = (list: readonly number[]) => list.map((energyWh) => ({ energyWh, vacant: false }));
const building = { thresholds, expectedCommonShare: 0, contractedPowerKva: 36, cosPhi: 1 };

describe('what is kept of the seed', () => {
  it('sum, mean, minimum, maximum, standard deviation and coefficient of variation', () => {
    holds(
      fc.property(energiesWh, (list) => {
        const ours = distribution(list);
        const theirs = kwh(list);
        expect(ours.sumWh / 1000).toBeCloseTo(seed.sum(theirs), 9);
        expect(ours.meanWh! / 1000).toBeCloseTo(seed.mean(theirs), 9);
        expect(ours.minWh! / 1000).toBe(Math.min(...theirs));
        expect(ours.maxWh! / 1000).toBe(Math.max(...theirs));
        expect(ours.stdevWh! / 1000).toBeCloseTo(seed.stdev(theirs), 9);
        if (ours.meanWh! > 0) expect(ours.coefficientOfVariation).toBeCloseTo(seed.coefficientOfVariation(theirs), 9);
      }),
    );
  });

  it('the median of an odd number', () => {
    holds(
      fc.property(
        energiesWh.filter((list) => list.length % 2 === 1),
        (list) => {
          expect(distribution(list).medianWh! / 1000).toBe(seed.median(kwh(list)));
        },
      ),
    );
  });

  it('the classes', () => {
    holds(
      fc.property(energiesWh, (list) => {
        expect(countClasses(list, [5, 10, 15])).toEqual(seed.classes(kwh(list)));
      }),
    );
  });

  it('the homogeneity score of two or more, and its sentences', () => {
    holds(
      fc.property(
        energiesWh.filter((list) => list.filter((energyWh) => energyWh > 0).length >= 2),
        (list) => {
          const ours = homogeneity(entries(list)).score!;
          const theirs = seed.homogeneity(kwh(list));
          expect(ours).toBeCloseTo(theirs as number, 7);
        },
      ),
    );
    for (let score = 0; score <= 1000; score += 1) {
      expect(interpretHomogeneity(score / 10)).toBe(seed.interpretation(score / 1000));
    }
  });

  it('leak, power and idle meters of a day that is wholly known', () => {
    const tenants = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 20, maxLength: 20 });
    holds(
      fc.property(
        tenants,
        fc.integer({ min: 1, max: 500_000 }),
        fc.integer({ min: 0, max: 40_000 }),
        (list, generalWh, powerMaxW) => {
          const meteredWh = list.reduce((sum, energyWh) => sum + energyWh, 0);
          fc.pre(meteredWh * 100 !== generalWh * 95); // on the limit itself the seed's floats decide by chance
          const { ratio, quality } = leakRatio({
            generalWh,
            tenantsWh: meteredWh,
            commonWh: 0,
            coveredMs: day,
            elapsedMs: day,
            windowMs: day,
            estimated: false,
          });
          const leak = leakAnomaly(
            {
              ratio,
              quality,
              metersReporting: 20,
              metersExpected: 20,
              generalWh,
              meteredWh,
              remainderFloorW: null,
              floorHistoryW: [],
              dayHours: 24,
            },
            building,
          );
          const power = powerAnomaly(
            { meter: 'GLOBAL', powerMaxW, apparentPowerMaxVa: null, demandMaxW: null },
            building,
          );
          const idle = idleMetersAnomaly({
            meters: list.map((energyWh, i) => ({ meter: `LOC${i}`, lot: i, energyWh, readings: 96, vacant: false })),
            dayOver: true,
          });
          const theirs = seed.anomalies(
            kwh(list).map((energie) => ({ energie, actif: true })),
            generalWh / 1000,
            powerMaxW,
          );
          expect(leak !== null).toBe(theirs.includes('fuite_energetique'));
          expect(power !== null).toBe(theirs.includes('depasseement_puissance'));
          expect(idle !== null).toBe(theirs.includes('compteurs_defaillants'));
          if (leak) expect(leak.impactWh! / 1000).toBeCloseTo(generalWh / 1000 - seed.sum(kwh(list)), 9);
        },
      ),
    );
  });

  it('the shares to within the 0.01 % by which they are made to add up', () => {
    holds(
      fc.property(
        energiesWh.filter((list) => list.some((energyWh) => energyWh > 0)),
        (list) => {
          const ours = shareOut(list.map((energyWh, number) => ({ number, energyWh, active: true })));
          seed
            .shares(kwh(list).map((consommation) => ({ consommation, actif: true })))
            .forEach(({ part, egalitaire, ecart }, i) => {
              expect(Math.abs(ours[i]!.sharePct - part)).toBeLessThan(0.010001);
              expect(Math.abs(ours[i]!.equalSharePct - egalitaire)).toBeLessThan(0.010001);
              expect(Math.abs(ours[i]!.deviationPct - ecart)).toBeLessThan(0.020001);
            });
        },
      ),
    );
  });
});

describe('what is not kept', () => {
  it('the median of an even number: the seed takes the upper of the two in the middle', () => {
    expect(seed.median([1, 2, 3, 10])).toBe(3);
    expect(distribution([1000, 2000, 3000, 10_000]).medianWh).toBe(2500);
  });

  it('the variation of one energy, or of a mean of 0: the seed fails', () => {
    expect(() => seed.coefficientOfVariation([8])).toThrow();
    expect(() => seed.coefficientOfVariation([0, 0])).toThrow();
    expect(distribution([8000])).toMatchObject({ stdevWh: 0, coefficientOfVariation: 0 });
    expect(distribution([0, 0])).toMatchObject({ stdevWh: 0, coefficientOfVariation: null });
  });

  it('the homogeneity of one: the seed says 100', () => {
    expect(seed.homogeneity([8])).toBe(100);
    expect(homogeneity(entries([8000]))).toEqual({ score: null, count: 1 });
  });

  it('the homogeneity of none: the seed answers an error in place of the figures', () => {
    expect(seed.homogeneity([0])).toEqual({ erreur: 'Données insuffisantes' });
    expect(interpretHomogeneity(homogeneity(entries([0])).score)).toBe('Données insuffisantes');
  });

  it('a vacant lot: the seed counts it as a household', () => {
    expect(homogeneity([...entries([8000, 8000]), { energyWh: 100, vacant: true }])).toEqual({ score: 100, count: 2 });
    expect(seed.homogeneity([8, 8, 0.1])).toBeLessThan(20);
  });

  it('the campaign: the seed compares a ratio with 30 and never fires', () => {
    holds(
      fc.property(
        energiesWh.filter((list) => list.some((energyWh) => energyWh > 0)),
        (list) => {
          expect(seed.campaign(seed.coefficientOfVariation(kwh(list)))).toBe(false);
        },
      ),
    );
    expect(raiseAwareness(distribution([1000, 9000]).coefficientOfVariation, building)?.code).toBe('sensibiliser');
  });

  it('the limit of 15 kWh: the seed declares it and never uses it', () => {
    expect(seed.anomalies([{ energie: 40, actif: true }], 40, 0)).toEqual([]);
    expect(
      overconsumptionAnomaly({ meter: 'LOC01', lot: 1, energyWh: 40_000, sameWeekdayWh: [] }, building),
    ).not.toBeNull();
  });

  it('a leak on a day of unknown meters: the seed counts a silent one as 0 and cries', () => {
    const tenants = Array.from({ length: 20 }, (_, i) => ({ energie: i === 6 ? 0 : 10, actif: i !== 6 }));
    expect(seed.anomalies(tenants, 200.5, 0)).toEqual(['fuite_energetique']);
    const { ratio, quality, remainderWh } = leakRatio({
      generalWh: 200_500,
      tenantsWh: null,
      commonWh: 0,
      coveredMs: 0,
      elapsedMs: day,
      windowMs: day,
      estimated: false,
    });
    expect({ ratio, quality, remainderWh }).toEqual({ ratio: null, quality: 'none', remainderWh: null });
  });

  it('shares that add up: the seed prints 33.33 three times', () => {
    const theirs = seed.shares([1, 1, 1].map((consommation) => ({ consommation, actif: true })));
    expect(theirs.map(({ part }) => part.toFixed(2))).toEqual(['33.33', '33.33', '33.33']);
    const ours = shareOut([1, 2, 3].map((number) => ({ number, energyWh: 1000, active: true })));
    expect(ours.map(({ sharePct }) => sharePct)).toEqual([33.34, 33.33, 33.33]);
  });

  it('the equal share of an inactive lot, which is 0 here, and of a building without active lots, where the seed divides by 0', () => {
    expect(
      seed.shares([
        { consommation: 5, actif: true },
        { consommation: 0, actif: false },
      ])[1]!.egalitaire,
    ).toBe(100);
    expect(
      shareOut([
        { number: 1, energyWh: 5, active: true },
        { number: 2, energyWh: 0, active: false },
      ])[1]!.equalSharePct,
    ).toBe(0);
    expect(seed.shares([{ consommation: 0, actif: false }])[0]!.egalitaire).toBe(Number.POSITIVE_INFINITY);
    expect(shareOut([{ number: 1, energyWh: 0, active: false }])[0]!.equalSharePct).toBe(0);
  });
});
