/**
 * The topic `readings` as a table with typed columns: no JSON on the way of an ordinary reading, a third of the space, and an index
 * (series, at) that answers for load curves. `series` is the number of a (building, meter).
 *
 * What is read back equals what was appended: members without a column (phases, meter clock, serial, status, whatever comes) and
 * members that a column cannot hold travel in `rest` and lie over the columns; a value that is no reading has `series` null and its whole JSON in `rest`.
 */
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { JournalRecord, OutgoingRecord } from '../port.ts';
import type { Database } from './database.ts';
import { onlyPartition, type TopicTable } from './topic-table.ts';

export interface ReadingsTable extends TopicTable {
  /** The number of a series, given on first use. */
  seriesId(building: string, meter: string): number;
}

type Row = [
  offset: number,
  series: number | null,
  at: number,
  energyImportWh: number,
  resolutionWh: number | null,
  powerW: number | null,
  apparentPowerVa: number | null,
  energyExportWh: number | null,
  source: string,
  receivedAt: number,
  key: string | null,
  rest: string | null,
];

const columns =
  'series, at, energy_import_wh, resolution_wh, power_w, apparent_power_va, energy_export_wh, source, received_at, key, rest, stored_at';
const columnCount = 12;
/** Rows bound at once: a third faster than one by one. */
const rowsAtOnce = 50;

export function createReadingsTable(database: Database): ReadingsTable {
  const { connection } = database;
  const insertOne = prepareInsert(1);
  const insertMany = prepareInsert(rowsAtOnce);
  const select = connection.prepare(
    `SELECT offset, ${columns} FROM readings WHERE offset >= ? ORDER BY offset LIMIT ?`,
  );
  select.setReturnArrays(true);
  const selectEnd = connection.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'readings'");
  const selectSeries = connection.prepare('SELECT building, meter FROM series WHERE id = ?');
  const findSeries = connection.prepare('SELECT id FROM series WHERE building = ? AND meter = ?');
  const insertSeries = connection.prepare('INSERT INTO series (building, meter) VALUES (?, ?) RETURNING id');
  const expire = connection.prepare(
    `DELETE FROM readings WHERE offset IN
      (SELECT offset FROM (SELECT offset, stored_at FROM readings ORDER BY offset LIMIT ?) WHERE stored_at < ?)`,
  );
  const names = new Map<number, { building: string; meter: string }>();
  const ids = new Map<string, Map<string, number>>();
  database.onRolledBack(() => {
    names.clear();
    ids.clear();
  });

  function prepareInsert(rows: number): StatementSync {
    const row = `(${Array(columnCount).fill('?').join(', ')})`;
    return connection.prepare(`INSERT INTO readings (${columns}) VALUES ${Array(rows).fill(row).join(', ')}`);
  }

  function seriesId(building: string, meter: string): number {
    const known = ids.get(building)?.get(meter);
    if (known !== undefined) return known;
    const { id } = (findSeries.get(building, meter) ?? insertSeries.get(building, meter)) as { id: number };
    let meters = ids.get(building);
    if (!meters) {
      meters = new Map();
      ids.set(building, meters);
    }
    meters.set(meter, id);
    return id;
  }

  function seriesName(id: number): { building: string; meter: string } {
    let name = names.get(id);
    if (!name) {
      name = selectSeries.get(id) as { building: string; meter: string };
      names.set(id, name);
    }
    return name;
  }

  function decode(row: Row): JournalRecord {
    const [offset, series, at, energyImportWh, resolutionWh, powerW, apparentPowerVa, energyExportWh] = row;
    const rest = row[11];
    if (series === null) {
      const value = rest === null ? null : JSON.parse(rest);
      return { topic: 'readings', partition: onlyPartition, offset, key: row[10] ?? '', value };
    }
    const { building, meter } = seriesName(series);
    const value: Record<string, unknown> = { v: 1, building, meter, at, energyImportWh };
    if (resolutionWh !== null) value.resolutionWh = resolutionWh;
    if (powerW !== null) value.powerW = powerW;
    if (apparentPowerVa !== null) value.apparentPowerVa = apparentPowerVa;
    if (energyExportWh !== null) value.energyExportWh = energyExportWh;
    value.source = row[8];
    value.receivedAt = row[9];
    if (rest !== null) Object.assign(value, JSON.parse(rest));
    return { topic: 'readings', partition: onlyPartition, offset, key: row[10] ?? building, value };
  }

  return {
    topic: 'readings',
    seriesId,
    insert(records, now) {
      let bound: SQLInputValue[] = [];
      let left = records.length;
      let statement = left >= rowsAtOnce ? insertMany : insertOne;
      for (const record of records) {
        bindRecord(record, seriesId, now, bound);
        if (statement === insertMany && bound.length < rowsAtOnce * columnCount) continue;
        statement.run(...bound);
        left -= bound.length / columnCount;
        bound = [];
        if (left < rowsAtOnce) statement = insertOne;
      }
    },
    read: (from, limit) => (select.all(from, limit) as unknown as Row[]).map(decode),
    end: () => ((selectEnd.get() as { seq: number } | undefined)?.seq ?? 0) + 1,
    expire: (before, limit) => Number(expire.run(limit, before).changes),
  };
}

/** Adds the columns of one record to `bound`. */
function bindRecord(
  record: OutgoingRecord,
  seriesId: (building: string, meter: string) => number,
  now: number,
  bound: SQLInputValue[],
): void {
  const value = record.value as Record<string, unknown> | null;
  if (value === null || !isReading(value)) {
    const rest = value === null ? null : JSON.stringify(value);
    bound.push(null, null, null, null, null, null, null, null, null, record.key, rest, now);
    return;
  }
  let resolutionWh: number | null = null;
  let powerW: number | null = null;
  let apparentPowerVa: number | null = null;
  let energyExportWh: number | null = null;
  let rest: Record<string, unknown> | undefined;
  for (const member in value) {
    const item = value[member];
    if (item === undefined || required.has(member)) continue;
    if (member === 'powerW' && Number.isFinite(item)) powerW = item as number;
    else if (member === 'apparentPowerVa' && Number.isFinite(item)) apparentPowerVa = item as number;
    else if (member === 'resolutionWh' && Number.isSafeInteger(item)) resolutionWh = item as number;
    else if (member === 'energyExportWh' && Number.isSafeInteger(item)) energyExportWh = item as number;
    else {
      rest ??= {};
      rest[member] = item;
    }
  }
  const building = value.building as string;
  const series = seriesId(building, value.meter as string);
  const key = record.key === building ? null : record.key;
  const restText = rest ? JSON.stringify(rest) : null;
  bound.push(series, value.at as number, value.energyImportWh as number, resolutionWh, powerW, apparentPowerVa);
  bound.push(energyExportWh, value.source as string, value.receivedAt as number, key, restText, now);
}

/** True where the required members fit their columns; `parseReading` judges the rest. */
function isReading(value: Record<string, unknown>): boolean {
  return (
    value.v === 1 &&
    typeof value.building === 'string' &&
    typeof value.meter === 'string' &&
    Number.isSafeInteger(value.at) &&
    Number.isSafeInteger(value.energyImportWh) &&
    Number.isSafeInteger(value.receivedAt) &&
    typeof value.source === 'string'
  );
}

const required: ReadonlySet<string> = new Set([
  'v',
  'building',
  'meter',
  'at',
  'energyImportWh',
  'source',
  'receivedAt',
]);
