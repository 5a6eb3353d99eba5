/** The lots of a building as the answers name them, `locataire_n` with n the lot's number, and what the answers say of the building itself. */
import { z } from 'zod';
import { type Building, type Lot, type Meter, tenantMeters } from '../../domain/building.ts';

export const buildingConfiguration = z.object({
  nb_locataires: z.int(),
  puissance_souscrite: z.number().describe('kVA'),
  adresse: z.string(),
  syndic: z.string(),
  immeuble: z.string(),
  nom: z.string(),
});

/** Averages of others are only told where at least this many lots enter them. */
export const minimumLotsForAverage = 5;

/** A lot with the tenant meters that count it; most have one. */
export interface MeteredLot {
  readonly number: number;
  readonly lot: Lot | undefined;
  readonly meters: readonly Meter[];
}

/** Lots that have a tenant meter, by number. */
export function meteredLots(building: Building): MeteredLot[] {
  const meters = new Map<number, Meter[]>();
  for (const meter of tenantMeters(building)) {
    if (meter.lot === null) continue;
    const known = meters.get(meter.lot);
    if (known) known.push(meter);
    else meters.set(meter.lot, [meter]);
  }
  return [...meters]
    .sort(([a], [b]) => a - b)
    .map(([number, list]) => ({ number, meters: list, lot: building.lots.find((lot) => lot.number === number) }));
}

export function meteredLot(building: Building, number: number): MeteredLot | undefined {
  return meteredLots(building).find((lot) => lot.number === number);
}

/** `locataire_7` */
export function lotName(number: number): string {
  return `locataire_${number}`;
}

export function configurationOf(building: Building): z.infer<typeof buildingConfiguration> {
  return {
    nb_locataires: meteredLots(building).length,
    puissance_souscrite: building.contractedPowerKva,
    adresse: building.address,
    syndic: building.syndic,
    immeuble: building.id,
    nom: building.name,
  };
}
