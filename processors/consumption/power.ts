/**
 * Power of a window from the accepted curve; nothing is taken from gaps or breaks.
 *
 *   maximum   the greatest power among the accepted readings with start ≤ at < end, the earliest of equals
 *   demand    mean power of each 10-minute slot from index differences: (E(b+10 min) − E(b)) × 6
 *   mean      time-weighted: trapezoids between neighbouring powers, clipped to the window; energy ÷ time where the meter gives no power
 *   floor     the lowest 60-minute mean, in steps of 10 minutes, between 01:00 and 05:00 local
 */
import type { Curve } from './curve.ts';
import { pointContext, pointVirtual } from './curve.ts';

export const slotMs = 600_000;
/** A local day has at most 25 hours. */
export const maximumSlots = 150;
const hourSlots = 6;
/** Above this sum of register steps a 60-minute mean is noise. */
export const coarseStepWh = 100;
export const tooCoarseStepWh = 400;

export interface PowerFacts {
  readonly readings: number;
  readonly maxW: number | null;
  readonly maxAt: number | null;
  /** Greatest apparent power, VA. */
  readonly maxVa: number | null;
  readonly maxVaAt: number | null;
  readonly meanW: number | null;
  /** The largest register step of the window's readings. */
  readonly resolutionWh: number;
}

/** Accepted readings of `[start, end)`: count, maxima, mean. */
export function powerOf(curve: Curve, start: number, end: number): PowerFacts {
  const { at, powerW, apparentVa, kind, resolutionWh } = curve;
  let readings = 0;
  let max = Number.NEGATIVE_INFINITY;
  let maxAt = 0;
  let maxVa = Number.NEGATIVE_INFINITY;
  let maxVaAt = 0;
  let stepWh = 1;
  let area = 0;
  let weight = 0;
  let knownWh = 0;
  let knownMs = 0;
  for (let i = Math.max(0, curve.floor(start)); i < curve.length; i++) {
    const ta = at[i] as number;
    if (ta >= end) break;
    const power = powerW[i] as number;
    if (ta >= start && ((kind[i] as number) & (pointContext | pointVirtual)) === 0) {
      readings++;
      if (power > max) {
        max = power;
        maxAt = ta;
      }
      const va = apparentVa[i] as number;
      if (va > maxVa) {
        maxVa = va;
        maxVaAt = ta;
      }
      if ((resolutionWh[i] as number) > stepWh) stepWh = resolutionWh[i] as number;
    }
    if (curve.isGapAfter(i)) continue;
    const tb = at[i + 1] as number;
    const from = Math.max(ta, start);
    const to = Math.min(tb, end);
    if (to <= from) continue;
    const next = powerW[i + 1] as number;
    if (!Number.isNaN(power) && !Number.isNaN(next)) {
      const slope = (next - power) / (tb - ta);
      area += ((power + slope * (from - ta) + power + slope * (to - ta)) / 2) * (to - from);
      weight += to - from;
    }
    // Where the meter gives power, energy is not asked.
    if (weight > 0) continue;
    knownWh += (((curve.energyWh[i + 1] as number) - (curve.energyWh[i] as number)) * (to - from)) / (tb - ta);
    knownMs += to - from;
  }
  const hasPower = max > Number.NEGATIVE_INFINITY;
  const hasVa = maxVa > Number.NEGATIVE_INFINITY;
  const meanOfEnergyW = knownMs > 0 ? (knownWh * 3_600_000) / knownMs : null;
  return {
    readings,
    maxW: hasPower ? max : null,
    maxAt: hasPower ? maxAt : null,
    maxVa: hasVa ? maxVa : null,
    maxVaAt: hasVa ? maxVaAt : null,
    meanW: weight > 0 ? area / weight : meanOfEnergyW,
    resolutionWh: stepWh,
  };
}

/** Fills `slots` with the energy (Wh) of each 10-minute slot from `start`; NaN where unknown or in a gap. Returns the number of slots. */
export function fillSlots(curve: Curve, start: number, end: number, slots: Float64Array): number {
  const count = Math.floor((end - start) / slotMs);
  const { at } = curve;
  const length = curve.length;
  let i = curve.floor(start);
  // E at the end of the slot before, where that is known.
  let heldWh = Number.NaN;
  for (let slot = 0; slot < count; slot++) {
    const from = start + slot * slotMs;
    const to = from + slotMs;
    while (i + 1 < length && (at[i + 1] as number) <= from) i++;
    if (i < 0 || to > curve.last) {
      slots[slot] = Number.NaN;
      continue;
    }
    let gap = curve.isGapAfter(i);
    let j = i;
    while (j + 1 < length && (at[j + 1] as number) < to) {
      j++;
      if (curve.isGapAfter(j)) gap = true;
    }
    if (gap) {
      slots[slot] = Number.NaN;
      heldWh = Number.NaN;
      continue;
    }
    const startWh = Number.isNaN(heldWh) ? curve.energyFrom(i, from) : heldWh;
    if (at[j + 1] === to && j + 1 < length) {
      // The last of the points of one instant (a declared index and the reading) is E there, as at every boundary.
      let k = j + 1;
      while (k + 1 < length && at[k + 1] === to) k++;
      heldWh = curve.energyWh[k] as number;
    } else heldWh = curve.energyFrom(j, to);
    slots[slot] = heldWh - startWh;
  }
  return count;
}

/** The greatest 10-minute mean in W with the slot's start; nulls where no slot is known. */
export function greatestDemand(
  slots: Float64Array,
  count: number,
  start: number,
): { demandW: number | null; at: number | null } {
  let best = Number.NEGATIVE_INFINITY;
  let slot = -1;
  for (let k = 0; k < count; k++) {
    if ((slots[k] as number) > best) {
      best = slots[k] as number;
      slot = k;
    }
  }
  return slot < 0 ? { demandW: null, at: null } : { demandW: best * hourSlots, at: start + slot * slotMs };
}

/** The lowest 60-minute mean in W over the slots `[from, to)`, the whole mean where the steps are coarse, null where unknown or too coarse. */
export function nightFloor(slots: Float64Array, from: number, to: number, stepsWh: number): number | null {
  if (stepsWh > tooCoarseStepWh || to - from < hourSlots) return null;
  const span = stepsWh > coarseStepWh ? to - from : hourSlots;
  let best = Number.POSITIVE_INFINITY;
  for (let k = from; k + span <= to; k++) {
    let sum = 0;
    for (let n = k; n < k + span; n++) sum += slots[n] as number;
    if (sum < best) best = sum;
  }
  return best === Number.POSITIVE_INFINITY ? null : (best * hourSlots) / span;
}
