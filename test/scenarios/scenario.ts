/**
 * A scenario folder: `config.yaml` as people write it, `readings.csv` as people import it (with a column `received_at` the readings are live,
 * of a bus), `expected.json` with the wall clock's steps and the figures that `note.md` derives by hand.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Building } from '../../domain/building.ts';
import { parseConfig } from '../../domain/config/parse.ts';
import { parseDeclaredEvent } from '../../domain/events.ts';
import { parseReading, type Reading } from '../../domain/reading.ts';
import type { BusHealth } from '../../domain/telemetry.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Exactly one of the results in force has the fields of `where`, and the fields of `is`; with `none` no result has those of `where`. */
export interface Expectation {
  readonly where: Fields;
  readonly is?: Fields;
  readonly none?: true;
}

export interface Step {
  /** Wall clock. Live readings received until then are delivered first; imported ones all at the first step. */
  readonly now: string;
  /** The wall clock's minute instead of a publication. */
  readonly watch?: true;
  /** Bodies of the events topic, told at this step. */
  readonly declared?: readonly Fields[];
  readonly buses?: readonly BusHealth[];
  readonly expect: readonly Expectation[];
}

export interface Scenario {
  readonly building: Building;
  readonly readings: readonly Reading[];
  readonly rejected: readonly string[];
  readonly steps: readonly Step[];
  readonly account?: Fields;
}

export function readScenario(folder: string): Scenario {
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const config = parseConfig([{ name: 'config.yaml', text: text('config.yaml') }], () => '');
  const building = config.buildings[0];
  if (!building) throw new Error(`${folder}: no building`);
  const expected = JSON.parse(text('expected.json')) as Pick<Scenario, 'steps' | 'account'>;
  const readings: Reading[] = [];
  const rejected: string[] = [];
  for (const row of rowsOf(text('readings.csv'))) {
    const live = row.received_at !== undefined;
    const at = Date.parse(row.at ?? '');
    const parsed = parseReading({
      v: 1,
      building: building.id,
      meter: row.meter,
      at,
      energyImportWh: Number(row.energy_import_wh),
      powerW: row.power_w === undefined || row.power_w === '' ? undefined : Number(row.power_w),
      source: live ? 'mbus' : 'import',
      receivedAt: live ? Date.parse(row.received_at ?? '') : at,
    });
    if (parsed.ok) readings.push(parsed.value);
    else rejected.push(parsed.code);
  }
  return { building, readings, rejected, ...expected };
}

export function declaredEvent(body: Fields) {
  const parsed = parseDeclaredEvent(body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.facts));
  return parsed.value;
}

function rowsOf(text: string): Partial<Record<string, string>>[] {
  const [header = '', ...lines] = text.trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
}
