import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Invoice } from '../../../domain/building.ts';
import { createCalendar } from '../../../domain/calendar.ts';
import {
  type ChargedLot,
  type ChargedPart,
  type ChargesInput,
  shareCharges,
} from '../../../processors/analysis/charges.ts';
import { invoicedBill } from '../../../processors/analysis/invoice.ts';
import { day, holds } from './fixtures.ts';

const part = (slotsWh: Readonly<Record<string, number>>, change: Partial<ChargedPart> = {}): ChargedPart => ({
  id: 'whole',
  start: 0,
  end: 31 * day,
  vacant: false,
  energyWh: Object.values(slotsWh).reduce((sum, energyWh) => sum + energyWh, 0),
  slotsWh,
  ...change,
});
const lot = (number: number, general: number, ...parts: readonly ChargedPart[]): ChargedLot => ({
  number,
  tantiemes: { general },
  parts,
});

/** Three lots, two slots, a remainder in the peak hours. */
const input: ChargesInput = {
  lots: [
    lot(1, 500, part({ HP: 100, HC: 50 })),
    lot(2, 300, part({ HP: 200, HC: 50 })),
    lot(3, 200, part({ HP: 0, HC: 100 })),
  ],
  remainderWh: 100,
  remainderSlotsWh: { HP: 100, HC: 0 },
  bill: { energyCents: { HP: 1000, HC: 500 }, standingChargeCents: 100, taxesCents: 50 },
  commonKey: 'general',
};
const totals = (changed: Partial<ChargesInput>): number[] =>
  shareCharges({ ...input, ...changed }).lots.map(({ totalCents }) => totalCents);

