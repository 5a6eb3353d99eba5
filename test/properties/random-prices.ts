/** Prices and invoices of the random buildings: one slot, two across midnight, three in pieces, prices that change or begin amid the readings. */
import type { Invoice, Tariff } from '../../domain/building.ts';

export interface PricePlan {
  readonly tariff: 'none' | 'base' | 'slots' | 'changing' | 'many' | 'beginning';
  readonly invoiceCents: number | null;
  readonly invoiceOf: 'month' | 'quarter' | 'year' | 'months';
  readonly invoiceSlots: readonly string[];
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export function tariffsOf(plan: PricePlan, middle: number): Tariff[] {
  if (plan.tariff === 'none') return [];
  const base: Tariff = {
    from: 0,
    slots: [{ name: 'base', centsPerKwh: 19.4, hours: [{ fromMinute: 0, toMinute: 1440 }] }],
    standingChargeCents: 1234,
    taxesCents: 321,
  };
  const slots: Tariff = {
    from: 0,
    slots: [
      { name: 'hp', centsPerKwh: 20.65, hours: [{ fromMinute: 360, toMinute: 1350 }] },
      { name: 'hc', centsPerKwh: 15.79, hours: [{ fromMinute: 1350, toMinute: 360 }] },
    ],
    standingChargeCents: 4512,
    taxesCents: 0,
  };
  const many: Tariff = {
    from: 0,
    slots: [
      {
        name: 'pointe',
        centsPerKwh: 31.0875,
        hours: [
          { fromMinute: 480, toMinute: 600 },
          { fromMinute: 1080, toMinute: 1200 },
        ],
      },
      {
        name: 'hc',
        centsPerKwh: 13.9999,
        hours: [
          { fromMinute: 725, toMinute: 905 },
          { fromMinute: 1410, toMinute: 150 },
        ],
      },
      {
        name: 'base',
        centsPerKwh: 0,
        hours: [
          { fromMinute: 150, toMinute: 480 },
          { fromMinute: 600, toMinute: 725 },
          { fromMinute: 905, toMinute: 1080 },
          { fromMinute: 1200, toMinute: 1410 },
        ],
      },
    ],
    standingChargeCents: 77,
    taxesCents: 13,
  };
  switch (plan.tariff) {
    case 'base':
      return [base];
    case 'slots':
      return [slots];
    case 'changing':
      return [base, { ...slots, from: middle - 90 * minuteMs }];
    case 'many':
      return [many, { ...base, from: middle + 26 * hourMs }, { ...many, from: middle + 31 * hourMs, taxesCents: 99 }];
    case 'beginning':
      return [{ ...slots, from: middle }];
  }
}

export function invoicesOf({ invoiceCents, invoiceOf, invoiceSlots }: PricePlan, middle: number): Invoice[] {
  if (invoiceCents === null) return [];
  const [year, month] = new Date(middle).toISOString().split('-').map(Number) as [number, number];
  const share = Math.floor(invoiceCents / invoiceSlots.length);
  const energyCents = Object.fromEntries(invoiceSlots.map((name, i) => [name, share + i]));
  const invoice = (period: Invoice['period'], first: number): Invoice => ({
    period,
    date: `${year}-${String(first).padStart(2, '0')}-01`,
    energyCents,
    standingChargeCents: 1999,
    taxesCents: 501 + first,
  });
  const quarter = month - ((month - 1) % 3);
  switch (invoiceOf) {
    case 'month':
      return [invoice('month', month)];
    case 'quarter':
      return [invoice('quarter', quarter)];
    case 'year':
      return [invoice('year', 1)];
    case 'months':
      return [0, 1, 2].map((n) => invoice('month', quarter + n));
  }
}
