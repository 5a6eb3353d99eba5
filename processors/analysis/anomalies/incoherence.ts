/**
 * `incoherence_comptage` (majeur): the parts exceed the whole, Σ > general × 1.02, under the leak's condition (measured, all meters
 * complete). Compared as Σ / general > 1.02, which is exact on the limit. Impact: Σ − general.
 */
import type { Building } from '../../../domain/building.ts';
import { frenchKwh, frenchPercent } from '../../../domain/french.ts';
import { type Finding, finding } from '../finding.ts';
import { type BalanceFacts, isProven } from './leak.ts';

export function incoherenceAnomaly(facts: BalanceFacts, building: Pick<Building, 'thresholds'>): Finding | null {
  return isProven(facts) ? byRatio(facts, building) : null;
}

/** True where the ratio would raise it, but is not measured or not of all meters. */
export function incoherenceSuspected(facts: BalanceFacts, building: Pick<Building, 'thresholds'>): boolean {
  return !isProven(facts) && byRatio(facts, building) !== null;
}

function byRatio(facts: BalanceFacts, building: Pick<Building, 'thresholds'>): Finding | null {
  const { ratio, generalWh, meteredWh } = facts;
  const threshold = building.thresholds.incoherenceRatio;
  if (ratio === null || generalWh === null || meteredWh === null || ratio <= threshold) return null;
  const impactWh = meteredWh - generalWh;
  const text = `Incohérence de comptage\u00a0: la somme des compteurs atteint ${frenchPercent(ratio)} du compteur général, ${frenchKwh(impactWh)} en trop`;
  return finding('incoherence_comptage', { value: ratio, threshold, impactWh, text });
}
