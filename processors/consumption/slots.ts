/** Energy by price slot: the curve cut where the price changes, by local wall time. Keys are `<tariff start>/<slot name>`. */
import type { Tariff } from '../../domain/building.ts';
import type { Calendar } from '../../domain/calendar.ts';
import { slotSegments } from '../analysis/price-slots.ts';
import type { Curve } from './curve.ts';

/** Adds the known energy of `[start, end)` to `into`. */
export function addSlotEnergies(
  curve: Curve,
  start: number,
  end: number,
  tariffs: readonly Tariff[],
  calendar: Calendar,
  into: Record<string, number>,
): void {
  if (tariffs.length === 0) return;
  for (const segment of slotSegments({ start, end }, tariffs, calendar)) {
    const key = `${segment.tariffFrom}/${segment.slot}`;
    const { energyWh } = curve.window(segment.start, segment.end);
    if (energyWh !== null) into[key] = (into[key] ?? 0) + energyWh;
  }
}

/** The slot names of the tariffs that hold at some time of `[start, end)`, in alphabetical order. */
export function slotNames(tariffs: readonly Tariff[], start: number, end: number): string[] {
  const names = new Set<string>();
  tariffs.forEach((tariff, i) => {
    const until = tariffs[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    if (tariff.from < end && until > start) for (const slot of tariff.slots) names.add(slot.name);
  });
  return [...names].sort();
}

/** Summed over tariffs: what results show. Every name of `names` is there, with 0 where nothing is known, so that a store forgets older figures. */
export function energyBySlotName(
  byKey: Readonly<Record<string, number>>,
  names: readonly string[],
): Record<string, number> {
  const byName: Record<string, number> = {};
  for (const name of names) byName[name] = 0;
  for (const key in byKey) {
    const name = key.slice(key.indexOf('/') + 1);
    byName[name] = (byName[name] ?? 0) + (byKey[key] as number);
  }
  return byName;
}
