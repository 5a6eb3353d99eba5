/**
 * `reduire_puissance`: the year's demand never approaches the contracted power.
 *
 *     S = greatest 10-minute demand of the last 365 days / cos φ        raised when S < 60 % of the contracted power
 *     lowered to the smallest step ≥ 1.2 × S, where that is below the contracted power
 *     steps: 3, 6, 9, 12, 15, 18, 24, 30, 36 kVA, then every whole kVA (contracts above 36 kVA)
 *
 * Only with 330 known days of the last 365, so that a winter and a summer are among them. The margin of 20 % is for the winter
 * that is colder than the last one.
 */
import type { Building } from '../../../domain/building.ts';
import { frenchNumber } from '../../../domain/french.ts';
import { type Advice, advice } from './advice.ts';

export interface ContractedPowerFacts {
  /** Greatest 10-minute demand of the general meter in the last 365 days, W. */
  readonly demandMaxW: number | null;
  /** How many of these days have a demand. */
  readonly knownDays: number;
}

/** The contracted power that would do, kVA; null where it is already the least, or the year is not known. */
export function sufficientPowerKva(
  facts: ContractedPowerFacts,
  building: Pick<Building, 'contractedPowerKva' | 'cosPhi'>,
): number | null {
  if (facts.demandMaxW === null || facts.knownDays < knownDaysNeeded) return null;
  const demandKva = facts.demandMaxW / building.cosPhi / 1000;
  if (demandKva >= approachShare * building.contractedPowerKva) return null;
  const neededKva = Number((demandKva * margin).toPrecision(12));
  const step = stepsKva.find((stepKva) => stepKva >= neededKva) ?? Math.ceil(neededKva);
  return step < building.contractedPowerKva ? step : null;
}

export function lowerContractedPower(
  facts: ContractedPowerFacts,
  building: Pick<Building, 'contractedPowerKva' | 'cosPhi'>,
): Advice | null {
  const step = sufficientPowerKva(facts, building);
  if (step === null || facts.demandMaxW === null) return null;
  const demand = frenchNumber(facts.demandMaxW / building.cosPhi / 1000, 1);
  const contracted = frenchNumber(building.contractedPowerKva, 0);
  const text = `La demande de l'année n'a pas dépassé ${demand}\u00a0kVA pour ${contracted}\u00a0kVA souscrits\u00a0: ${step}\u00a0kVA suffiraient`;
  return advice('reduire_puissance', text);
}

const knownDaysNeeded = 330;
const approachShare = 0.6;
const margin = 1.2;
const stepsKva: readonly number[] = [3, 6, 9, 12, 15, 18, 24, 30, 36];
