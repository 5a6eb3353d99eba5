import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MeterDay, MeterPeriod, Result } from '../../domain/results.ts';
import { mulberry } from '../random.ts';
import { buildingPlan, dayMs, realize } from './random-building.ts';
import { casesOf, delivered, run } from './run.ts';

describe('energies telescope to the Wh', () => {
  it('days = months = quarters = years = stays = price slots', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(buildingPlan, fc.integer({ min: 1, max: 100 }), async (plan, every) => {
        const { building, readings } = realize(plan);
        const order = delivered(readings);
        const now = Math.max(...order.map((r) => r.receivedAt)) + dayMs;
        const { results } = await run(building, order, { now, flushAfter: (n) => every > 80 && n % every === 0 });
        const all = [...results.values()];
        const isPriced = plan.tariff !== 'none' && plan.tariff !== 'beginning';
        for (const { id } of building.meters) {
          const days = all.filter((r): r is MeterDay => r.kind === 'meter_day' && r.meter === id);
          const periods = all.filter((r): r is MeterPeriod => r.kind === 'meter_period' && r.meter === id);
          const daysWh = total(days);
          for (const kind of ['month', 'quarter', 'year'] as const) {
            const wholes = periods.filter((p) => p.period === kind && p.occupancy === 0);
            expect(total(wholes)).toBe(daysWh);
            for (const whole of wholes) {
              const inside = days.filter((day) => day.start >= whole.start && day.start < whole.end);
              expect(total(inside)).toBe(whole.energyWh ?? 0);
              const stays = periods.filter((p) => p.period === kind && p.start === whole.start && p.occupancy !== 0);
              if (stays.length > 0) expect(total(stays)).toBe(whole.energyWh ?? 0);
              if (stays.length > 0) expect(round(stays.map((s) => s.sharePct))).toBe(whole.sharePct);
              if (isPriced) expect(slots(whole)).toBe(whole.energyWh ?? 0);
            }
          }
          if (isPriced) for (const day of days) expect(slots(day)).toBe(day.energyWh ?? 0);
        }
        expectSharesAndEuros(all);
      }),
      { numRuns: casesOf(200) },
    );
  });

  it('shares and euros add up where a lot has two meters', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(buildingPlan, fc.integer({ min: 1, max: 1_000_000 }), async (plan, seed) => {
        const { building: planned, readings } = realize({ ...plan, common: false, mode: 'repartition' });
        const meters = planned.meters.map((meter) => (meter.role === 'tenant' ? { ...meter, lot: 1 } : meter));
        const building = { ...planned, meters, lots: planned.lots.slice(0, 1) };
        const order = delivered(readings);
        const now = Math.max(...order.map((r) => r.receivedAt)) + dayMs;
        const random = mulberry(seed);
        const { results } = await run(building, order, { now, flushAfter: () => random() < 0.01 });
        const all = [...results.values()];
        expectSharesAndEuros(all);
        for (const whole of all) {
          if (whole.kind !== 'building_period') continue;
          expect(whole.activeLots).toBeLessThanOrEqual(1);
          const cents = all.flatMap((r) =>
            r.kind === 'meter_period' && r.period === whole.period && r.start === whole.start && r.occupancy === 0
              ? [r.amountCents ?? 0]
              : [],
          );
          if (whole.amountCents !== null) expect(cents.reduce((sum, c) => sum + c, 0)).toBe(whole.amountCents);
        }
      }),
      { numRuns: casesOf(200) },
    );
  });
});

function expectSharesAndEuros(all: readonly Result[]): void {
  for (const whole of all) {
    if (whole.kind !== 'building_period') continue;
    const lots = all.filter(
      (r): r is MeterPeriod =>
        r.kind === 'meter_period' && r.period === whole.period && r.start === whole.start && r.meter.startsWith('LOC'),
    );
    const wholes = lots.filter((r) => r.occupancy === 0);
    expect([0, 100]).toContain(round(wholes.map((r) => r.sharePct)));
    expect([0, 100]).toContain(round(wholes.map((r) => r.equalSharePct)));
    for (const lot of lots)
      if (lot.amountCents !== null)
        expect(Object.values(lot.slotsCents).reduce((sum, c) => sum + c, lot.commonCents ?? 0)).toBe(lot.amountCents);
    for (const lot of wholes) {
      const stays = lots.filter((r) => r.meter === lot.meter && r.occupancy !== 0);
      if (stays.length > 0 && lot.amountCents !== null)
        expect(stays.reduce((sum, s) => sum + (s.amountCents ?? 0), 0)).toBe(lot.amountCents);
    }
  }
}

function total(results: readonly { energyWh: number | null }[]): number {
  return results.reduce((sum, { energyWh }) => sum + (energyWh ?? 0), 0);
}

function round(percents: readonly number[]): number {
  return Math.round(percents.reduce((sum, p) => sum + p, 0) * 100) / 100;
}

function slots({ slotsWh }: { slotsWh: Readonly<Record<string, number>> }): number {
  return Object.values(slotsWh).reduce((sum, wh) => sum + wh, 0);
}
