/**
 * Degree-day signature of a building over the last 8 weeks, by ordinary least squares on daily means of the outdoor temperature T:
 *
 *     energy = base + heating × max(0, 18 − T) + cooling × max(0, T − 24)        Wh a day
 *     R² = 1 − Σ residuals² / Σ (energy − mean)²
 *
 * Days without energy or temperature do not enter; at least 14 must be left, else null. A kind of degree day that fewer than
 * 5 days have gives no slope worth the name: it is 0 and those days do not enter. Where neither kind is left, the base is the
 * mean, both slopes are 0 and R² is null, as it is when the energy never varies. Collinear days (each kind always equally hot or cold): null.
 */
import { mean } from 'simple-statistics';
import type { Climate } from '../../domain/results.ts';

export interface ClimateDay {
  /** Local date: days are put in order, so that any order of the input gives the same bits. */
  readonly date: string;
  readonly energyWh: number | null;
  /** Daily mean, °C. */
  readonly temperatureC: number | null;
}

export type ClimateSignature = Pick<Climate, 'baseWhPerDay' | 'heatingWhPerDegreeDay' | 'coolingWhPerDegreeDay' | 'r2'>;

export function heatingDegrees(temperatureC: number): number {
  return Math.max(0, heatingLimitC - temperatureC);
}

export function coolingDegrees(temperatureC: number): number {
  return Math.max(0, temperatureC - coolingLimitC);
}

/** `days`: any number; the last 56 by date enter. */
export function climateSignature(days: readonly ClimateDay[]): ClimateSignature | null {
  const known = [...days]
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
    .slice(-signatureDays)
    .flatMap(({ energyWh, temperatureC }) =>
      energyWh === null || temperatureC === null
        ? []
        : [{ energyWh, heating: heatingDegrees(temperatureC), cooling: coolingDegrees(temperatureC) }],
    );
  const heats = known.filter(({ heating }) => heating > 0).length >= degreeDaysNeeded;
  const cools = known.filter(({ cooling }) => cooling > 0).length >= degreeDaysNeeded;
  const used = known.filter(({ heating, cooling }) => (heats || heating === 0) && (cools || cooling === 0));
  return used.length < daysNeeded ? null : fit(used, heats, cools);
}

interface Row {
  readonly energyWh: number;
  readonly heating: number;
  readonly cooling: number;
}

/** Normal equations on centred values: two unknowns at most. */
function fit(rows: readonly Row[], heats: boolean, cools: boolean): ClimateSignature | null {
  const energy = centred(rows.map(({ energyWh }) => energyWh));
  const heating = centred(rows.map((row) => row.heating));
  const cooling = centred(rows.map((row) => row.cooling));
  const hh = product(heating, heating);
  const cc = product(cooling, cooling);
  const hc = product(heating, cooling);
  const he = product(heating, energy);
  const ce = product(cooling, energy);

  let heatingSlope = 0;
  let coolingSlope = 0;
  if (heats && cools) {
    const determinant = hh * cc - hc * hc;
    if (determinant <= negligible * hh * cc) return null;
    heatingSlope = (he * cc - ce * hc) / determinant;
    coolingSlope = (ce * hh - he * hc) / determinant;
  } else if (heats) {
    if (hh <= negligible * rows.length) return null;
    heatingSlope = he / hh;
  } else if (cools) {
    if (cc <= negligible * rows.length) return null;
    coolingSlope = ce / cc;
  }
  const baseWhPerDay = energy.mean - heatingSlope * heating.mean - coolingSlope * cooling.mean;
  const total = product(energy, energy);
  const residual = energy.values.reduce(
    (sum, value, i) => sum + (value - heatingSlope * heating.values[i]! - coolingSlope * cooling.values[i]!) ** 2,
    0,
  );
  return {
    baseWhPerDay,
    heatingWhPerDegreeDay: heatingSlope,
    coolingWhPerDegreeDay: coolingSlope,
    r2: total === 0 || !(heats || cools) ? null : 1 - residual / total,
  };
}

interface Centred {
  readonly mean: number;
  readonly values: readonly number[];
}

function centred(values: readonly number[]): Centred {
  const middle = mean([...values]);
  return { mean: middle, values: values.map((value) => value - middle) };
}

function product(a: Centred, b: Centred): number {
  return a.values.reduce((sum, value, i) => sum + value * b.values[i]!, 0);
}

const heatingLimitC = 18;
const coolingLimitC = 24;
const signatureDays = 56;
const daysNeeded = 14;
const degreeDaysNeeded = 5;
/** Below this share of its greatest possible value a determinant is rounding dust. */
const negligible = 1e-9;
