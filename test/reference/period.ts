/** A billing period: energies of the whole and of each stay, shares to 100.00, euros to the cent, from the whole set of readings. */
import type { Building, Lot } from '../../domain/building.ts';
import { balance, type MeterEnergy, vacantThroughout } from './building-day.ts';
import type { NaiveCalendar, NaiveWindow } from './calendar.ts';
import { lotCharges } from './charges.ts';
import type { WindowFacts } from './energy.ts';
import { shareUnits } from './largest-remainder.ts';
import { statusOf } from './meter-day.ts';
import { known, lotsOf, type Part, type Stay } from './part.ts';
import { priceRuns, slotEnergies } from './slots.ts';

type Fields = Record<string, unknown>;
export type PeriodName = 'month' | 'quarter' | 'year';
export const monthsOf = { month: 1, quarter: 3, year: 12 } as const;

/** The whole, then the stays where the occupant changes within it. */
export function staysOf(lot: Lot | undefined, window: NaiveWindow): Stay[] {
  const instants = (lot?.occupancy ?? []).flatMap((stay) => [stay.from, stay.to ?? Number.POSITIVE_INFINITY]);
  const cuts = [...new Set(instants)].filter((at) => at > window.start && at < window.end).sort((a, b) => a - b);
  const at = (instant: number) =>
    lot?.occupancy.find((stay) => stay.from <= instant && instant < (stay.to ?? Number.POSITIVE_INFINITY));
  const whole: Stay = {
    occupancy: 0,
    start: window.start,
    end: window.end,
    occupant: cuts.length === 0 ? (at(window.start)?.occupant ?? null) : null,
    vacant: lot !== undefined && vacantThroughout(lot, window),
  };
  if (cuts.length === 0) return [whole];
  const starts = [window.start, ...cuts];
  return [
    whole,
    ...starts.map((start, i): Stay => {
      const stay = at(start);
      return {
        occupancy: start,
        start,
        end: starts[i + 1] ?? window.end,
        occupant: stay?.occupant ?? null,
        vacant: stay !== undefined && stay.occupant === null,
      };
    }),
  ];
}

/** The fields of every `meter_period` and of the `building_period`, but for revision. */
export function period(
  building: Building,
  calendar: NaiveCalendar,
  meters: readonly MeterEnergy[],
  kind: PeriodName,
  window: NaiveWindow,
  now: number,
): { meterPeriods: Fields[]; buildingPeriod: Fields } {
  const runs = priceRuns(calendar, building.tariffs, ...known(meters, window));
  const parts = meters.flatMap((owner) => {
    const lot = building.lots.find((l) => l.number === owner.meter.lot);
    return staysOf(lot, window).map((stay): Part => {
      const facts = owner.energy.window(stay.start, stay.end);
      const clipped = runs
        .map((run) => ({ ...run, start: Math.max(run.start, stay.start), end: Math.min(run.end, stay.end) }))
        .filter((run) => run.start < run.end);
      return {
        owner,
        stay,
        facts,
        slotsWh: slotEnergies(owner.energy, clipped),
        pricedEstimatedWh: owner.energy.guessedWh(stay, boundariesOf(runs)),
        active: facts.energyWh !== null && !stay.vacant,
      };
    });
  });
  const tenants = parts.filter(({ owner }) => owner.meter.role === 'tenant');
  const wholes = tenants
    .filter(({ stay }) => stay.occupancy === 0)
    .sort((a, b) => (a.owner.meter.lot as number) - (b.owner.meter.lot as number));
  const general = parts.find(({ owner, stay }) => owner.meter.role === 'general' && stay.occupancy === 0);
  const shares = sharesOf(wholes, tenants);
  const charges = lotCharges(building, calendar, window, now, general, wholes, tenants);
  const meterPeriods = parts.map((part): Fields => {
    const { owner, stay, facts } = part;
    const share = shares.get(part);
    const charge = charges?.get(part);
    const flags: string[] = [];
    if (facts.startQuality === 'none' || facts.endQuality === 'none') flags.push('partial');
    if (owner.energy.replaced(stay.start, stay.end)) flags.push('replaced');
    if (owner.energy.readings('glitch', stay.start, stay.end).length > 0) flags.push('glitch');
    if (owner.energy.readings('conflict', stay.start, stay.end).length > 0) flags.push('conflict');
    return {
      v: 1,
      kind: 'meter_period',
      building: building.id,
      meter: owner.meter.id,
      lot: owner.meter.lot,
      period: kind,
      occupancy: stay.occupancy,
      occupant: stay.occupant,
      payer: stay.vacant ? 'owner' : 'occupant',
      date: window.date,
      start: window.start,
      end: window.end,
      energyWh: facts.energyWh,
      sharePct: (share?.share ?? 0) / 100,
      equalSharePct: (share?.equal ?? 0) / 100,
      deviationPct: ((share?.share ?? 0) - (share?.equal ?? 0)) / 100,
      billedDays: billedDays(building, calendar, part, now),
      amountCents: charge?.total ?? null,
      slotsCents: charge?.slots ?? {},
      commonCents: charge?.common ?? null,
      estimatedWh: facts.estimatedWh,
      pricedEstimatedWh: part.pricedEstimatedWh,
      activity: part.active ? 'actif' : 'inactif',
      status: statusOf(stay.end, building.latenessMs, now, complete(facts)),
      flags,
      startQuality: facts.startQuality,
      endQuality: facts.endQuality,
      slotsWh: part.slotsWh,
    };
  });
  const statuses = meterPeriods.filter((m) => m.occupancy === 0).map((m) => m.status);
  const tenantsWh = wholes.reduce((sum, { facts }) => sum + (facts.energyWh ?? 0), 0);
  const activeLots = new Set(wholes.filter(({ active }) => active).map(({ owner }) => owner.meter.lot)).size;
  const amounts = meterPeriods.filter((m) => m.occupancy === 0 && m.amountCents !== null);
  const generalSlotsWh = general?.slotsWh ?? {};
  const remainderSlotsWh: Record<string, number> = { ...generalSlotsWh };
  for (const { slotsWh } of wholes)
    for (const [name, wh] of Object.entries(slotsWh)) remainderSlotsWh[name] = (remainderSlotsWh[name] ?? 0) - wh;
  return {
    meterPeriods,
    buildingPeriod: {
      v: 1,
      kind: 'building_period',
      building: building.id,
      period: kind,
      date: window.date,
      start: window.start,
      end: window.end,
      generalWh: general?.facts.energyWh ?? null,
      tenantsWh,
      remainderWh: balance(meters, window, now).remainderWh,
      activeLots,
      meanWh: activeLots === 0 ? null : tenantsWh / activeLots,
      amountCents: amounts.length === 0 ? null : amounts.reduce((sum, m) => sum + (m.amountCents as number), 0),
      status: statuses.includes('open') ? 'open' : statuses.every((s) => s === 'final') ? 'final' : 'provisional',
      closedAt: null,
      remainderSlotsWh,
      generalSlotsWh,
    },
  };
}

