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

/** Summed over tariffs, in alphabetical order: what results show. */
export function energyBySlotName(byKey: Readonly<Record<string, number>>): Record<string, number> {
  const byName: Record<string, number> = {};
  const nameOf = (key: string): string => key.slice(key.indexOf('/') + 1);
  for (const key of Object.keys(byKey).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
    const name = nameOf(key);
    const energyWh = byKey[key] as number;
    byName[name] = (byName[name] ?? 0) + energyWh;
  }
  return byName;
}
