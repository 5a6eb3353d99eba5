/**
 * `compteur_fige` (majeur): the index stands still for 2 h while the power, integrated over the standstill, exceeds two steps of the register.
 *
 *     index   ───────●────●────●────●────●        at[j] − at[i] ≥ 2 h,  index equal from i to j
 *     power          ~~~~~~~~~~~~~~~~~~~~~        ∫ P dt > 2 × resolution
 *
 * Trapezoids between neighbours; where one of the two gives no power the other stands for both; nothing where neither does, nor
 * over intervals longer than maxGap, where the power is not known. A long standstill at little power counts as a whole: two steps are
 * two steps.
 */
import { frenchDuration, frenchKwh } from '../../../domain/french.ts';
import { type Finding, finding, lotsOf } from '../finding.ts';

/** Accepted readings of one meter and segment in event-time order; parallel arrays. */
export interface FrozenReadings {
  readonly at: ArrayLike<number>;
  readonly indexWh: ArrayLike<number>;
  /** NaN where the reading gives none. */
  readonly powerW: ArrayLike<number>;
  readonly resolutionWh: number;
}

export interface FrozenLimits {
  /** How long the index stands still: 2 h. */
  readonly frozenMs: number;
  readonly maxGapMs: number;
}

export interface Standstill {
  readonly from: number;
  readonly to: number;
  /** Energy that the power says, and the index does not. */
  readonly integratedWh: number;
}

/** The standstills that show a frozen meter, in order. */
export function frozenStandstills(readings: FrozenReadings, limits: FrozenLimits): Standstill[] {
  const { at, indexWh, resolutionWh } = readings;
  const found: Standstill[] = [];
  let first = 0;
  let integratedWh = 0;
  for (let i = 1; i <= at.length; i += 1) {
    if (i < at.length && indexWh[i] === indexWh[first]) {
      integratedWh += energyBetween(readings, i - 1, i, limits.maxGapMs);
      continue;
    }
    const from = at[first]!;
    const to = at[i - 1]!;
    if (to - from >= limits.frozenMs && integratedWh > stepsNeeded * resolutionWh)
      found.push({ from, to, integratedWh });
    first = i;
    integratedWh = 0;
  }
  return found;
}

/** The anomaly of a day from the standstills that touch it; the one with the greatest energy speaks, the impact is of all. */
export function frozenMeterAnomaly(facts: {
  readonly meter: string;
  readonly lot: number | null;
  readonly standstills: readonly Standstill[];
  readonly resolutionWh: number;
}): Finding | null {
  const { meter, lot, standstills, resolutionWh } = facts;
  const [first, ...others] = standstills;
  if (!first) return null;
  const worst = others.reduce((a, b) => (b.integratedWh > a.integratedWh ? b : a), first);
  const text = `Le compteur ${meter} est figé\u00a0: index immobile pendant ${frenchDuration(worst.to - worst.from)} alors que sa puissance représente ${frenchKwh(worst.integratedWh)}`;
  return finding('compteur_fige', {
    meter,
    value: worst.integratedWh,
    threshold: stepsNeeded * resolutionWh,
    impactWh: Math.round(standstills.reduce((sum, { integratedWh }) => sum + integratedWh, 0)),
    text,
    lots: lotsOf([{ lot }]),
  });
}

function energyBetween({ at, powerW }: FrozenReadings, a: number, b: number, maxGapMs: number): number {
  const durationMs = at[b]! - at[a]!;
  if (durationMs > maxGapMs) return 0;
  const before = powerW[a]!;
  const after = powerW[b]!;
  const known = [before, after].filter((value) => !Number.isNaN(value));
  if (known.length === 0) return 0;
  return ((known.reduce((sum, value) => sum + value, 0) / known.length) * durationMs) / 3_600_000;
}

const stepsNeeded = 2;
