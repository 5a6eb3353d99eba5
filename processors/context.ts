/** What the reducer needs to know of a building beside its state: derived once from the configuration and the declared events. */
import type { Building, Lot, Meter } from '../domain/building.ts';
import { type Calendar, createCalendar } from '../domain/calendar.ts';
import { type DeclaredEvent, mergedEvents } from '../domain/events.ts';
import { applyOccupancyEvents } from '../domain/occupancy.ts';
import type { DeclaredReplacement, MeterRules } from './consumption/validate.ts';

export interface MeterContext {
  readonly meter: Meter;
  readonly lot: Lot | undefined;
  readonly rules: MeterRules;
}

export interface BuildingContext {
  readonly building: Building;
  readonly calendar: Calendar;
  /** In the configuration's order. */
  readonly meters: readonly MeterContext[];
  readonly byId: ReadonlyMap<string, MeterContext>;
  readonly general: MeterContext | undefined;
}

/** `declared`: events from the topic, beside those of the configuration. */
export function createContext(
  configured: Building,
  declared: readonly DeclaredEvent[],
  calendar = createCalendar(configured.timezone),
): BuildingContext {
  const building = withDeclaredEvents(configured, declared);
  const lots = new Map(building.lots.map((lot) => [lot.number, lot]));
  const meters = building.meters.map((meter) => ({
    meter,
    lot: meter.lot === null ? undefined : lots.get(meter.lot),
    rules: {
      maxPowerW: meter.maxPowerW,
      registerLimitWh: meter.registerLimitWh,
      replacements: replacementsOf(meter, building.events),
    },
  }));
  return {
    building,
    calendar,
    meters,
    byId: new Map(meters.map((m) => [m.meter.id, m])),
    general: meters.find((m) => m.meter.role === 'general'),
  };
}

/** The building as the declared events leave it; of one event in configuration and topic the topic's counts. */
export function withDeclaredEvents(building: Building, declared: readonly DeclaredEvent[]): Building {
  if (declared.length === 0) return building;
  const tariffs = declared
    .filter((event) => event.type === 'tariff')
    .map((event) => ({
      from: event.at,
      slots: event.slots,
      standingChargeCents: event.standingChargeCents,
      taxesCents: event.taxesCents,
    }));
  return {
    ...building,
    lots: applyOccupancyEvents(building.lots, declared),
    tariffs: [...building.tariffs, ...tariffs].sort((a, b) => a.from - b.from),
    events: mergedEvents(building.events, declared),
  };
}

/** A changed multiplier changes the register's meaning, so it ends a segment as a replacement does. */
function replacementsOf(meter: Meter, events: readonly DeclaredEvent[]): DeclaredReplacement[] {
  const found: DeclaredReplacement[] = [];
  for (const event of events) {
    if (event.type === 'replacement' && event.meter === meter.id)
      found.push({ at: event.at, finalIndexWh: event.finalIndexWh, initialIndexWh: event.initialIndexWh });
    if (event.type === 'multiplier' && event.meter === meter.id)
      found.push({ at: event.at, finalIndexWh: undefined, initialIndexWh: undefined });
  }
  return found.sort(
    (a, b) =>
      a.at - b.at ||
      orLast(a.finalIndexWh) - orLast(b.finalIndexWh) ||
      orLast(a.initialIndexWh) - orLast(b.initialIndexWh),
  );
}

/** Of one instant: in the order of their indices, none last, whatever the order they were told in. */
function orLast(indexWh: number | undefined): number {
  return indexWh ?? Number.MAX_VALUE;
}
