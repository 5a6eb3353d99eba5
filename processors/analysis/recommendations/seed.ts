/**
 * The seed's five: what a leak and an exceeded power call for, a campaign where the day's coefficient of variation is above 30 % (a ratio,
 * 0.30: the seed compares it with 30 and never fires), and the two of every year.
 */
import type { Building } from '../../../domain/building.ts';
import { frenchKwh, frenchNumber, frenchPercent } from '../../../domain/french.ts';
import type { Finding } from '../finding.ts';
import { type Advice, advice } from './advice.ts';

/** `leak`: the day's `fuite_energetique`, if any. */
export function inspectCommons(leak: Finding | null): Advice | null {
  if (!leak) return null;
  const size = leak.impactWh === null ? '' : ` de ${frenchKwh(leak.impactWh)}/jour`;
  return advice('inspecter_communs', `Investiguer la fuite énergétique${size}`);
}

/** `exceeded`: the day's `depassement_puissance`, if any. */
export function raiseContractedPower(
  exceeded: Finding | null,
  building: Pick<Building, 'contractedPowerKva'>,
): Advice | null {
  if (!exceeded) return null;
  const decimals = Number.isInteger(building.contractedPowerKva) ? 0 : 1;
  const contracted = frenchNumber(building.contractedPowerKva, decimals);
  return advice('augmenter_puissance', `Puissance actuelle insuffisante (${contracted}\u00a0kVA)`);
}

/** `coefficientOfVariation`: stdev / mean of the day's known tenants, a ratio. */
export function raiseAwareness(
  coefficientOfVariation: number | null,
  building: Pick<Building, 'thresholds'>,
): Advice | null {
  if (coefficientOfVariation === null || coefficientOfVariation <= building.thresholds.coefficientOfVariation)
    return null;
  const spread = frenchPercent(coefficientOfVariation);
  return advice(
    'sensibiliser',
    `Écarts importants de consommation entre locataires (coefficient de variation de ${spread})`,
  );
}

export const yearlyAdvice: readonly Advice[] = [
  advice('maintenance_annuelle', 'Vérification annuelle des compteurs individuels'),
  advice('bilan_annuel', 'Établir bilan énergétique détaillé'),
];
