/** Results in the embedded mode's file: the tables of the topics `results`, `readings` and `telemetry`, asked by their columns. */
import type { SQLInputValue } from 'node:sqlite';
import { type Clock, systemClock } from '../../domain/clock.ts';
import type { BuildingPeriod, MeterPeriod, ResultKind, ResultOf } from '../../domain/results.ts';
import type { MeterState, Telemetry } from '../../domain/telemetry.ts';
import type { Database } from '../../journal/sqlite/database.ts';
import type { Tables } from '../../journal/sqlite/tables.ts';
import { lastOfEach, sortByMeter, sortResults, sortTelemetry } from '../order.ts';
import type { PeriodQuery, RangeQuery, ResultsStore } from '../port.ts';
import { createEraser } from './erase.ts';
import { createReadingsQuery } from './read-readings.ts';
import { writeItems } from './write.ts';

type TelemetryOf<K extends Telemetry['kind']> = Extract<Telemetry, { kind: K }>;

export function createSqliteResults(database: Database, tables: Tables, clock: Clock = systemClock): ResultsStore {
  const { connection } = database;
  const inRange = 'kind = ? AND building = ? AND start >= ? AND start < ?';
  const byStart = connection.prepare(`SELECT value FROM results WHERE ${inRange}`);
  const byMeter = connection.prepare(`SELECT value FROM results WHERE ${inRange} AND meter = ?`);
  const telemetryByInstant = connection.prepare(
    'SELECT value FROM telemetry WHERE kind = ? AND building = ? AND at >= ? AND at < ? ORDER BY at, offset',
  );
  const telemetryOfSubject = connection.prepare(
    'SELECT value FROM telemetry WHERE kind = ? AND building = ? AND subject = ? AND at >= ? AND at < ? ORDER BY at, offset',
  );
  // From subject to subject by the index: two years of minutes are never read through.
  const newestTelemetry = connection.prepare(
    `WITH RECURSIVE subjects(subject) AS (
       SELECT min(subject) FROM telemetry WHERE kind = ?1 AND building = ?2
       UNION ALL
       SELECT (SELECT min(subject) FROM telemetry WHERE kind = ?1 AND building = ?2 AND subject > subjects.subject)
       FROM subjects WHERE subjects.subject IS NOT NULL)
     SELECT (SELECT value FROM telemetry WHERE kind = ?1 AND building = ?2 AND subject = subjects.subject
             ORDER BY at DESC, offset DESC LIMIT 1) AS value
     FROM subjects WHERE subject IS NOT NULL`,
  );

  function results<K extends ResultKind>(kind: K, query: RangeQuery): ResultOf<K>[] {
    const { building, from, to, meter } = query;
    const rows =
      meter === undefined ? byStart.all(kind, building, from, to) : byMeter.all(kind, building, from, to, meter);
    return sortResults(parseValues<ResultOf<K>>(rows));
  }

  function periods<K extends 'meter_period' | 'building_period'>(kind: K, query: PeriodQuery): ResultOf<K>[] {
    return results(kind, query).filter((result) => (result as MeterPeriod | BuildingPeriod).period === query.period);
  }

  function telemetry<K extends Telemetry['kind']>(kind: K, query: RangeQuery): TelemetryOf<K>[] {
    const { building, from, to, meter } = query;
    const rows =
      meter === undefined
        ? telemetryByInstant.all(kind, building, from, to)
        : telemetryOfSubject.all(kind, building, meter, from, to);
    return sortTelemetry(lastOfEach(parseValues<TelemetryOf<K>>(rows)));
  }

  return {
    write: async (items) => writeItems(database, tables, items, clock.now()),
    meterDays: async (query) => results('meter_day', query),
    buildingDays: async ({ meter: _, ...query }) => results('building_day', query),
    anomalies: async (query) => results('anomaly', query),
    recommendations: async ({ meter: _, ...query }) => results('recommendation', query),
    climate: async ({ meter: _, ...query }) => results('climate', query),
    meterPeriods: async (query) => periods('meter_period', query),
    buildingPeriods: async ({ meter: _, ...query }) => periods('building_period', query),
    adjustments: async (query) => results('adjustment', query),
    readings: createReadingsQuery(database),
    meterStates: async (building) => sortByMeter(parseValues<MeterState>(newestTelemetry.all('meter_state', building))),
    meterStateHistory: async (query) => telemetry('meter_state', query),
    busHealth: async ({ meter: _, ...query }) => telemetry('bus_health', query),
    pipeline: async (from, to) => telemetry('pipeline', { building: '', from, to }),
    forget: createEraser(database),
    async check() {
      connection.prepare('SELECT 1').get();
    },
    async close() {
      database.close();
    },
  };
}

function parseValues<T>(rows: readonly Record<string, SQLInputValue>[]): T[] {
  return rows.map((row) => JSON.parse(row.value as string) as T);
}
