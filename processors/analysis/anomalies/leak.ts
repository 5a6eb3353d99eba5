/**
 * `fuite_energetique` (majeur): energy that the general meter counts and nobody else does. Raised when
 *
 *     ratio < leakRatio × (1 − expected common share)
 *  or remainder's night floor > common_floor_w                                 where it is declared
 *  or remainder's night floor ≥ median of its last 14 known days + 200 W       with at least 7 of them
 *
 * and only with a `measured` ratio and every tenant meter complete; where that is missing, a ratio that would have raised it is
 * `suspected`, which raises `donnees_incompletes` instead. Impact: by the ratio, what is missing beyond the expected
 * share, general × (1 − share) − Σ; by the floor, (floor − common_floor_w or median) × hours of the day. Where several hold, the
 * ratio speaks first, then the declared floor, then the median.
 */
import { median } from 'simple-statistics';
import type { Building } from '../../../domain/building.ts';
import { frenchKwh, frenchPercent, frenchWatts } from '../../../domain/french.ts';
import { decimalProduct, type Finding, finding } from '../finding.ts';

export interface BalanceFacts {
  /** (tenants + common) / general over the same two instants. */
  readonly ratio: number | null;
  readonly quality: 'measured' | 'estimated' | 'none';
  readonly metersReporting: number;
  readonly metersExpected: number;
  /** Over the same two instants. */
  readonly generalWh: number | null;
  readonly meteredWh: number | null;
}

export interface LeakFacts extends BalanceFacts {
  readonly remainderFloorW: number | null;
  /** The remainder's floors of the days before, oldest first, null where unknown; only the last 14 known count. */
  readonly floorHistoryW: readonly (number | null)[];
  /** 23, 24 or 25. */
  readonly dayHours: number;
}

export type LeakBuilding = Pick<Building, 'expectedCommonShare' | 'commonFloorW' | 'thresholds'>;

export function leakAnomaly(facts: LeakFacts, building: LeakBuilding): Finding | null {
  return isProven(facts) ? (byRatio(facts, building) ?? byFloor(facts, building)) : null;
}

/** True where the ratio alone would raise a leak, but is not measured or not of all meters. */
export function leakSuspected(facts: LeakFacts, building: LeakBuilding): boolean {
  return !isProven(facts) && byRatio(facts, building) !== null;
}

/** The condition under which the balance of a day is judged. */
export function isProven(facts: BalanceFacts): boolean {
  return facts.quality === 'measured' && facts.metersReporting === facts.metersExpected;
}

function byRatio(facts: LeakFacts, building: LeakBuilding): Finding | null {
  const { ratio, generalWh, meteredWh } = facts;
  const threshold = decimalProduct(building.thresholds.leakRatio, 1 - building.expectedCommonShare);
  if (ratio === null || generalWh === null || meteredWh === null || ratio >= threshold) return null;
  const impactWh = Math.max(0, Math.round(generalWh * (1 - building.expectedCommonShare) - meteredWh));
  const text = `Fuite détectée\u00a0: ${frenchPercent(ratio)} de corrélation pour un seuil de ${frenchPercent(threshold)}, ${frenchKwh(impactWh)} non attribués`;
  return finding('fuite_energetique', { value: ratio, threshold, impactWh, text });
}

function byFloor(facts: LeakFacts, building: LeakBuilding): Finding | null {
  const { remainderFloorW, floorHistoryW, dayHours } = facts;
  if (remainderFloorW === null) return null;
  const found = (referenceW: number, threshold: number, reference: string): Finding => {
    const impactWh = Math.round((remainderFloorW - referenceW) * dayHours);
    const text = `Fuite détectée\u00a0: talon nocturne non attribué de ${frenchWatts(remainderFloorW)} pour ${reference}, soit ${frenchKwh(impactWh)} par jour`;
    return finding('fuite_energetique', { value: remainderFloorW, threshold, impactWh, text });
  };
  const declaredW = building.commonFloorW;
  if (declaredW !== undefined && remainderFloorW > declaredW) {
    return found(declaredW, declaredW, `${frenchWatts(declaredW)} déclarés pour les communs`);
  }
  const known = floorHistoryW.filter((floorW) => floorW !== null).slice(-historyDays);
  if (known.length < historyDaysNeeded) return null;
  const usualW = median(known);
  const threshold = usualW + building.thresholds.nightFloorRiseW;
  return remainderFloorW >= threshold ? found(usualW, threshold, `${frenchWatts(usualW)} habituels`) : null;
}

const historyDays = 14;
const historyDaysNeeded = 7;