/** Where another price begins. */
function boundariesOf(runs: readonly { start: number; end: number }[]): number[] {
  return runs.map(({ start }) => start);
}

function complete(facts: WindowFacts): boolean {
  return facts.startQuality !== 'none' && facts.endQuality !== 'none';
}

/**
 * In hundredths of a percent. Lots share 100.00; a lot's share is divided over its meters, a meter's over its stays: by energy, the equal share by
 * duration.
 */
function sharesOf(wholes: readonly Part[], tenants: readonly Part[]): Map<Part, { share: number; equal: number }> {
  const shares = new Map<Part, { share: number; equal: number }>();
  const split = (lot: { share: number; equal: number }, parts: readonly Part[]): void => {
    const byEnergy = shareUnits(lot.share, parts.map(energyOf));
    const byDuration = shareUnits(
      lot.equal,
      parts.map(({ stay }) => stay.end - stay.start),
    );
    parts.forEach((part, i) => {
      shares.set(part, { share: byEnergy[i] as number, equal: byDuration[i] as number });
    });
  };
  const lots = lotsOf(wholes);
  const share = shareUnits(
    10_000,
    lots.map((own) => sum(own.map(energyOf))),
  );
  const equal = shareUnits(
    10_000,
    lots.map((own) => (own.some(({ active }) => active) ? 1 : 0)),
  );
  lots.forEach((own, i) => {
    split({ share: share[i] as number, equal: equal[i] as number }, own);
    for (const whole of own)
      split(
        shares.get(whole) as { share: number; equal: number },
        tenants.filter(({ owner, stay }) => owner === whole.owner && stay.occupancy !== 0),
      );
  });
  return shares;
}

function energyOf({ facts }: Part): number {
  return facts.energyWh ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Local days of the elapsed part that touch the stay; of a whole, those that touch an occupied stay, all where none is declared. */
function billedDays(building: Building, calendar: NaiveCalendar, { owner, stay }: Part, now: number): number {
  const to = Math.min(stay.end, now);
  if (to <= stay.start) return 0;
  const days = calendar.days(stay.start, to);
  const lot = building.lots.find((l) => l.number === owner.meter.lot);
  if (stay.occupancy !== 0 || !lot || lot.occupancy.length === 0) return days.length;
  return days.filter((day) =>
    lot.occupancy.some(
      (o) =>
        o.occupant !== null &&
        o.from < Math.min(day.end, to) &&
        (o.to ?? Number.POSITIVE_INFINITY) > Math.max(day.start, stay.start),
    ),
  ).length;
}
