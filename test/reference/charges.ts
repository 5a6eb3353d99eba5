/**
 * The euros of a period from the tariffs or a month's invoice. Pools: the energy of each slot, weighed by the lots' Wh and the remainder's;
 * then the common pool by tantièmes or pro rata; inside a lot the stays (of all its meters) share by Wh (tantièmes by duration).
 */
import type { Building } from '../../domain/building.ts';
import type { NaiveCalendar, NaiveWindow } from './calendar.ts';
import { shareUnits } from './largest-remainder.ts';
import { known, lotsOf, type Part } from './part.ts';
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
  const bill = invoiceOf(building, calendar, window) ?? tariffBill(building, calendar, window, now, general, wholes);
  if (!bill) return null;
  const names = Object.keys(bill.energy).sort();
  const tenantsWh = total(wholes.map(energyOf));
  const restWh = (general?.facts.energyWh ?? tenantsWh) - tenantsWh;
  const told = new Set(slotNamesOf(building, window));
  for (const part of [...wholes, ...(general ? [general] : [])]) for (const name in part.slotsWh) told.add(name);
  const wh = (part: Part, name: string): number => (told.has(name) ? (part.slotsWh[name] ?? 0) : energyOf(part));
  const lots = lotsOf(wholes);
  let common = bill.standing + bill.taxes;
  const bySlot = new Map<string, number[]>();
  for (const name of names) {
    const weights = lots.map((own) => total(own.map((part) => wh(part, name))));
    const rest = told.has(name) ? (general ? (general.slotsWh[name] ?? 0) : total(weights)) - total(weights) : restWh;
    const cents = bill.energy[name] as number;
    const shared = shareUnits(cents, [...weights, Math.max(0, rest)]);
    bySlot.set(name, shared.slice(0, -1));
    common += cents - total(shared.slice(0, -1));
  }
  const { commonKey } = building.charges;
  const keys = lots.map((own) =>
    commonKey === 'prorata'
      ? total(own.map(energyOf))
      : (building.lots.find((l) => l.number === own[0]?.owner.meter.lot)?.tantiemes[commonKey] ?? 0),
  );
  const commons = shareUnits(common, total(keys) === 0 ? lots.map(() => 1) : keys);
  const charges = new Map<Part, Charge>();
  lots.forEach((own, i) => {
    const parts = own
      .flatMap((whole) => {
        const stays = tenants.filter(({ owner, stay }) => owner === whole.owner && stay.occupancy !== 0);
        return stays.length === 0 ? [whole] : stays;
      })
      .sort((a, b) => a.stay.start - b.stay.start || (a.owner.meter.id < b.owner.meter.id ? -1 : 1));
    const durations = parts.map(({ stay }) => stay.end - stay.start);
    const split = (cents: number, weights: number[]): number[] =>
      shareUnits(cents, total(weights) > 0 ? weights : durations);
    const perSlot = names.map((name) =>
      split(
        bySlot.get(name)?.[i] as number,
        parts.map((part) => wh(part, name)),
      ),
    );
    const perPart = split(commons[i] as number, commonKey === 'prorata' ? parts.map(energyOf) : durations);
    parts.forEach((part, k) => {
      charges.set(
        part,
        chargeOf(Object.fromEntries(names.map((name, n) => [name, perSlot[n]?.[k] as number])), perPart[k] as number),
      );
    });
    for (const whole of own)
      if (!charges.has(whole))
        charges.set(
          whole,
          sumOf(
            parts.filter(({ owner }) => owner === whole.owner),
            charges,
          ),
        );
  });
  return charges;
}

function sumOf(parts: readonly Part[], charges: ReadonlyMap<Part, Charge>): Charge {
  const own = parts.map((part) => charges.get(part) as Charge);
  const slots: Record<string, number> = {};
  for (const charge of own)
    for (const [name, cents] of Object.entries(charge.slots)) slots[name] = (slots[name] ?? 0) + cents;
  return chargeOf(slots, total(own.map(({ common }) => common)));
}

function chargeOf(slots: Record<string, number>, common: number): Charge {
  return { slots, common, total: total(Object.values(slots)) + common };
}

interface PlainBill {
  energy: Record<string, number>;
  standing: number;
  taxes: number;
}

/** The period's own invoice, else the sum of those of its quarters or months where each has one. */
function invoiceOf(building: Building, calendar: NaiveCalendar, window: NaiveWindow): PlainBill | null {
  const days = (window.end - window.start) / 86_400_000;
  const kind = days < 40 ? 'month' : days < 100 ? 'quarter' : 'year';
  const own = building.invoices.find((i) => i.period === kind && i.date === window.date);
  if (own) return { energy: { ...own.energyCents }, standing: own.standingChargeCents, taxes: own.taxesCents };
  if (kind === 'month') return null;
  const bill: PlainBill = { energy: {}, standing: 0, taxes: 0 };
  for (let at = window.start; at < window.end; ) {
    const piece = calendar.period(kind === 'year' ? 3 : 1, at);
    const part = invoiceOf(building, calendar, piece);
    if (!part) return null;
    for (const [name, cents] of Object.entries(part.energy)) bill.energy[name] = (bill.energy[name] ?? 0) + cents;
    bill.standing += part.standing;
    bill.taxes += part.taxes;
    at = piece.end;
  }
  return bill;
}

/** Price × the general meter's energy; where no general meter is registered, × what the tenants' meters counted. */
function tariffBill(
  building: Building,
  calendar: NaiveCalendar,
  window: NaiveWindow,
  now: number,
  general: Part | undefined,
  wholes: readonly Part[],
): PlainBill | null {
  const { tariffs } = building;
  if (tariffs.length === 0) return null;
  const counted = (general ? [general] : wholes).map(({ owner }) => owner);
  const exact = new Map<string, bigint>();
  for (const run of priceRuns(calendar, tariffs, ...known(counted, window))) {
    const wh = total(counted.map(({ energy }) => energy.window(run.start, run.end).energyWh ?? 0));
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

/** Names of the slots of the tariffs that hold at some time of the window. */
function slotNamesOf({ tariffs }: Building, window: NaiveWindow): string[] {
  return tariffs
    .filter(
      (tariff, i) => tariff.from < window.end && (tariffs[i + 1]?.from ?? Number.POSITIVE_INFINITY) > window.start,
    )
    .flatMap(({ slots }) => slots.map(({ name }) => name));
}

function energyOf({ facts }: Part): number {
  return facts.energyWh ?? 0;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
