/**
 * `consommation_lot_vacant` (mineur): consumption on a day during the whole of which the lot is declared vacant. Days of moving are
 * not judged: their split is interpolated. Value and threshold in kWh.
 */
import { frenchKwh } from '../../../domain/french.ts';
import { type Finding, finding, lotsOf } from '../finding.ts';

export interface VacantLotFacts {
  readonly meter: string;
  readonly lot: number | null;
  readonly energyWh: number | null;
  /** Declared vacant during the whole day. */
  readonly vacant: boolean;
}

export function vacantLotAnomaly(facts: VacantLotFacts): Finding | null {
  const { meter, lot, energyWh, vacant } = facts;
  if (!vacant || energyWh === null || energyWh <= 0) return null;
  const text = `Consommation de ${frenchKwh(energyWh)} dans le lot vacant${lot === null ? '' : ` ${lot}`} (compteur ${meter})`;
  return finding('consommation_lot_vacant', {
    meter,
    value: energyWh / 1000,
    threshold: 0,
    impactWh: energyWh,
    text,
    lots: lotsOf([facts]),
  });
}
