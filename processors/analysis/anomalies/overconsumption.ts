/**
 * `surconsommation_locataire` (mineur): a tenant meter's day above its limit. The limit is
 *
 *     15 kWh (the building's threshold, or the lot's own)
 *  or factor × median of its own same weekday over the last 8 weeks, where a factor is configured (usually 2), from 4 known days on
 *
 * The lower of the two that is exceeded speaks. Value and threshold in kWh; impact: what is above it.
 */
import { median } from 'simple-statistics';
import type { Building } from '../../../domain/building.ts';
import { frenchKwh } from '../../../domain/french.ts';
import { type Finding, finding, lotsOf } from '../finding.ts';

export interface OverconsumptionFacts {
  readonly meter: string;
  readonly lot: number | null;
  readonly energyWh: number | null;
  /** The lot's own limit, where configured. */
  readonly lotLimitKwh?: number | undefined;
  /** The same weekday's energies of the 8 weeks before; null where unknown. */
  readonly sameWeekdayWh: readonly (number | null)[];
}

export function overconsumptionAnomaly(
  facts: OverconsumptionFacts,
  building: Pick<Building, 'thresholds'>,
): Finding | null {
  const { meter, energyWh } = facts;
  if (energyWh === null) return null;
  const value = energyWh / 1000;
  const fixedKwh = facts.lotLimitKwh ?? building.thresholds.overconsumptionKwh;
  const usualKwh = usualLimitKwh(facts.sameWeekdayWh, building.thresholds.overconsumptionMedianFactor);
  const threshold = usualKwh === null ? fixedKwh : Math.min(fixedKwh, usualKwh);
  if (value <= threshold) return null;
  const impactWh = Math.round(energyWh - threshold * 1000);
  const text = `Surconsommation du compteur ${meter}\u00a0: ${frenchKwh(energyWh)} dans la journée pour un seuil de ${frenchKwh(threshold * 1000)}`;
  return finding('surconsommation_locataire', { meter, value, threshold, impactWh, text, lots: lotsOf([facts]) });
}

function usualLimitKwh(sameWeekdayWh: readonly (number | null)[], factor: number | undefined): number | null {
  const known = sameWeekdayWh.filter((energyWh) => energyWh !== null);
  if (factor === undefined || known.length < daysNeeded) return null;
  const usualWh = median(known);
  return usualWh === 0 ? null : (factor * usualWh) / 1000;
}

const daysNeeded = 4;
