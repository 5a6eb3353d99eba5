/**
 * What `api` asks about: one building with 400 days of readings a quarter of an hour apart, made once a day, because the peer knows no other
 * date than today. Ours come in by `releve import`; the meter states, which a live bus gives, are written beside them.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadConfiguration } from '../bin/configuration.ts';
import type { Building } from '../domain/building.ts';
import type { MeterState } from '../domain/telemetry.ts';
import type { ResultsReader, ResultsWriter } from '../results/port.ts';
import { flaskPeer, pythonOf } from './api-peer.ts';

const days = 400;
const stepMs = 900_000;
const dayMs = 86_400_000;
const itemsAtOnce = 5_000;

const cache = fileURLToPath(new URL('../.cache/bench/api', import.meta.url));
export const sqliteFile = `${cache}/data/releve.sqlite`;
export const flaskFile = `${cache}/flask.sqlite`;

export function building(): Building {
  const [first] = loadConfiguration(undefined).buildings;
  if (!first) throw new Error('no building');
  return first;
}

/** The same readings for both programs. */
export async function prepare(): Promise<void> {
  const mark = `${cache}/ready-2-${new Date().toISOString().slice(0, 10)}`;
  if (existsSync(mark)) return;
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(`${cache}/data`, { recursive: true });
  const csv = `${cache}/readings.csv`;
  await writeReadings(csv);
  const bin = fileURLToPath(new URL('../bin/releve.ts', import.meta.url));
  execFileSync(process.execPath, [bin, 'import', csv, '--data-dir', `${cache}/data`], { stdio: 'ignore' });
  execFileSync(pythonOf(), [`${flaskPeer}/serve.py`, 'load', csv, flaskFile], { stdio: 'inherit' });
  renameSync(csv, mark);
}

/** Everything the routes read, from one store into another. */
export async function copyResults(reader: ResultsReader, writer: ResultsWriter): Promise<void> {
  const query = { building: building().id, from: 0, to: Date.now() + dayMs };
  await writeAll(writer, await reader.meterDays(query));
  await writeAll(writer, await reader.buildingDays(query));
  await writeAll(writer, await reader.anomalies(query));
  await writeAll(writer, await reader.recommendations(query));
  await writeAll(writer, await reader.climate(query));
  for (const period of ['month', 'quarter', 'year'] as const) {
    await writeAll(writer, await reader.meterPeriods({ ...query, period }));
    await writeAll(writer, await reader.buildingPeriods({ ...query, period }));
  }
  await writeAll(writer, await reader.meterStateHistory(query));
}

async function writeAll(writer: ResultsWriter, items: Parameters<ResultsWriter['write']>[0]): Promise<void> {
  for (let from = 0; from < items.length; from += itemsAtOnce) {
    const outcome = await writer.write(items.slice(from, from + itemsAtOnce));
    if (outcome.outcome !== 'done' || outcome.refused.length > 0)
      throw new Error(JSON.stringify(outcome).slice(0, 300));
  }
}

/** What a live bus tells each minute of each meter, of the last hour. */
export function writeStates(writer: ResultsWriter): Promise<void> {
  return writeAll(writer, states(Math.floor(Date.now() / 60_000) * 60_000));
}

function states(now: number): MeterState[] {
  const { id, meters } = building();
  return Array.from({ length: 60 }, (_, minute) => now - minute * 60_000).flatMap((at) =>
    meters.map(
      (meter): MeterState => ({
        v: 1,
        kind: 'meter_state',
        building: id,
        meter: meter.id,
        at,
        secondsSinceReading: 30,
        state: 'actif',
        failures1h: 0,
      }),
    ),
  );
}

async function writeReadings(path: string): Promise<void> {
  const file = createWriteStream(path);
  file.write('meter,at,energy_import_wh,power_w\n');
  const end = Math.floor(Date.now() / stepMs) * stepMs;
  const indexes = new Map<string, number>();
  for (let at = end - days * 86_400_000; at <= end; at += stepMs) {
    const hour = (at / 3_600_000) % 24;
    let whole = 60;
    for (let lot = 1; lot <= 20; lot++) {
      const watts = Math.round(
        (150 + 11 * lot) * (1 + 0.8 * Math.sin(((hour - 9) * Math.PI) / 12)) + (((at / stepMs) * lot) % 97),
      );
      const wh = Math.round(watts / 4);
      whole += wh;
      const meter = `LOC${String(lot).padStart(2, '0')}`;
      indexes.set(meter, (indexes.get(meter) ?? 1_000_000) + wh);
      file.write(`${meter},${new Date(at).toISOString()},${indexes.get(meter)},${watts}\n`);
    }
    indexes.set('GLOBAL', (indexes.get('GLOBAL') ?? 50_000_000) + whole);
    if (!file.write(`GLOBAL,${new Date(at).toISOString()},${indexes.get('GLOBAL')},${whole * 4}\n`))
      await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}
