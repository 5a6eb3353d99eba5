/**
 * Load curves from the journal's own readings: slices of time, each wide enough for some thousand rows, so that memory stays flat
 * and nobody else waits. Of readings of one meter at one instant the last one appended counts, as in InfluxDB, unless every one is asked for.
 */
import type { Database } from '../../journal/sqlite/database.ts';
import type { ReadingsQuery, StoredReading } from '../port.ts';

type Row = [
  meter: string,
  at: number,
  energyImportWh: number,
  resolutionWh: number | null,
  powerW: number | null,
  apparentPowerVa: number | null,
  energyExportWh: number | null,
];

const fewRows = 1000;
const manyRows = 8000;
const firstSliceMs = 3_600_000;

export function createReadingsQuery(
  database: Database,
): (query: ReadingsQuery) => AsyncGenerator<readonly StoredReading[]> {
  const { connection } = database;
  const allSeries = connection.prepare('SELECT id FROM series WHERE building = ?');
  const oneSeries = connection.prepare('SELECT id FROM series WHERE building = ? AND meter = ?');
  const nextInstant = connection.prepare('SELECT at FROM readings WHERE series = ? AND at >= ? ORDER BY at LIMIT 1');
  const slice = connection.prepare(
    `SELECT meter, at, energy_import_wh, resolution_wh, power_w, apparent_power_va, energy_export_wh
     FROM readings JOIN series ON series.id = readings.series
     WHERE series IN (SELECT value FROM json_each(?)) AND at >= ? AND at < ? ORDER BY at, meter, offset`,
  );
  slice.setReturnArrays(true);

  return async function* read(query) {
    const { building, meter, to } = query;
    const found = meter === undefined ? allSeries.all(building) : oneSeries.all(building, meter);
    const ids = (found as { id: number }[]).map(({ id }) => id);
    const bound = JSON.stringify(ids);
    let sliceMs = firstSliceMs;
    for (let from = firstInstant(ids, query.from); from < to; ) {
      const end = Math.min(from + sliceMs, to);
      const rows = slice.all(bound, from, end) as unknown as Row[];
      if (rows.length > 0) yield query.every === true ? rows.map(storedReading) : newestOfEach(rows);
      if (rows.length < fewRows) sliceMs *= 2;
      else if (rows.length > manyRows) sliceMs = Math.max(1000, Math.floor(sliceMs / 2));
      from = firstInstant(ids, end);
    }
  };

  /** The first instant at or after `from` that has a reading. */
  function firstInstant(ids: readonly number[], from: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (const id of ids) {
      const row = nextInstant.get(id, from) as { at: number } | undefined;
      if (row && row.at < first) first = row.at;
    }
    return first;
  }
}

function newestOfEach(rows: readonly Row[]): StoredReading[] {
  const readings: StoredReading[] = [];
  for (const [index, row] of rows.entries()) {
    const following = rows[index + 1];
    if (following && following[0] === row[0] && following[1] === row[1]) continue;
    readings.push(storedReading(row));
  }
  return readings;
}

function storedReading([
  meter,
  at,
  energyImportWh,
  resolutionWh,
  powerW,
  apparentPowerVa,
  energyExportWh,
]: Row): StoredReading {
  return { meter, at, energyImportWh, resolutionWh, powerW, apparentPowerVa, energyExportWh };
}
