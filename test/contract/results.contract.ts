/** What every results store keeps to: the same questions, the same answers. Each test uses a building of its own. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PeriodQuery, RangeQuery, ResultsStore, StoredReading } from '../../results/port.ts';
import {
  adjustment,
  anomaly,
  buildingDay,
  buildingPeriod,
  busHealth,
  climate,
  day0,
  dayMs,
  meterDay,
  meterPeriod,
  meterState,
  nullMeterDay,
  pipelineStats,
  recommendation,
  storedReading,
} from './results.fixtures.ts';

export function resultsContract(open: () => Promise<{ results: ResultsStore; close(): Promise<void> }>): void {
  let results: ResultsStore;
  let close: () => Promise<void>;
  let building: string;
  let count = 0;

  beforeAll(async () => {
    ({ results, close } = await open());
  });
  afterAll(() => close());
  beforeEach(() => {
    building = `bâtiment ${++count}, "été" = b\\c`;
  });

  const stored = async (...items: Parameters<ResultsStore['write']>[0]) => {
    expect(await results.write(items)).toEqual({ outcome: 'done', refused: [] });
  };
  const all = (more: Partial<RangeQuery> = {}): RangeQuery => ({
    building,
    from: day0,
    to: day0 + 40 * dayMs,
    ...more,
  });
  const months = (more: Partial<PeriodQuery> = {}): PeriodQuery => ({ ...all(), period: 'month', ...more });
  const readings = async (query: RangeQuery) => {
    const found: StoredReading[] = [];
    for await (const batch of results.readings(query)) found.push(...batch);
    return found;
  };

  describe('what is written is what is read, member for member', () => {
    test('days of meters, with everything and with nothing known', async () => {
      const days = [meterDay(building), meterDay(building, 1, nullMeterDay)];
      await stored(...days);
      expect(await results.meterDays(all())).toEqual(days);
    });

    test('days of the building', async () => {
      const empty = {
        generalWh: null,
        leakRatio: null,
        meanWh: null,
        minWh: null,
        maxWh: null,
        homogeneity: null,
      } as const;
      const days = [buildingDay(building), buildingDay(building, 1, { ...empty, leakRatioQuality: 'none' })];
      await stored(...days);
      expect(await results.buildingDays(all())).toEqual(days);
    });

    test('anomalies of a meter, of a bus and of the building', async () => {
      const anomalies = [
        anomaly(building, { meter: null, type: 'fuite_energetique', lots: [], impactWh: null }),
        anomaly(building, { meter: null, bus: 'bus-1', type: 'bus_degrade', value: null, threshold: null, text: '' }),
        anomaly(building, { open: false, closedAt: day0 + 3 }),
      ];
      await stored(...anomalies);
      expect(await results.anomalies(all())).toEqual([anomalies[1], anomalies[0], anomalies[2]]);
    });

    test('recommendations, climate and adjustments', async () => {
      await stored(
        recommendation(building),
        climate(building),
        adjustment(building),
        adjustment(building, { sequence: 2 }),
      );
      expect(await results.recommendations(all())).toEqual([recommendation(building)]);
      expect(await results.climate(all())).toEqual([climate(building)]);
      expect(await results.adjustments(all())).toEqual([adjustment(building), adjustment(building, { sequence: 2 })]);
    });

    test('periods, whole and of a stay, by kind of period', async () => {
      const stay = meterPeriod(building, {
        occupancy: day0 + 9 * dayMs,
        occupant: null,
        payer: 'owner',
        energyWh: null,
        amountCents: null,
      });
      const year = meterPeriod(building, { period: 'year' });
      await stored(
        meterPeriod(building),
        stay,
        year,
        buildingPeriod(building),
        buildingPeriod(building, { period: 'quarter', closedAt: null }),
      );
      expect(await results.meterPeriods(months())).toEqual([meterPeriod(building), stay]);
      expect(await results.meterPeriods(months({ period: 'year' }))).toEqual([year]);
      expect(await results.buildingPeriods(months())).toEqual([buildingPeriod(building)]);
      expect(await results.buildingPeriods(months({ period: 'quarter' }))).toMatchObject([{ closedAt: null }]);
    });

    test('states of meters and buses, and the account', async () => {
      const never = meterState(building, 1, { meter: 'LOC02', secondsSinceReading: null, state: 'jamais_lu' });
      await stored(meterState(building), never, meterState(building, 2), busHealth(building), pipelineStats(building));
      expect(await results.meterStates(building)).toEqual([meterState(building, 2), never]);
      expect(await results.meterStateHistory(all())).toEqual([meterState(building), never, meterState(building, 2)]);
      expect(await results.meterStateHistory(all({ meter: 'LOC02' }))).toEqual([never]);
      expect(await results.busHealth(all())).toEqual([busHealth(building)]);
      const account = (await results.pipeline(day0, day0 + 1)).filter(({ component }) => component === building);
      expect(account).toEqual([pipelineStats(building)]);
    });

    test('readings', async () => {
      const full = {
        powerW: 5,
        apparentPowerVa: 7.5,
        energyExportWh: 3,
        resolutionWh: 10,
        voltageV: [230, 231.5, 229],
      };
      await stored(storedReading(building, 'LOC01', 0, full), storedReading(building, 'LOC01', 1));
      expect(await readings(all())).toEqual([
        {
          meter: 'LOC01',
          at: day0,
          energyImportWh: 1000,
          resolutionWh: 10,
          powerW: 5,
          apparentPowerVa: 7.5,
          energyExportWh: 3,
        },
        {
          meter: 'LOC01',
          at: day0 + 900_000,
          energyImportWh: 1001,
          resolutionWh: null,
          powerW: null,
          apparentPowerVa: null,
          energyExportWh: null,
        },
      ]);
    });
  });

  describe('the same key is overwritten', () => {
    test('by a later write, null over a value too', async () => {
      await stored(meterDay(building));
      await stored(meterDay(building, 0, { ...nullMeterDay, role: 'tenant', revision: 4 }));
      expect(await results.meterDays(all())).toEqual([
        meterDay(building, 0, { ...nullMeterDay, role: 'tenant', revision: 4 }),
      ]);
      await stored(meterDay(building, 0, { revision: 5 }));
      expect(await results.meterDays(all())).toEqual([meterDay(building, 0, { revision: 5 })]);
    });

    test('by the last of one write', async () => {
      await stored(meterDay(building, 0, { energyWh: 1 }), meterDay(building, 0, { energyWh: 2, slotsWh: { hp: 2 } }));
      expect(await results.meterDays(all())).toEqual([meterDay(building, 0, { energyWh: 2, slotsWh: { hp: 2 } })]);
    });

    test('for readings and states too', async () => {
      await stored(storedReading(building, 'LOC01', 0, { powerW: 1 }), meterState(building));
      await stored(
        storedReading(building, 'LOC01', 0, { energyImportWh: 9 }),
        meterState(building, 0, { state: 'fige' }),
      );
      expect(await readings(all())).toMatchObject([{ energyImportWh: 9, powerW: null }]);
      expect(await results.meterStateHistory(all())).toEqual([meterState(building, 0, { state: 'fige' })]);
    });
  });

  describe('ranges and order', () => {
    test('starts in [from, to), by start and then by meter', async () => {
      const days = [0, 1, 2].flatMap((n) =>
        ['LOC02', 'LOC10', 'LOC01'].map((meter) => meterDay(building, n, { meter })),
      );
      await stored(...days);
      const found = await results.meterDays(all({ from: day0 + dayMs, to: day0 + 2 * dayMs }));
      expect(found.map(({ meter, start }) => [meter, start])).toEqual(
        ['LOC01', 'LOC02', 'LOC10'].map((meter) => [meter, day0 + dayMs]),
      );
      expect(await results.meterDays(all({ from: day0 + dayMs - 1, to: day0 + dayMs }))).toEqual([]);
      expect((await results.meterDays(all({ meter: 'LOC10' }))).map(({ start }) => start)).toEqual([
        day0,
        day0 + dayMs,
        day0 + 2 * dayMs,
      ]);
    });

    test('an empty range and an unknown building are empty answers', async () => {
      await stored(meterDay(building), storedReading(building, 'LOC01', 0));
      expect(await results.meterDays(all({ to: day0 }))).toEqual([]);
      expect(await readings(all({ to: day0 }))).toEqual([]);
      expect(await results.meterDays(all({ building: 'nowhere' }))).toEqual([]);
      expect(await readings(all({ building: 'nowhere' }))).toEqual([]);
      expect(await results.meterStates('nowhere')).toEqual([]);
    });

    test('many readings come in batches, by instant and then by meter', async () => {
      const items = Array.from({ length: 3000 }, (_, n) =>
        ['B', 'A'].map((meter) => storedReading(building, meter, n)),
      ).flat();
      for (let at = 0; at < items.length; at += 2000) await stored(...items.slice(at, at + 2000));
      const found = await readings(all());
      expect(found).toHaveLength(6000);
      expect(found.slice(0, 4).map(({ meter, at }) => [meter, at])).toEqual([
        ['A', day0],
        ['B', day0],
        ['A', day0 + 900_000],
        ['B', day0 + 900_000],
      ]);
      expect(found.every((item, n) => n === 0 || item.at >= found[n - 1]!.at)).toBe(true);
      expect(await readings(all({ meter: 'B', from: day0 + 900_000, to: day0 + 1_800_000 }))).toMatchObject([
        { meter: 'B', energyImportWh: 1001 },
      ]);
    });
  });

  test('forget removes a meter between two instants and nothing else', async () => {
    await stored(
      ...[0, 1, 2].map((n) => meterDay(building, n)),
      meterDay(building, 1, { meter: 'LOC02' }),
      ...[0, 96, 192].map((n) => storedReading(building, 'LOC01', n)),
      storedReading(building, 'LOC02', 96),
      meterPeriod(building),
      meterPeriod(building, { occupancy: day0 + dayMs }),
      meterPeriod(building, { occupancy: day0 + 2 * dayMs }),
    );
    await results.forget({ building, meter: 'LOC01', from: day0 + dayMs, to: day0 + 2 * dayMs });
    expect((await results.meterDays(all())).map(({ meter, start }) => [meter, (start - day0) / dayMs])).toEqual([
      ['LOC01', 0],
      ['LOC02', 1],
      ['LOC01', 2],
    ]);
    expect((await readings(all())).map(({ meter, at }) => [meter, (at - day0) / dayMs])).toEqual([
      ['LOC01', 0],
      ['LOC02', 1],
      ['LOC01', 2],
    ]);
    expect((await results.meterPeriods(months())).map(({ occupancy }) => occupancy)).toEqual([0, day0 + 2 * dayMs]);
  });

  test('it says that it is reachable', async () => {
    await expect(results.check()).resolves.toBeUndefined();
  });
}
