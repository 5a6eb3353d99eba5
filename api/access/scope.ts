/**
 * Who may see what. One table for all routes:
 *
 *   needs       syndic   maintenance   locataire
 *   building      yes        no           no        consumption of all lots
 *   lot           yes        no        own lot      consumption of one lot
 *   curve       consent      no        own lot      sub-daily data of one lot
 *   states        yes        yes          no        meters and buses, no consumption
 *
 * Always within the buildings of the token. A refusal is the same whether what was asked for exists or not.
 */
import { type Lot, type Occupancy, occupancyAt } from '../../domain/building.ts';
import type { Principal } from './tokens.ts';

export type Need = 'building' | 'lot' | 'curve' | 'states';
export type Verdict = 'granted' | 'refused';

export interface Asked {
  readonly need: Need;
  readonly building: string;
  /** For `lot` and `curve`. */
  readonly lot?: number | undefined;
}

/** Whether the role and scope allow it; consent to a load curve is asked of `curveConsent`. */
export function judge(principal: Principal, asked: Asked): Verdict {
  if (principal.buildings !== null && !principal.buildings.has(asked.building)) return 'refused';
  switch (principal.role) {
    case 'syndic':
      return 'granted';
    case 'maintenance':
      return asked.need === 'states' ? 'granted' : 'refused';
    case 'locataire':
      return (asked.need === 'lot' || asked.need === 'curve') && asked.lot !== undefined && asked.lot === principal.lot
        ? 'granted'
        : 'refused';
  }
}

/** Whether everybody who lived in the lot during `[start, end)` lets others see sub-daily data; a vacant lot has nobody to ask. */
export function curveConsent(lot: Lot | undefined, start: number, end: number): boolean {
  if (!lot) return false;
  let covered = start;
  for (const stay of [...lot.occupancy].sort((a, b) => a.from - b.from)) {
    const to = stay.to ?? Number.POSITIVE_INFINITY;
    if (to <= covered || stay.from >= end) continue;
    if (stay.from > covered || !agrees(stay)) return false;
    covered = to;
  }
  return covered >= end;
}

/** From when on a tenant may see data of the lot (epoch ms); undefined: no limit is known. */
export function visibleSince(principal: Principal, lot: Lot | undefined, now: number): number | undefined {
  return principal.role === 'locataire' && lot ? occupancyAt(lot, now)?.from : undefined;
}

function agrees(stay: Occupancy): boolean {
  return stay.occupant === null || stay.consent === true;
}
