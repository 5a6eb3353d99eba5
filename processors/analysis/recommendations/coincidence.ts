/**
 * `decaler_usages`: the tenants draw their peaks together.
 *
 *     coincidence factor c = greatest 10-minute demand of Σ tenants / Σ of the tenants' own greatest 10-minute demands      1/n … 1
 *     c is high when it exceeds the simultaneity factor k(n) by which such a building's supply is sized (NF C 14-100):
 *         n     2-4   5-9   10-14  15-19  20-24  25-29  30-34  35-39  40-49  50-
 *         k(n)  1     0.78  0.63   0.53   0.49   0.46   0.44   0.42   0.41   0.38
 *     spared = (demand of Σ tenants − k(n) × Σ own demands) / cos φ         what spreading the loads as usual would spare
 *
 * Raised from 5 tenants with a known demand up and from 1 kVA spared up: below, nothing is worth a letter. n counts the tenants whose demand
 * is known and above 0; those at rest do not make the others coincide.
 */
import type { Building } from '../../../domain/building.ts';
import { frenchNumber, frenchPercent } from '../../../domain/french.ts';
import { type Advice, advice } from './advice.ts';

export interface CoincidenceFacts {
  /** Greatest 10-minute demand of the day of each tenant meter, W. */
  readonly tenantDemandsW: readonly (number | null)[];
  /** Greatest 10-minute demand of their sum, of the same meters, W. */
  readonly coincidentDemandW: number | null;
}

export interface Coincidence {
  readonly factor: number;
  readonly usualFactor: number;
  readonly sparedKva: number;
}

/** Null where fewer than 5 tenants have a demand. */
export function coincidence(facts: CoincidenceFacts, building: Pick<Building, 'cosPhi'>): Coincidence | null {
  const demandsW = facts.tenantDemandsW.filter((demandW) => demandW !== null && demandW > 0).sort((a, b) => a! - b!);
  if (facts.coincidentDemandW === null || demandsW.length < tenantsNeeded) return null;
  const ownW = demandsW.reduce<number>((sum, demandW) => sum + demandW!, 0);
  const usualFactor = simultaneityFactors.find(([from]) => demandsW.length >= from)![1];
  const sparedKva = (facts.coincidentDemandW - usualFactor * ownW) / building.cosPhi / 1000;
  return { factor: facts.coincidentDemandW / ownW, usualFactor, sparedKva };
}

export function shiftLoads(facts: CoincidenceFacts, building: Pick<Building, 'cosPhi'>): Advice | null {
  const found = coincidence(facts, building);
  if (!found || found.sparedKva < sparedKvaNeeded) return null;
  const text = `Les pointes des locataires coïncident à ${frenchPercent(found.factor)} (usuel ${frenchPercent(found.usualFactor)})\u00a0: décaler les usages programmables épargnerait ${frenchNumber(found.sparedKva, 1)}\u00a0kVA`;
  return advice('decaler_usages', text);
}

const tenantsNeeded = 5;
const sparedKvaNeeded = 1;

/** From n tenants on, the greatest n first. */
const simultaneityFactors: readonly (readonly [from: number, factor: number])[] = [
  [50, 0.38],
  [40, 0.41],
  [35, 0.42],
  [30, 0.44],
  [25, 0.46],
  [20, 0.49],
  [15, 0.53],
  [10, 0.63],
  [5, 0.78],
];
