/**
 * Forgetting a meter between two instants: its readings, states, days, anomalies and adjustments that start there, and of its periods those of
 * a stay that begins there, or that lie wholly inside.
 */
import type { Database } from '../../journal/sqlite/database.ts';
import type { ResultsEraser } from '../port.ts';

export function createEraser(database: Database): ResultsEraser['forget'] {
  const { connection } = database;
  const eraseReadings = connection.prepare(
    'DELETE FROM readings WHERE series = (SELECT id FROM series WHERE building = ?1 AND meter = ?2) AND at >= ?3 AND at < ?4',
  );
  const eraseStates = connection.prepare(
    "DELETE FROM telemetry WHERE kind = 'meter_state' AND building = ?1 AND subject = ?2 AND at >= ?3 AND at < ?4",
  );
  const eraseResults = connection.prepare(
    `DELETE FROM results WHERE kind IN ('meter_day', 'anomaly', 'adjustment')
       AND building = ?1 AND meter = ?2 AND start >= ?3 AND start < ?4`,
  );
  const erasePeriods = connection.prepare(
    `DELETE FROM results WHERE kind = 'meter_period' AND building = ?1 AND meter = ?2 AND CASE value ->> 'occupancy'
       WHEN 0 THEN start >= ?3 AND value ->> 'end' <= ?4
       ELSE value ->> 'occupancy' >= ?3 AND value ->> 'occupancy' < ?4 END`,
  );
  return async ({ building, meter, from, to }) =>
    database.transaction(() => {
      let erased = 0;
      for (const statement of [eraseReadings, eraseStates, eraseResults, erasePeriods]) {
        erased += Number(statement.run(building, meter, from, to).changes);
      }
      return erased;
    });
}
