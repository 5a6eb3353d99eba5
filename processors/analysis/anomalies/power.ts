/**
 * `depassement_puissance` (critique): the general meter's maximum exceeds 0.9 × contracted power, both in VA.
 *
 *     up to 36 kVA    the greatest reading: VA where the meter gives it, else W / cos φ (cos φ 1 by default)
 *     above 36 kVA    the greatest 10-minute demand / cos φ, as such contracts are metered, instead of one reading
 */
import type { Building } from '../../../domain/building.ts';
import { frenchVoltAmperes } from '../../../domain/french.ts';
import { decimalProduct, type Finding, finding } from '../finding.ts';

export interface PowerFacts {
  /** The general meter's id. */
  readonly meter: string;
  /** Its greatest power of the day, or greatest demand where it gives none. */
  readonly powerMaxW: number | null;
  /** Its greatest apparent power of the day; null where it gives none. */
  readonly apparentPowerMaxVa: number | null;
  /** Its greatest 10-minute mean of the day. */
  readonly demandMaxW: number | null;
}

export function powerAnomaly(
  facts: PowerFacts,
  building: Pick<Building, 'contractedPowerKva' | 'cosPhi' | 'thresholds'>,
): Finding | null {
  const threshold = decimalProduct(building.thresholds.powerRatio, building.contractedPowerKva, 1000);
  const value = judgedPeakVa(facts, building);
  if (value === null || value <= threshold) return null;
  const name = isJudgedByDemand(building) ? 'Puissance moyenne max sur 10\u00a0min' : 'Puissance max';
  const text = `${name}\u00a0: ${frenchVoltAmperes(value)} > seuil ${frenchVoltAmperes(threshold)}`;
  return finding('depassement_puissance', { meter: facts.meter, value, threshold, text });
}

/** The day's power that is held against the contracted one, VA; null where unknown. */
export function judgedPeakVa(
  facts: Omit<PowerFacts, 'meter'>,
  building: Pick<Building, 'contractedPowerKva' | 'cosPhi'>,
): number | null {
  return isJudgedByDemand(building)
    ? voltAmperes(facts.demandMaxW, building.cosPhi)
    : (facts.apparentPowerMaxVa ?? voltAmperes(facts.powerMaxW, building.cosPhi));
}

function isJudgedByDemand({ contractedPowerKva }: Pick<Building, 'contractedPowerKva'>): boolean {
  return contractedPowerKva > greatestReadingKva;
}

function voltAmperes(powerW: number | null, cosPhi: number): number | null {
  return powerW === null ? null : powerW / cosPhi;
}

const greatestReadingKva = 36;
