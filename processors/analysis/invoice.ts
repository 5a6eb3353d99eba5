/**
 * The bill of a period from the supplier's invoices: the period's own, else the sum of shorter ones that tile it wholly (a quarter of
 * three invoiced months, a year of quarters or months), so that statements of all lengths rest on the same euros. Else null.
 */
import type { Invoice } from '../../domain/building.ts';
import type { Calendar } from '../../domain/calendar.ts';
import type { PeriodKind, TimeWindow } from '../../domain/window.ts';
import type { Bill } from './charges.ts';

/** `window`: a month, quarter or year. */
export function invoicedBill(
  invoices: readonly Invoice[],
  window: TimeWindow,
  calendar: Pick<Calendar, 'between'>,
): Bill | null {
  const own = invoices.find(({ period, date }) => period === window.kind && date === window.date);
  if (own)
    return { energyCents: own.energyCents, standingChargeCents: own.standingChargeCents, taxesCents: own.taxesCents };
  const shorter = window.kind === 'day' ? undefined : shorterKinds[window.kind];
  if (!shorter) return null;
  const parts = calendar
    .between(shorter, window.start, window.end)
    .map((part) => invoicedBill(invoices, part, calendar));
  return parts.every((part) => part !== null) ? parts.reduce(addBills) : null;
}

function addBills(a: Bill, b: Bill): Bill {
  const energyCents: Record<string, number> = { ...a.energyCents };
  for (const [slot, cents] of Object.entries(b.energyCents)) energyCents[slot] = (energyCents[slot] ?? 0) + cents;
  return {
    energyCents,
    standingChargeCents: a.standingChargeCents + b.standingChargeCents,
    taxesCents: a.taxesCents + b.taxesCents,
  };
}

const shorterKinds: Readonly<Record<PeriodKind, PeriodKind | undefined>> = {
  month: undefined,
  quarter: 'month',
  year: 'quarter',
};
