/**
 * The euros of a period from the tariffs or a month's invoice. Pools: the energy of each slot, weighed by the lots' Wh and the remainder's;
 * then the common pool by tantièmes or pro rata; inside a lot the stays share by Wh (tantièmes by duration). Each tenant meter has its own lot.
 */
import type { Building } from '../../domain/building.ts';
import type { NaiveCalendar, NaiveWindow } from './calendar.ts';
import { shareUnits } from './largest-remainder.ts';
import { known, type Part } from './part.ts';
import { priceRuns } from './slots.ts';

export interface Charge {
  readonly slots: Record<string, number>;
  readonly common: number;
  readonly total: number;
}

export function lotCharges(
  building: Building,
  calendar: NaiveCalendar,
  window: NaiveWindow,
  now: number,
  general: Part | undefined,
  wholes: readonly Part[],
  tenants: readonly Part[],
): Map<Part, Charge> | null {
  if (building.charges.mode !== 'repartition') return null;
  const bill = invoiceOf(building, window) ?? tariffBill(building, calendar, window, now, general);
  if (!bill) return null;
  const names = Object.keys(bill.energy).sort();
  const tenantsWh = total(wholes.map(({ facts }) => facts.energyWh ?? 0));
  const restWh = (general?.facts.energyWh ?? tenantsWh) - tenantsWh;
  const isTold = (name: string): boolean => [...wholes, ...(general ? [general] : [])].some((p) => name in p.slotsWh);
  const wh = (part: Part, name: string): number =>
    isTold(name) ? (part.slotsWh[name] ?? 0) : (part.facts.energyWh ?? 0);
  let common = bill.standing + bill.taxes;
  const bySlot = new Map<string, number[]>();
  for (const name of names) {
    const lots = wholes.map((part) => wh(part, name));
    const rest = isTold(name) ? (general?.slotsWh[name] ?? total(lots)) - total(lots) : restWh;
    const cents = bill.energy[name] as number;
    const shared = shareUnits(cents, [...lots, Math.max(0, rest)]);
    const given = total(shared.slice(0, -1));
    bySlot.set(name, shared.slice(0, -1));
    common += cents - given;
  }
  const { commonKey } = building.charges;
  const tantiemes = wholes.map(({ owner, facts }) =>
    commonKey === 'prorata'
      ? (facts.energyWh ?? 0)
      : (building.lots.find((l) => l.number === owner.meter.lot)?.tantiemes[commonKey] ?? 0),
  );
  const commons = shareUnits(common, total(tantiemes) === 0 ? wholes.map(() => 1) : tantiemes);
  const charges = new Map<Part, Charge>();
  wholes.forEach((whole, i) => {
    const slots = Object.fromEntries(names.map((name) => [name, bySlot.get(name)?.[i] as number]));
    charges.set(whole, chargeOf(slots, commons[i] as number));
    const stays = tenants.filter(({ owner, stay }) => owner === whole.owner && stay.occupancy !== 0);
    if (stays.length === 0) return;
    const durations = stays.map(({ stay }) => stay.end - stay.start);
    const split = (cents: number, weights: number[]): number[] =>
      shareUnits(cents, weights.some((w) => w > 0) ? weights : durations);
    const perSlot = names.map((name) =>
      split(
        slots[name] as number,
        stays.map((s) => wh(s, name)),
      ),
    );
    const perStay = split(
      commons[i] as number,
      commonKey === 'prorata' ? stays.map(({ facts }) => facts.energyWh ?? 0) : durations,
    );
    stays.forEach((stay, k) => {
      charges.set(
        stay,
        chargeOf(Object.fromEntries(names.map((name, n) => [name, perSlot[n]?.[k] as number])), perStay[k] as number),
      );
    });
  });
  return charges;
}

function chargeOf(slots: Record<string, number>, common: number): Charge {
  return { slots, common, total: total(Object.values(slots)) + common };
}

interface PlainBill {
  readonly energy: Record<string, number>;
  readonly standing: number;
  readonly taxes: number;
}

/** Months only: the tests invoice months. */
function invoiceOf(building: Building, window: NaiveWindow): PlainBill | null {
  const isMonth = window.end - window.start < 40 * 86_400_000;
  const own = building.invoices.find((i) => isMonth && i.period === 'month' && i.date === window.date);
  return own ? { energy: own.energyCents, standing: own.standingChargeCents, taxes: own.taxesCents } : null;
}

function tariffBill(
  building: Building,
  calendar: NaiveCalendar,
  window: NaiveWindow,
  now: number,
  general: Part | undefined,
): PlainBill | null {
  const { tariffs } = building;
  if (tariffs.length === 0 || !general) return null;
  const exact = new Map<string, bigint>();
  for (const run of priceRuns(calendar, tariffs, ...known([general.owner], window))) {
    const wh = general.owner.energy.window(run.start, run.end).energyWh ?? 0;
    const price = run.tariff.slots.find((s) => s.name === run.name)?.centsPerKwh ?? 0;
    exact.set(run.name, (exact.get(run.name) ?? 0n) + BigInt(wh) * BigInt(Math.round(price * 10_000)));
  }
  const unit = 10_000_000n;
  const energy = Object.fromEntries([...exact].map(([name, sum]) => [name, Number((2n * sum + unit) / (2n * unit))]));
  let standing = 0;
  let taxes = 0;
  const elapsedTo = Math.min(window.end, Math.max(now, window.start + 1));
  for (let at = window.start; at < elapsedTo; ) {
    const month = calendar.period(1, at);
    const first = tariffs.filter((t) => t.from <= month.start).at(-1) ?? tariffs.find((t) => t.from < month.end);
    standing += first?.standingChargeCents ?? 0;
    taxes += first?.taxesCents ?? 0;
    at = month.end;
  }
  return { energy, standing, taxes };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
