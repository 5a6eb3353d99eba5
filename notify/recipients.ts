/**
 * Who is told what. The tenant: his own overconsumption, technical trouble of his lot's meter. The syndic: what concerns the building.
 * Maintenance: meters, buses and data, in the embedded mode only: in the distributed one Grafana's alert rules tell it.
 * A contact is found anew at the moment of sending; until then there is only its key.
 */
import { type Building, type Contact, type Lot, type Occupancy, occupancyAt } from '../domain/building.ts';
import type { Anomaly, AnomalyType } from '../domain/results.ts';

export type Mode = 'embedded' | 'distributed';

export interface Recipient {
  /** `syndic/0`, `maintenance/1`, `locataire/3/0`, `locataire/3/L03/0`: role, lot, occupant's reference where the contact has one, place. */
  readonly key: string;
  readonly contact: Contact;
}

export const audiences: Readonly<Record<AnomalyType, readonly Contact['role'][]>> = {
  fuite_energetique: ['syndic'],
  incoherence_comptage: ['syndic', 'maintenance'],
  depassement_puissance: ['syndic'],
  compteurs_defaillants: ['locataire', 'maintenance'],
  compteur_silencieux: ['locataire', 'maintenance'],
  compteur_fige: ['locataire', 'maintenance'],
  surconsommation_locataire: ['locataire'],
  consommation_lot_vacant: ['syndic'],
  bus_degrade: ['maintenance'],
  donnees_incompletes: ['syndic', 'maintenance'],
};

/** Everybody the configuration names, with a key that does not depend on name or address. */
export function recipients(building: Building): Recipient[] {
  const counts = new Map<string, number>();
  return building.contacts.map((contact) => {
    const head = [contact.role, contact.lot, contact.occupant].filter((part) => part !== undefined).join('/');
    const place = counts.get(head) ?? 0;
    counts.set(head, place + 1);
    return { key: `${head}/${place}`, contact };
  });
}

/** Those an anomaly concerns at the instant `now` (epoch ms), whether they want to know or not. */
export function recipientsOf(building: Building, anomaly: Anomaly, mode: Mode, now: number): Recipient[] {
  return recipients(building).filter((recipient) => concerns(building, recipient.contact, anomaly, mode, now));
}

/** True where the contact may be told: role, lot, and for a tenant that the anomaly falls into his own stay. */
export function concerns(building: Building, contact: Contact, anomaly: Anomaly, mode: Mode, now: number): boolean {
  if (!audiences[anomaly.type].includes(contact.role)) return false;
  if (contact.role === 'maintenance') return mode === 'embedded';
  if (contact.role === 'syndic') return true;
  if (contact.lot === undefined || !anomaly.lots.includes(contact.lot)) return false;
  const lot = building.lots.find(({ number }) => number === contact.lot);
  return lot !== undefined && isHisStay(lot, contact, anomaly.start, now);
}

/**
 * The stay at the anomaly's day must be the contact's: of his reference where he has one, and the one that still lasts otherwise.
 * A day that began before the arrival belongs to the former occupant.
 */
function isHisStay(lot: Lot, contact: Contact, start: number, now: number): boolean {
  const then = occupancyAt(lot, start);
  if (contact.occupant !== undefined) return then?.occupant === contact.occupant;
  const current: Occupancy | undefined = occupancyAt(lot, Math.max(now, start));
  return then?.occupant !== null && then?.from === current?.from;
}
