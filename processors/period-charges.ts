/** The euros of a period: the invoice where there is one, else price × the general meter's energy, shared over the lots and their stays. */
import type { TimeWindow } from '../domain/window.ts';
import { type Bill, shareCharges } from './analysis/charges.ts';
import { energyCents, monthlyCharges } from './analysis/energy-price.ts';
import { invoicedBill } from './analysis/invoice.ts';
import { energyBySlotName, slotNames } from './consumption/slots.ts';
import type { BuildingContext } from './context.ts';
import type { MeterPart } from './period-parts.ts';

export interface BilledPart {
  readonly slotsCents: Readonly<Record<string, number>>;
  readonly commonCents: number;
  readonly totalCents: number;
}

/** Null in mode `information`, or where neither an invoice nor a tariff says anything of the period. */
export function billedCharges(
  context: BuildingContext,
  window: TimeWindow,
  now: number,
  general: MeterPart | undefined,
  tenants: readonly MeterPart[],
): Map<MeterPart, BilledPart> | null {
  const { building } = context;
  if (building.charges.mode !== 'repartition') return null;
  const wholes = tenants.filter((part) => part.occupancy === 0);
  const tenantsWh = wholes.reduce((sum, part) => sum + (part.figures.energyWh ?? 0), 0);
  const generalWh = general?.figures.energyWh ?? tenantsWh;
  const generalKeys = general?.figures.slotsWh ?? sumSlots(wholes);
  const bill = billOf(context, window, now, generalKeys);
  if (!bill) return null;
  const lots = new Map<number, MeterPart[]>();
  for (const whole of wholes) {
    const stays = tenants.filter((part) => part.evaluated === whole.evaluated && part.occupancy !== 0);
    const number = whole.evaluated.context.meter.lot ?? 0;
    lots.set(number, [...(lots.get(number) ?? []), ...(stays.length > 0 ? stays : [whole])]);
  }
  const names = slotNames(building.tariffs, window.start, window.end);
  const remainderSlotsWh = energyBySlotName(generalKeys, names);
  for (const whole of wholes)
    for (const [slot, wh] of Object.entries(energyBySlotName(whole.figures.slotsWh, [])))
      remainderSlotsWh[slot] = (remainderSlotsWh[slot] ?? 0) - wh;
  const charges = shareCharges({
    lots: [...lots].map(([number, parts]) => ({
      number,
      tantiemes: parts[0]?.evaluated.context.lot?.tantiemes ?? {},
      parts: parts.map((part) => ({
        id: partId(part),
        start: part.span.start,
        end: part.span.end,
        vacant: part.vacant,
        energyWh: part.figures.energyWh ?? 0,
        slotsWh: energyBySlotName(part.figures.slotsWh, []),
      })),
    })),
    remainderWh: generalWh - tenantsWh,
    remainderSlotsWh,
    bill,
    commonKey: building.charges.commonKey,
  });
  const billed = new Map<MeterPart, BilledPart>();
  const byId = new Map(tenants.map((part) => [partId(part), part]));
  for (const lot of charges.lots) {
    for (const part of lot.parts) {
      const target = byId.get(part.id);
      if (target)
        billed.set(target, { slotsCents: part.slotsCents, commonCents: part.commonCents, totalCents: part.totalCents });
    }
  }
  for (const whole of wholes) {
    if (billed.has(whole)) continue;
    const stays = tenants
      .filter((part) => part.evaluated === whole.evaluated && part.occupancy !== 0)
      .flatMap((part) => billed.get(part) ?? []);
    billed.set(whole, {
      slotsCents: addSlots(stays.map((stay) => stay.slotsCents)),
      commonCents: total(stays.map((stay) => stay.commonCents)),
      totalCents: total(stays.map((stay) => stay.totalCents)),
    });
  }
  return billed;
}

function billOf(
  context: BuildingContext,
  window: TimeWindow,
  now: number,
  generalKeys: Readonly<Record<string, number>>,
): Bill | null {
  const { building, calendar } = context;
  const invoiced = invoicedBill(building.invoices, window, calendar);
  if (invoiced) return invoiced;
  if (building.tariffs.length === 0) return null;
  const pools = new Map<string, { energyWh: number; centsPerKwh: number }[]>();
  for (const [key, energyWh] of Object.entries(generalKeys)) {
    const [from, name] = [Number(key.slice(0, key.indexOf('/'))), key.slice(key.indexOf('/') + 1)];
    const slot = building.tariffs
      .findLast((tariff) => tariff.from === from)
      ?.slots.find((candidate) => candidate.name === name);
    if (slot) pools.set(name, [...(pools.get(name) ?? []), { energyWh, centsPerKwh: slot.centsPerKwh }]);
  }
  const fixed = monthlyCharges(
    { start: window.start, end: Math.min(window.end, Math.max(now, window.start + 1)) },
    building.tariffs,
    calendar,
  );
  return { energyCents: Object.fromEntries([...pools].map(([name, parts]) => [name, energyCents(parts)])), ...fixed };
}

function partId(part: MeterPart): string {
  return `${part.evaluated.context.meter.id}/${part.occupancy}`;
}

function sumSlots(parts: readonly MeterPart[]): Record<string, number> {
  return addSlots(parts.map((part) => part.figures.slotsWh));
}

function addSlots(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const slots of all) for (const [name, value] of Object.entries(slots)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
