/**
 * Homogeneity score of a building's day, 0 to 100, over the energies above 0 in lots that are not vacant:
 *
 *     score = max(0, 1 − stdev / mean) × 100,   null when fewer than two
 *
 * One tenant alone is not homogeneous with anybody (the seed says 100). The sentences are in `domain/homogeneity.ts`.
 */
import { distribution } from './distribution.ts';

export interface HomogeneityEntry {
  readonly energyWh: number | null;
  /** Declared vacant during the whole window. */
  readonly vacant: boolean;
}

export interface Homogeneity {
  readonly score: number | null;
  /** How many energies entered, published beside the score. */
  readonly count: number;
}

export function homogeneity(entries: readonly HomogeneityEntry[]): Homogeneity {
  const energiesWh = entries.flatMap(({ energyWh, vacant }) =>
    energyWh !== null && energyWh > 0 && !vacant ? [energyWh] : [],
  );
  const { coefficientOfVariation } = distribution(energiesWh);
  if (energiesWh.length < 2 || coefficientOfVariation === null) return { score: null, count: energiesWh.length };
  return { score: Math.max(0, 1 - coefficientOfVariation) * 100, count: energiesWh.length };
}
