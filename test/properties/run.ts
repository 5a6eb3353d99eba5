/** Runs the product's reducer over readings and keeps the last published state of every result, as a compacted topic would. */
import type { Building } from '../../domain/building.ts';
import { type Calendar, createCalendar } from '../../domain/calendar.ts';
import type { Reading } from '../../domain/reading.ts';
import { type Result, resultKey } from '../../domain/results.ts';
import { type Account, accountOf } from '../../processors/account.ts';
import { type Effects, noEffects } from '../../processors/effects.ts';
import { rebuild } from '../../processors/rebuild.ts';
import { decodeState, encodeState } from '../../processors/snapshot.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';

export interface RunOptions {
  /** Flush after the reading where this is true, at the instant of its reception. */
  readonly flushAfter?: (position: number) => boolean;
  /** Encode the state, forget everything and decode it where this is true. */
  readonly restartAfter?: (position: number) => boolean;
  /** Wall clock of the last flush. */
  readonly now: number;
}

export interface Run {
  readonly results: Map<string, Result>;
  readonly account: Account;
  readonly effects: Effects;
  readonly processor: BuildingProcessor;
  /** Every result in the order of publication. */
  readonly published: readonly Result[];
  /** How many of the readings, in the order of delivery, went through the last replay. */
  readonly replayed: number;
}

const calendars = new Map<string, Calendar>();

export function calendarOf(timezone: string): Calendar {
  const known = calendars.get(timezone) ?? createCalendar(timezone);
  calendars.set(timezone, known);
  return known;
}

/** Readings in the order of their delivery; a replay that the reducer asks for is made at once, as a task makes it. */
export async function run(building: Building, readings: readonly Reading[], options: RunOptions): Promise<Run> {
  const calendar = calendarOf(building.timezone);
  const effects = noEffects();
  let processor = new BuildingProcessor(building, new Workspace(), undefined, calendar);
  let replayed = 0;
  for (const [position, reading] of readings.entries()) {
    processor.step({ type: 'reading', reading }, effects);
    if (options.flushAfter?.(position)) {
      processor.step({ type: 'flush', now: reading.receivedAt, settled: position % 2 === 0 }, effects);
      if (processor.state.rebuildFrom !== null) {
        replayed = position + 1;
        processor = await replay(processor, readings.slice(0, replayed), effects, reading.receivedAt);
      }
    }
    if (options.restartAfter?.(position)) {
      const state = decodeState(encodeState(processor.state));
      processor = new BuildingProcessor(building, new Workspace(), state, calendar);
    }
  }
  processor.step({ type: 'flush', now: options.now, settled: true }, effects);
  if (processor.state.rebuildFrom !== null) {
    replayed = readings.length;
    processor = await replay(processor, readings, effects, options.now);
  }
  const published = [...effects.results];
  return {
    results: new Map(published.map((result) => [resultKey(result), result])),
    account: accountOf(processor, new Workspace()),
    effects,
    processor,
    published,
    replayed,
  };
}

/** The processor after a replay of everything that was read, from a store that has it all; what changed is appended to the effects. */
export async function replay(
  { configured, state }: BuildingProcessor,
  readings: readonly Reading[],
  effects: Effects,
  now: number,
): Promise<BuildingProcessor> {
  const store = openSqliteStore(':memory:');
  await store.results.write([...readings, ...effects.results]);
  const calendar = calendarOf(configured.timezone);
  const rebuilt = await rebuild(configured, state, store.results, now, new Workspace(), calendar);
  store.close();
  effects.results.push(...rebuilt.results);
  return new BuildingProcessor(configured, new Workspace(), rebuilt.state, calendar);
}

/** A replay takes what was stored, late or not: as a file brought in would. */
export function asReplayed(readings: readonly Reading[], replayed: number): Reading[] {
  return readings.map((reading, i) => (i < replayed ? { ...reading, source: 'import' } : reading));
}

/** In the order of reception. */
export function delivered(readings: readonly Reading[]): Reading[] {
  return [...readings].sort((a, b) => a.receivedAt - b.receivedAt || a.at - b.at);
}

/** What must not depend on the order: everything but revisions, instants of anomalies, and findings that are no more. */
export function lasting(results: ReadonlyMap<string, Result>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [key, result] of [...results].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (result.kind === 'anomaly' && (!result.open || result.type === 'compteur_silencieux')) continue;
    if (result.kind === 'recommendation' && !result.open) continue;
    const { revision: _revision, ...fields } = result;
    const content: Record<string, unknown> = { ...fields };
    delete content.openedAt;
    delete content.updatedAt;
    if (result.kind === 'anomaly') delete content.closedAt;
    kept[key] = JSON.stringify(content);
  }
  return kept;
}

export function casesOf(usual: number): number {
  return Number(process.env.LAW_CASES ?? usual);
}
