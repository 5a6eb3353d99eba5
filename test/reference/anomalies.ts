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
    if (isSure && (low || hasRisen(results, start, day.remainderFloorW as number | null))) raise('fuite_energetique');
    if (isSure && high) raise('incoherence_comptage');
    const peak = day.peakVa as number | null;
    if (peak !== null && peak > 0.9 * building.contractedPowerKva * 1000) raise('depassement_puissance', 'GLOBAL');
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

/** 200 W above the median of the last 14 known night floors of the remainder, of which at least 7 must be. */
function hasRisen(results: ReadonlyMap<string, Fields>, start: number, floorW: number | null): boolean {
  const before = [...results.values()]
    .filter((r) => r.kind === 'building_day' && (r.start as number) < start && r.remainderFloorW !== null)
    .sort((a, b) => (a.start as number) - (b.start as number))
    .slice(-14)
    .map((r) => r.remainderFloorW as number)
    .sort((a, b) => a - b);
  const n = before.length;
  if (floorW === null || n < 7) return false;
  const median = ((before[Math.floor((n - 1) / 2)] as number) + (before[Math.floor(n / 2)] as number)) / 2;
  return floorW >= median + 200;
}

function vacantSometime(lot: Building['lots'][number], start: number, end: number): boolean {
  return lot.occupancy.some((s) => s.occupant === null && s.from < end && (s.to ?? Number.POSITIVE_INFINITY) > start);
}
