/**
 * Distribution of the tenants' energies of one window, over those that are known, in Wh:
 *
 *     mean = Σ / n      median: middle value, or mean of the two middle ones      stdev = √(Σ (x − mean)² / (n − 1)), 0 for n = 1
 *     coefficient of variation = stdev / mean, null for mean 0
 *
 * Nothing is rounded. The energies are sorted first, so that any order of the input gives the same bits.
 */
import { max, mean, median, min, sampleStandardDeviation } from 'simple-statistics';

export interface Distribution {
  readonly knownCount: number;
  /** 0 where none is known. */
  readonly sumWh: number;
  readonly meanWh: number | null;
  readonly medianWh: number | null;
  readonly minWh: number | null;
  readonly maxWh: number | null;
  readonly stdevWh: number | null;
  /** A ratio. */
  readonly coefficientOfVariation: number | null;
}

/** `energiesWh`: integer Wh of the known meters only. */
export function distribution(energiesWh: readonly number[]): Distribution {
  if (energiesWh.length === 0) return nothingKnown;
  const sorted = [...energiesWh].sort((a, b) => a - b);
  const meanWh = mean(sorted);
  const stdevWh = sorted.length === 1 ? 0 : sampleStandardDeviation(sorted);
  return {
    knownCount: sorted.length,
    sumWh: sorted.reduce((sum, energyWh) => sum + energyWh, 0),
    meanWh,
    medianWh: median(sorted),
    minWh: min(sorted),
    maxWh: max(sorted),
    stdevWh,
    coefficientOfVariation: meanWh === 0 ? null : stdevWh / meanWh,
  };
}

const nothingKnown: Distribution = {
  knownCount: 0,
  sumWh: 0,
  meanWh: null,
  medianWh: null,
  minWh: null,
  maxWh: null,
  stdevWh: null,
  coefficientOfVariation: null,
};
