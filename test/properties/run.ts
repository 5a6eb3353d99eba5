/** Runs the product's reducer over readings and keeps the last published state of every result, as a compacted topic would. */
import type { Building } from '../../domain/building.ts';
import { type Calendar, createCalendar } from '../../domain/calendar.ts';
import type { Reading } from '../../domain/reading.ts';
import { type Result, resultKey } from '../../domain/results.ts';
import { type Account, accountOf } from '../../processors/account.ts';
import { type Effects, noEffects } from '../../processors/effects.ts';
import { decodeState, encodeState } from '../../processors/snapshot.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';

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
}

const calendars = new Map<string, Calendar>();

export function calendarOf(timezone: string): Calendar {
  const known = calendars.get(timezone) ?? createCalendar(timezone);
  calendars.set(timezone, known);
  return known;
}

/** Readings in the order of their delivery. */
export function run(building: Building, readings: readonly Reading[], options: RunOptions): Run {
  const calendar = calendarOf(building.timezone);
  const effects = noEffects();
  let workspace = new Workspace();
  let processor = new BuildingProcessor(building, workspace, undefined, calendar);
  readings.forEach((reading, position) => {
    processor.step({ type: 'reading', reading }, effects);
    if (options.flushAfter?.(position))
      processor.step({ type: 'flush', now: reading.receivedAt, settled: position % 2 === 0 }, effects);
    if (options.restartAfter?.(position)) {
      const state = decodeState(encodeState(processor.state));
      workspace = new Workspace();
      processor = new BuildingProcessor(building, workspace, state, calendar);
    }
  });
  processor.step({ type: 'flush', now: options.now, settled: true }, effects);
  const published = [...effects.results];
  return {
    results: new Map(published.map((result) => [resultKey(result), result])),
    account: accountOf(processor, workspace),
    effects,
    processor,
    published,
  };
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
