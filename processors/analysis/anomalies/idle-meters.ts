/**
 * `compteurs_defaillants` (mineur): tenant meters that report, with no consumption, in occupied lots. One finding for the building, as in
 * the seed. Judged once the day is over: shortly after midnight every meter stands at 0.
 */
import { frenchPlural } from '../../../domain/french.ts';
import { type Finding, finding, lotsOf } from '../finding.ts';

export interface IdleMeterFacts {
  readonly meter: string;
  readonly lot: number | null;
  /** Null where unknown, which is not 0. */
  readonly energyWh: number | null;
  /** Accepted readings of the day. */
  readonly readings: number;
  /** True where the lot is vacant during the day or a part of it. */
  readonly vacant: boolean;
}

/** `meters`: every tenant meter. */
export function idleMetersAnomaly(facts: {
  readonly meters: readonly IdleMeterFacts[];
  readonly dayOver: boolean;
}): Finding | null {
  if (!facts.dayOver) return null;
  const idle = facts.meters
    .filter(({ energyWh, readings, vacant }) => energyWh === 0 && readings > 0 && !vacant)
    .sort((a, b) => (a.meter < b.meter ? -1 : 1));
  if (idle.length === 0) return null;
  const text = `${idle.length} ${frenchPlural(idle.length, 'compteur inactif', 'compteurs inactifs')}\u00a0: ${idle.map(({ meter }) => meter).join(', ')}`;
  return finding('compteurs_defaillants', { value: idle.length, threshold: 0, text, lots: lotsOf(idle) });
}
