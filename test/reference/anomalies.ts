/** The anomalies that follow from the days alone (no history, no wall clock, no standstill), as `type/meter/day start`. */
import type { Building } from '../../domain/building.ts';
import { vacantThroughout } from './building-day.ts';

type Fields = Readonly<Record<string, unknown>>;

export function dayAnomalies(building: Building, results: ReadonlyMap<string, Fields>, now: number): Set<string> {
  const found = new Set<string>();
  for (const day of results.values()) {
    if (day.kind !== 'building_day') continue;
    const [start, end] = [day.start as number, day.end as number];
    const raise = (type: string, meter = ''): void => void found.add(`${type}/${meter}/${start}`);
    const meters = building.meters.map((meter) => ({
      meter,
      lot: building.lots.find((lot) => lot.number === meter.lot),
      day: results.get(`meter_day/${meter.id}/${start}`) as Fields,
    }));
    const tenants = meters.filter(({ meter }) => meter.role === 'tenant');
    const ratio = day.leakRatio as number | null;
    const isSure = day.leakRatioQuality === 'measured' && day.metersReporting === day.metersExpected;
    const low = ratio !== null && ratio < 0.95 * (1 - building.expectedCommonShare);
    const high = ratio !== null && ratio > 1.02;
    if (isSure && low) raise('fuite_energetique');
    if (isSure && high) raise('incoherence_comptage');
    const watts = day.powerMaxW as number | null;
    const limit = 0.9 * building.contractedPowerKva * 1000;
    if (watts !== null && watts / building.cosPhi > limit) raise('depassement_puissance', 'GLOBAL');
    if (
      now >= end &&
      tenants.some(
        ({ day: d, lot }) => d.energyWh === 0 && d.activity === 'actif' && !(lot && vacantSometime(lot, start, end)),
      )
    )
      raise('compteurs_defaillants');
    for (const { meter, lot, day: d } of tenants) {
      const wh = d.energyWh as number | null;
      if (wh === null) continue;
      if (wh > 15_000) raise('surconsommation_locataire', meter.id);
      if (wh > 0 && lot && vacantThroughout(lot, { start, end })) raise('consommation_lot_vacant', meter.id);
    }
    const isIncomplete = meters.some(({ day: d }) => d.startQuality === 'none' || d.endQuality === 'none');
    if (now >= end + building.maxGapMs && (isIncomplete || (!isSure && (low || high)))) raise('donnees_incompletes');
  }
  return found;
}

function vacantSometime(lot: Building['lots'][number], start: number, end: number): boolean {
  return lot.occupancy.some((s) => s.occupant === null && s.from < end && (s.to ?? Number.POSITIVE_INFINITY) > start);
}
