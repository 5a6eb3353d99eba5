/** `bus_degrade` (mineur): failed polls / polls > 5 % within one hour. A poll fails when no valid answer comes in the end, retries included. */
import type { Building } from '../../../domain/building.ts';
import { frenchPercent } from '../../../domain/french.ts';
import { type Finding, finding } from '../finding.ts';

export interface DegradedBusFacts {
  readonly bus: string;
  /** Of the last hour. */
  readonly polls: number;
  readonly answers: number;
}

export function degradedBusAnomaly(facts: DegradedBusFacts, building: Pick<Building, 'thresholds'>): Finding | null {
  const { bus, polls } = facts;
  if (polls <= 0) return null;
  const failures = Math.max(0, polls - facts.answers);
  const value = failures / polls;
  const threshold = building.thresholds.busFailureShare;
  if (value <= threshold) return null;
  const text = `Bus ${bus} dégradé\u00a0: ${failures} interrogations sur ${polls} sans réponse en une heure (${frenchPercent(value)})`;
  return finding('bus_degrade', { bus, value, threshold, text });
}
