/**
 * `veille_permanente`: the building's night floor is above 20 % of its mean power of the same day: something runs all night.
 *
 *     general meter's lowest 60-minute mean between 01:00 and 05:00 > nightFloorShare × time-weighted mean power
 *
 * Both in W, of the general meter; a mean of 0 or unknown says nothing.
 */
import type { Building } from '../../../domain/building.ts';
import { frenchPercent, frenchWatts } from '../../../domain/french.ts';
import { type Advice, advice } from './advice.ts';

export interface StandingLoadFacts {
  readonly nightFloorW: number | null;
  readonly powerMeanW: number | null;
}

export function lookForStandingLoads(facts: StandingLoadFacts, building: Pick<Building, 'thresholds'>): Advice | null {
  const { nightFloorW, powerMeanW } = facts;
  if (nightFloorW === null || powerMeanW === null || powerMeanW <= 0) return null;
  const share = nightFloorW / powerMeanW;
  if (share <= building.thresholds.nightFloorShare) return null;
  const text = `Talon nocturne de ${frenchWatts(nightFloorW)}, soit ${frenchPercent(share)} de la puissance moyenne\u00a0: rechercher les appareils en marche permanente`;
  return advice('veille_permanente', text);
}