describe('charges', () => {
  it('shares slots by energy and the common pool by tantièmes', () => {
    // HP 250 500 0, remainder 250; HC 125 125 250; common 250 + 100 + 50 = 400 → 200 120 80
    expect(shareCharges(input)).toEqual({
      lots: [
        {
          number: 1,
          slotsCents: { HP: 250, HC: 125 },
          energyCents: 375,
          commonCents: 200,
          totalCents: 575,
          parts: [expect.objectContaining({ payer: 'occupant', totalCents: 575 })],
        },
        {
          number: 2,
          slotsCents: { HP: 500, HC: 125 },
          energyCents: 625,
          commonCents: 120,
          totalCents: 745,
          parts: [expect.objectContaining({ totalCents: 745 })],
        },
        {
          number: 3,
          slotsCents: { HP: 0, HC: 250 },
          energyCents: 250,
          commonCents: 80,
          totalCents: 330,
          parts: [expect.objectContaining({ totalCents: 330 })],
        },
      ],
      remainderCents: 250,
      commonPoolCents: 400,
      totalCents: 1650,
    });
  });

  test.each<[string, Partial<ChargesInput>, number[]]>([
    // HP 1001: quotas 250.25 500.5 0 250.25, the missing cent to lot 2
    ['a cent more', { bill: { ...input.bill, energyCents: { HP: 1001, HC: 500 } } }, [575, 746, 330]],
    // common pool 400 by 150, 250, 100 of 500 Wh
    ['pro rata', { commonKey: 'prorata' }, [375 + 120, 625 + 200, 250 + 80]],
    // 400 / 3: 133.33 each, the missing cent to lot 1
    ['a key of nobody', { commonKey: 'ascenseur' }, [375 + 134, 625 + 133, 250 + 133]],
    // HP by 100, 200, 0: 333.33 666.67 0; common 150 → 75 45 30
    [
      'parts above the whole',
      { remainderWh: -5, remainderSlotsWh: { HP: -5 } },
      [333 + 125 + 75, 667 + 125 + 45, 250 + 30],
    ],
    // base 1500 by 150, 250, 100 and 100 of 600 Wh: 375 625 250, remainder 250 → common 400
    [
      'an invoice with another slot',
      { bill: { ...input.bill, energyCents: { base: 1500 } } },
      [375 + 200, 625 + 120, 250 + 80],
    ],
    // nobody consumed in JF: its 100 cents are common, 500 → 250 150 100
    [
      'a slot that nobody consumed',
      {
        remainderSlotsWh: { HP: 100, HC: 0, JF: 0 },
        bill: { ...input.bill, energyCents: { HP: 1000, HC: 500, JF: 100 } },
      },
      [375 + 250, 625 + 150, 250 + 100],
    ],
    [
      'a credit',
      { bill: { energyCents: { HP: -1000, HC: 0 }, standingChargeCents: 250, taxesCents: 0 } },
      [-250, -500, 0],
    ],
    [
      'only a standing charge',
      { bill: { energyCents: {}, standingChargeCents: 1000, taxesCents: 1 } },
      [501, 300, 200],
    ],
  ])('%s', (_, change, expected) => {
    expect(totals(change)).toEqual(expected);
  });

  it('shares the standing charge where nobody consumed at all', () => {
    const lots = [3, 1, 2].map((number) => lot(number, 0, part({ HP: 0 })));
    const found = shareCharges({
      ...input,
      lots,
      remainderWh: 0,
      remainderSlotsWh: { HP: 0 },
      commonKey: 'prorata',
      bill: { energyCents: { HP: 0 }, standingChargeCents: 1000, taxesCents: 0 },
    });
    expect(found.lots.map(({ number, totalCents }) => [number, totalCents])).toEqual([
      [3, 333],
      [1, 334],
      [2, 333],
    ]);
  });

  it('splits a lot whose occupant leaves on the 17th: he pays his stay, the owner the rest', () => {
    const leaves = 16 * day;
    const lots = [
      input.lots[0]!,
      lot(
        2,
        300,
        part({ HP: 150, HC: 0 }, { id: 'vacant', start: leaves, vacant: true }),
        part({ HP: 50, HC: 50 }, { id: 'stay', end: leaves }),
      ),
      input.lots[2]!,
    ];
    const [, second] = shareCharges({ ...input, lots }).lots;
    // HP 500 by 50 : 150; HC 125 by 50 : 0; common 120 by 16 : 15 days = 61.94 58.06
    expect(second).toMatchObject({ totalCents: 745 });
    expect(second?.parts).toEqual([
      {
        id: 'vacant',
        payer: 'owner',
        slotsCents: { HP: 375, HC: 0 },
        energyCents: 375,
        commonCents: 58,
        totalCents: 433,
      },
      {
        id: 'stay',
        payer: 'occupant',
        slotsCents: { HP: 125, HC: 125 },
        energyCents: 250,
        commonCents: 62,
        totalCents: 312,
      },
    ]);
  });

  it('shares 1,234.57 € over 20 lots with a common remainder to the cent', () => {
    const lots = Array.from({ length: 20 }, (_, i) => lot(i + 1, 50, part({ base: 100_000 + 7919 * i })));
    const found = shareCharges({
      ...input,
      lots,
      remainderWh: 345_678,
      remainderSlotsWh: { base: 345_678 },
      bill: { energyCents: { base: 113_457 }, standingChargeCents: 8000, taxesCents: 2000 },
    });
    expect(found.totalCents).toBe(123_457);
    expect(found.lots.reduce((sum, { totalCents }) => sum + totalCents, 0)).toBe(123_457);
    // 113457 × 345678 / 3850288 = 10186.1
    expect(found.remainderCents).toBe(10_186);
    // lot 1: 113457 × 100000 / 3850288 = 2946.7, and 20186 / 20 = 1009.3
    expect(found.lots[0]).toMatchObject({ energyCents: 2947, commonCents: 1010 });
  });

  const parts = fc.array(
    fc.record({
      HP: fc.nat(500_000),
      HC: fc.nat(500_000),
      days: fc.integer({ min: 1, max: 31 }),
      vacant: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const lots = fc.uniqueArray(fc.record({ number: fc.integer({ min: 1, max: 99 }), general: fc.nat(10_000), parts }), {
    selector: ({ number }) => number,
    minLength: 1,
    maxLength: 25,
  });
  const bill = fc.record({
    energyCents: fc.record({ HP: fc.integer({ min: -1000, max: 500_000 }), HC: fc.nat(500_000), other: fc.nat(1000) }),
    standingChargeCents: fc.nat(100_000),
    taxesCents: fc.nat(100_000),
  });
  const arbitrary = fc
    .record({
      lots,
      bill,
      HP: fc.integer({ min: -1000, max: 100_000 }),
      HC: fc.nat(100_000),
      commonKey: fc.constantFrom('general', 'prorata', 'absent'),
    })
    .map(
      ({ lots: list, bill: cents, HP, HC, commonKey }): ChargesInput => ({
        lots: list.map(({ number, general, parts: stays }) => {
          let start = 0;
          const split = stays.map(({ HP: peak, HC: low, days, vacant }, i) => {
            const stay = part({ HP: peak, HC: low }, { id: `p${i}`, start, end: start + days * day, vacant });
            start = stay.end;
            return stay;
          });
          return lot(number, general, ...split);
        }),
        remainderWh: HP + HC,
        remainderSlotsWh: { HP, HC },
        bill: cents,
        commonKey,
      }),
    );

  it('adds up to the bill, lot by lot and stay by stay, in any order', () => {
    holds(
      fc.property(arbitrary, (any) => {
        const found = shareCharges(any);
        const { energyCents, standingChargeCents, taxesCents } = any.bill;
        const bill = energyCents.HP! + energyCents.HC! + energyCents.other! + standingChargeCents + taxesCents;
        expect(found.totalCents).toBe(bill);
        expect(found.lots.reduce((sum, { totalCents }) => sum + totalCents, 0)).toBe(bill);
        for (const charged of found.lots) {
          expect(charged.energyCents + charged.commonCents).toBe(charged.totalCents);
          expect(charged.parts.reduce((sum, { totalCents }) => sum + totalCents, 0)).toBe(charged.totalCents);
        }
        const turned = shareCharges({
          ...any,
          lots: [...any.lots].reverse().map((one) => ({ ...one, parts: [...one.parts].reverse() })),
        });
        const upright = [...turned.lots].reverse().map((one) => ({ ...one, parts: [...one.parts].reverse() }));
        expect(upright).toEqual(found.lots);
      }),
    );
  });
});

describe('the bill from invoices', () => {
  const calendar = createCalendar('Europe/Paris');
  const invoice = (period: Invoice['period'], date: string, energyCents: Record<string, number>): Invoice => ({
    period,
    date,
    energyCents,
    standingChargeCents: 100,
    taxesCents: 10,
  });
  const january = invoice('month', '2026-01-01', { HP: 1000, HC: 500 });
  const february = invoice('month', '2026-02-01', { HP: 900 });
  const march = invoice('month', '2026-03-01', { HP: 800, HC: 300 });
  const quarters = ['2026-04-01', '2026-07-01', '2026-10-01'].map((date) => invoice('quarter', date, { base: 2000 }));
  const window = (kind: Invoice['period'], date: string) => calendar.windowOf(kind, calendar.day(date).start);

  test.each<[string, Invoice['period'], string, Invoice[], object | null]>([
    [
      'the invoice of the period',
      'month',
      '2026-01-15',
      [february, january],
      { energyCents: { HP: 1000, HC: 500 }, standingChargeCents: 100, taxesCents: 10 },
    ],
    ['none', 'month', '2026-04-15', [january], null],
    [
      'a quarter of three months',
      'quarter',
      '2026-02-15',
      [march, january, february],
      { energyCents: { HP: 2700, HC: 800 }, standingChargeCents: 300, taxesCents: 30 },
    ],
    ['a month of the quarter is missing', 'quarter', '2026-02-15', [march, january], null],
    [
      'the quarter has its own',
      'quarter',
      '2026-02-15',
      [january, february, march, invoice('quarter', '2026-01-01', { HP: 1 })],
      { energyCents: { HP: 1 }, standingChargeCents: 100, taxesCents: 10 },
    ],
    [
      'a year of three months and three quarters',
      'year',
      '2026-02-15',
      [january, february, march, ...quarters],
      { energyCents: { HP: 2700, HC: 800, base: 6000 }, standingChargeCents: 600, taxesCents: 60 },
    ],
    ['a month is no part of a quarter invoice', 'month', '2026-04-15', quarters, null],
    ['another year', 'month', '2027-01-15', [january], null],
  ])('%s', (_, kind, date, invoices, expected) => {
    expect(invoicedBill(invoices, window(kind, date), calendar)).toEqual(expected);
  });
});
