import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Adjustment, BuildingPeriod, MeterPeriod, Result } from '../../domain/results.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { noEffects } from '../../processors/effects.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { dayMs, hourMs } from './random-building.ts';
import { calendarOf, replay } from './run.ts';

const simulated = simulatedBuilding(1, { id: 'B', tenants: 2 });
const building: Building = {
  ...simulated,
  charges: { mode: 'repartition', commonKey: 'prorata', closeAfterMs: 10 * dayMs },
  tariffs: [
    {
      from: 0,
      slots: [{ name: 'base', centsPerKwh: 20, hours: [{ fromMinute: 0, toMinute: 1440 }] }],
      standingChargeCents: 100,
      taxesCents: 0,
    },
  ],
};
const calendar = calendarOf(building.timezone);
const start = calendar.day('2023-01-01').start;
const january = calendar.windowOf('month', start);

/** A history that is brought in: each flat 100 W, read twice a day, never at midnight. */
class History {
  readonly effects = noEffects();
  readonly readings: Reading[] = [];
  processor = new BuildingProcessor(building, new Workspace(), undefined, calendar);
  now: number;

  constructor(days: number) {
    this.now = start + days * dayMs + 200 * dayMs;
    const read: Reading[] = [];
    for (let at = start; at <= start + days * dayMs; at += at === start ? 6 * hourMs : 12 * hourMs)
      building.meters.forEach(({ id, role }) => {
        const watts = role === 'general' ? 300 : 100;
        read.push(this.reading(id, at, 5000 + Math.round((watts * (at - start)) / hourMs)));
      });
    this.take(read);
  }

  reading(meter: string, at: number, energyImportWh: number): Reading {
    return { building: 'B', meter, at, energyImportWh, source: 'import', receivedAt: this.now };
  }

  take(read: readonly Reading[]): void {
    read.forEach((reading, n) => {
      this.readings.push(reading);
      this.processor.step({ type: 'reading', reading }, this.effects);
      if (n % 400 === 0) this.processor.step({ type: 'flush', now: this.now, settled: false }, this.effects);
    });
  }

  async settle(later = 0): Promise<void> {
    this.now += later;
    this.processor.step({ type: 'flush', now: this.now, settled: true }, this.effects);
    if (this.processor.state.rebuildFrom !== null)
      this.processor = await replay(this.processor, this.readings, this.effects, this.now);
  }

  close(): void {
    const event = { v: 1, building: 'B', at: january.start, type: 'close', period: 'month', by: 'syndic' } as const;
    this.processor.step({ type: 'declared', event: { ...event, date: january.date }, now: this.now }, this.effects);
  }

  january(): { whole: BuildingPeriod; meters: MeterPeriod[]; adjustments: Adjustment[] } {
    const own = this.effects.results.filter(
      (r): r is BuildingPeriod | MeterPeriod | Adjustment =>
        'period' in r && r.period === 'month' && r.start === january.start,
    );
    const last = <R extends Result>(rows: R[]): R => rows.at(-1) as R;
    return {
      whole: last(own.filter((r) => r.kind === 'building_period')),
      meters: ['LOC01', 'LOC02'].map(
        (id) => last(own.filter((r) => r.kind === 'meter_period' && r.meter === id)) as MeterPeriod,
      ),
      adjustments: own.filter((r) => r.kind === 'adjustment'),
    };
  }
}

const januaryWh = 31 * 24 * 100;
const billed = { energyWh: januaryWh, amountCents: 31 * 24 * 3 + 50, status: 'final' };

describe('a period that ended long before it is closed', () => {
  it('keeps its figures when it is closed by declaration', async () => {
    const history = new History(250);
    await history.settle();
    expect(history.january().meters[0]).toMatchObject(billed);
    expect(history.january().whole.closedAt).toBe(null);
    history.close();
    await history.settle();
    const { whole, meters } = history.january();
    expect(whole).toMatchObject({ closedAt: history.now, status: 'final', generalWh: 3 * januaryWh });
    expect(meters).toMatchObject([billed, billed]);
    expect(history.processor.state.rebuildFrom).toBe(null);
  });

  it('closes by itself once it has been there for the ten days that others have, and not before', async () => {
    const history = new History(250);
    await history.settle();
    await history.settle(10 * dayMs - 1);
    expect(history.january().whole.closedAt).toBe(null);
    await history.settle(1);
    const { whole, meters } = history.january();
    expect(whole).toMatchObject({ closedAt: history.now, status: 'final' });
    expect(meters).toMatchObject([billed, billed]);
    expect(history.processor.isDue(history.now)).toBe(false);
  });

  it('is revised by a file of the same week, and adjusted by one that comes after it was closed, years later too', async () => {
    const history = new History(250);
    await history.settle();
    history.take([history.reading('LOC01', january.end, 5000 + januaryWh + 40)]);
    await history.settle(dayMs);
    expect(history.january().meters[0]).toMatchObject({ energyWh: januaryWh + 40, status: 'final' });
    expect(history.january().adjustments).toEqual([]);
    await history.settle(10 * dayMs);
    const years: Reading[] = [];
    for (let day = 251; day < 251 + 3 * 365; day++)
      for (const { id, role } of building.meters)
        years.push(history.reading(id, start + day * dayMs, 5000 + (role === 'general' ? 300 : 100) * 24 * day));
    history.now += 3 * 365 * dayMs;
    history.take(years);
    await history.settle();
    expect(history.processor.state.periods.has(`month/${january.start}`)).toBe(false);
    const before = history.january();
    // Another index at the month's end: of two that can be, the lower is believed.
    history.take([history.reading('LOC01', january.end, 5000 + januaryWh + 10)]);
    await history.settle();
    const after = history.january();
    expect(after.whole).toEqual(before.whole);
    expect(after.meters).toEqual(before.meters);
    const own = () => history.january().adjustments.filter(({ meter }) => meter === 'LOC01');
    expect(own()).toMatchObject([{ sequence: 1, energyWh: -30 }]);
    await history.settle(dayMs);
    expect(own()).toHaveLength(1);
  });
});
