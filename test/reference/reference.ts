/**
 * The specification of the measurement, implemented a second time: every result of a building from the whole set of its readings, at one
 * instant of the wall clock, slowly. Nothing here comes from `processors/`; configuration types come from `domain/`.
 */
import type { Building } from '../../domain/building.ts';
import type { DeclaredEvent } from '../../domain/events.ts';
import type { Reading } from '../../domain/reading.ts';
import { buildingDay, type MeterEnergy } from './building-day.ts';
import { type NaiveCalendar, naiveCalendar } from './calendar.ts';
import { Energy } from './energy.ts';
import { meterDay } from './meter-day.ts';
import { monthsOf, type PeriodName, period } from './period.ts';
import { type PlainReading, type PlainRules, type Replacement, validateAll } from './validate.ts';

type Fields = Record<string, unknown>;

export interface Account {
  used: number;
  duplicates: number;
  conflicts: number;
  glitches: number;
  quarantined: number;
  late: number;
  rejected: number;
}

export interface Reference {
  /** By the key of the result. */
  readonly results: Map<string, Fields>;
  readonly account: Account;
}

/** Days from that of the first reading taken to that of the last; periods that hold any of them. */
export function referenceResults(
  building: Building,
  readings: readonly Reading[],
  now: number,
  calendar: NaiveCalendar = naiveCalendar(building.timezone),
): Reference {
  const account: Account = {
    used: 0,
    duplicates: 0,
    conflicts: 0,
    glitches: 0,
    quarantined: 0,
    late: 0,
    rejected: 0,
  };
  const taken = readings.filter((reading) => {
    const meter = building.meters.find((m) => m.id === reading.meter);
    if (!meter || reading.at < meter.installedAt || reading.at > reading.receivedAt + 300_000) {
      account.rejected++;
      return false;
    }
    if (reading.source === 'import') return true;
    const day = calendar.day(calendar.dateOf(reading.at));
    if (reading.receivedAt <= day.end + building.latenessMs) return true;
    account.late++;
    return false;
  });
  const results = new Map<string, Fields>();
  if (taken.length === 0) return { results, account };
  const energies = building.meters.map((meter) => {
    const own = taken.filter((r) => r.meter === meter.id).map(plain);
    const rules: PlainRules = {
      maxPowerW: meter.maxPowerW,
      limit: meter.registerLimitWh,
      replacements: replacementsOf(building.events, meter.id),
    };
    const validated = validateAll(own, rules);
    account.duplicates += validated.duplicates;
    for (const verdict of validated.verdicts.values()) {
      if (verdict === 'used') account.used++;
      else if (verdict === 'conflict') account.conflicts++;
      else if (verdict === 'glitch') account.glitches++;
      else account.quarantined++;
    }
    return { meter, energy: new Energy(validated, building.maxGapMs) };
  });
  const instants = taken.map(({ at }) => at);
  // A declared index in front of the first reading begins its day too.
  const begins = energies.flatMap(({ energy }) => energy.first ?? []);
  const [first, last] = [Math.min(...instants, ...begins), Math.max(...instants)];
  for (const day of calendar.days(first, last + 1)) {
    const meters = energies.map(
      (m): MeterEnergy => ({ ...m, day: meterDay(building, calendar, m.meter, m.energy, day, now) }),
    );
    for (const { meter, day: fields } of meters) results.set(`meter_day/${meter.id}/${day.start}`, fields);
    results.set(`building_day/${day.start}`, buildingDay(building, calendar, meters, day, now));
  }
  const whole = energies.map((m): MeterEnergy => ({ ...m, day: {} }));
  for (const kind of Object.keys(monthsOf) as PeriodName[]) {
    for (let at = first; at <= last; ) {
      const window = calendar.period(monthsOf[kind], at);
      const { meterPeriods, buildingPeriod } = period(building, calendar, whole, kind, window, now);
      for (const m of meterPeriods) results.set(`meter_period/${m.meter}/${kind}/${m.occupancy}/${window.start}`, m);
      results.set(`building_period/${kind}/${window.start}`, buildingPeriod);
      at = window.end;
    }
  }
  return { results, account };
}

function plain(reading: Reading): PlainReading {
  return {
    at: reading.at,
    index: reading.energyImportWh,
    power: reading.powerW ?? null,
    apparent: reading.apparentPowerVa ?? null,
    resolution: reading.resolutionWh ?? 1,
  };
}

function replacementsOf(events: readonly DeclaredEvent[], meter: string): Replacement[] {
  return events
    .flatMap((event): Replacement[] => {
      if (event.type === 'replacement' && event.meter === meter)
        return [{ at: event.at, final: event.finalIndexWh, initial: event.initialIndexWh }];
      if (event.type === 'multiplier' && event.meter === meter)
        return [{ at: event.at, final: undefined, initial: undefined }];
      return [];
    })
    .sort((a, b) => a.at - b.at || compare(a.final, b.final) || compare(a.initial, b.initial));
}

/** Of one instant: in the order of their indices, none last. */
function compare(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return a - b;
}
