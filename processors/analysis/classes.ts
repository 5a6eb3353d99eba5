/**
 * Consumption classes of a day, limits in kWh: `faible` ≤ l1 < `moyen` ≤ l2 < `eleve` ≤ l3 < `tres_eleve` (5, 10, 15 by default).
 *
 * kWh = Wh / 1000 is rounded once, as the limit's literal was, so a day exactly on a limit is in the lower class.
 */
import type { ConsumptionClass } from '../../domain/results.ts';

export type ClassLimitsKwh = readonly [number, number, number];

export function classOf(energyWh: number, limitsKwh: ClassLimitsKwh): ConsumptionClass {
  const energyKwh = energyWh / 1000;
  if (energyKwh <= limitsKwh[0]) return 'faible';
  if (energyKwh <= limitsKwh[1]) return 'moyen';
  if (energyKwh <= limitsKwh[2]) return 'eleve';
  return 'tres_eleve';
}

/** How many of the known energies are in each class. */
export function countClasses(
  energiesWh: readonly number[],
  limitsKwh: ClassLimitsKwh,
): Readonly<Record<ConsumptionClass, number>> {
  const counts = { faible: 0, moyen: 0, eleve: 0, tres_eleve: 0 };
  for (const energyWh of energiesWh) counts[classOf(energyWh, limitsKwh)] += 1;
  return counts;
}
