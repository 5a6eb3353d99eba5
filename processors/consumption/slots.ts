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
  // Beyond what the curve knows there is no energy: a running year is not cut into the slots of its months to come.
  const known = { start: Math.max(start, curve.first), end: Math.min(end, curve.last) };
  if (tariffs.length === 0 || !(known.start < known.end)) return;
  for (const segment of slotSegments(known, tariffs, calendar)) {
    const key = `${segment.tariffFrom}/${segment.slot}`;
    const { energyWh } = curve.window(segment.start, segment.end);
    if (energyWh !== null) into[key] = (into[key] ?? 0) + energyWh;
  }
}

/**
 * Energy of `[from, to)` from intervals longer than maxGap whose split is a guess: they cross an edge of `span`, or a boundary between prices
 * within it.
 */
export function pricedEstimate(
  curve: Curve,
  span: { readonly start: number; readonly end: number },
  from: number,
  to: number,
  tariffs: readonly Tariff[],
  calendar: Calendar,
): number {
  let energyWh = 0;
  for (const { at, until } of curve.longIntervals(from, to)) {
    const inside = { start: Math.max(at, span.start), end: Math.min(until, span.end) };
    if (at >= span.start && until <= span.end && !crossesPrices(inside, tariffs, calendar)) continue;
    energyWh += curve.energyAt(Math.min(until, to)) - curve.energyAt(Math.max(at, from));
  }
  return energyWh;
}

function crossesPrices(
  window: { readonly start: number; readonly end: number },
  tariffs: readonly Tariff[],
  calendar: Calendar,
): boolean {
  if (tariffs.length === 0) return false;
  const segments = slotSegments(window, tariffs, calendar);
  return segments.length > 1 || (segments[0] !== undefined && segments[0].start > window.start);
}

/** The slot names of the tariffs that hold at some time of `[start, end)`, in alphabetical order. */
export function slotNames(tariffs: readonly Tariff[], start: number, end: number): string[] {
  if (tariffs.length === 0) return [];
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
