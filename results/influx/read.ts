/** `ResultsReader` on InfluxDB: rows by range and tags, mapped back by the table, sorted here. */
import type { InfluxDB } from '@influxdata/influxdb-client';
import type { Reading } from '../../domain/reading.ts';
import type { ResultKind, ResultOf } from '../../domain/results.ts';
import type { BusHealth, MeterState, PipelineStats } from '../../domain/telemetry.ts';
import { sortByMeter, sortResults, sortTelemetry } from '../order.ts';
import type { PeriodQuery, RangeQuery, ResultsReader, StoredReading } from '../port.ts';
import { queryRows, type RowsQuery } from './query.ts';
import { fromRow } from './row.ts';

/** Slices of a load curve grow and shrink to some thousand rows. */
const firstSliceMs = 86_400_000;
const fewRows = 4000;
const manyRows = 20_000;

export function createInfluxReader(client: InfluxDB, org: string): ResultsReader {
  async function items<T>(query: RowsQuery): Promise<T[]> {
    return (await queryRows(client, org, query)).map((row) => fromRow<T>(query.measurement, row));
  }

  async function results<K extends ResultKind>(
    measurement: K,
    { from, to }: RangeQuery,
    tags: Readonly<Record<string, string | undefined>>,
  ): Promise<ResultOf<K>[]> {
    return sortResults(await items<ResultOf<K>>({ measurement, from, to, tags }));
  }

  const ofMeter = ({ building, meter }: RangeQuery) => ({ building, meter });
  const ofBuilding = ({ building }: RangeQuery) => ({ building });
  const ofPeriod = ({ building, meter, period }: PeriodQuery) => ({ building, meter, period });

  return {
    meterDays: (query) => results('meter_day', query, ofMeter(query)),
    buildingDays: (query) => results('building_day', query, ofBuilding(query)),
    anomalies: (query) => results('anomaly', query, ofMeter(query)),
    recommendations: (query) => results('recommendation', query, ofBuilding(query)),
    climate: (query) => results('climate', query, ofBuilding(query)),
    meterPeriods: (query) => results('meter_period', query, ofPeriod(query)),
    buildingPeriods: (query) => results('building_period', query, { ...ofPeriod(query), meter: undefined }),
    adjustments: (query) => results('adjustment', query, ofMeter(query)),
    async *readings(query) {
      let sliceMs = firstSliceMs;
      for (let from = await firstInstant(query); from < query.to; ) {
        const to = Math.min(from + sliceMs, query.to);
        const found = await items<Reading>({ measurement: 'reading', from, to, tags: ofMeter(query) });
        if (found.length > 0) yield sortTelemetry(found.map(toStored));
        if (found.length < fewRows) sliceMs *= 2;
        else if (found.length > manyRows) sliceMs = Math.max(60_000, Math.floor(sliceMs / 2));
        from = to;
      }
    },
    async meterStates(building) {
      const found = await items<MeterState>({
        measurement: 'meter_state',
        from: 0,
        to: farFuture,
        tags: { building },
        only: 'last',
      });
      const newest = new Map<string, MeterState>();
      for (const state of found) {
        const known = newest.get(state.meter);
        if (!known || state.at > known.at) newest.set(state.meter, state);
      }
      return sortByMeter([...newest.values()]);
    },
    meterStateHistory: async (query) =>
      sortTelemetry(await items<MeterState>({ ...query, measurement: 'meter_state', tags: ofMeter(query) })),
    busHealth: async (query) =>
      sortTelemetry(await items<BusHealth>({ ...query, measurement: 'bus_health', tags: ofBuilding(query) })),
    pipeline: async (from, to) =>
      sortTelemetry(await items<PipelineStats>({ measurement: 'pipeline', from, to, tags: {} })),
  };

  /** Spares empty slices where a range begins long before the first reading. */
  async function firstInstant({ building, meter, from, to }: RangeQuery): Promise<number> {
    const rows = await queryRows(client, org, {
      measurement: 'reading',
      from,
      to,
      tags: { building, meter },
      only: 'first',
    });
    return Math.min(...rows.map((row) => Date.parse(String(row._time))));
  }
}

const farFuture = Date.UTC(2200, 0, 1);

function toStored({ meter, at, energyImportWh, ...reading }: Reading): StoredReading {
  return {
    meter,
    at,
    energyImportWh,
    resolutionWh: reading.resolutionWh ?? null,
    powerW: reading.powerW ?? null,
    apparentPowerVa: reading.apparentPowerVa ?? null,
    energyExportWh: reading.energyExportWh ?? null,
  };
}
