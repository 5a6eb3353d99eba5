/**
 * A building replayed from everything that was stored: when readings came for days that are decided, something was declared about them, or on
 * purpose (`recompute`). Only what differs from what was published is published again, with its revision raised; closed periods stay, and get
 * adjustments.
 */
import type { Building } from '../domain/building.ts';
import type { Calendar } from '../domain/calendar.ts';
import { periodKinds } from '../domain/calendar.ts';
import {
  type Adjustment,
  type Anomaly,
  type MeterPeriod,
  type Recommendation,
  type Result,
  resultKey,
} from '../domain/results.ts';
import type { RangeQuery, ResultsReader, StoredReading } from '../results/port.ts';
import { noEffects } from './effects.ts';
import type { Numbering } from './numbering.ts';
import { contentHash } from './publish.ts';
import type { Published } from './published.ts';
import { Registry } from './registry.ts';
import {
  type BilledMeter,
  type BuildingState,
  createBuildingState,
  createMeterState,
  type PeriodState,
  type PreviousResults,
} from './state.ts';
import { BuildingProcessor } from './step.ts';
import type { Workspace } from './workspace.ts';

export type History = Pick<
  ResultsReader,
  | 'readings'
  | 'meterDays'
  | 'buildingDays'
  | 'anomalies'
  | 'recommendations'
  | 'climate'
  | 'meterPeriods'
  | 'buildingPeriods'
  | 'adjustments'
>;

export interface Rebuilt {
  readonly state: BuildingState;
  /** What must be published again. */
  readonly results: readonly Result[];
}

const readingsAtOnce = 5000;

export async function rebuild(
  building: Building,
  old: BuildingState,
  history: History,
  now: number,
  workspace: Workspace,
  calendar: Calendar,
): Promise<Rebuilt> {
  const everything: RangeQuery = { building: building.id, from: firstInstant, to: lastInstant };
  const stored = await storedResults(history, everything);
  const hashes = new Map(stored.map((result) => [resultKey(result), contentHash(result)]));
  const processor = new BuildingProcessor(building, workspace, carryOver(old, stored), calendar);
  const effects = noEffects();
  const latest = new Map<string, Result>();
  const gather = (last: boolean): void => {
    processor.replay(now, last, effects);
    for (const result of effects.results) latest.set(resultKey(result), result);
    effects.results.length = 0;
  };
  let waiting = 0;
  for await (const batch of history.readings({ ...everything, every: true })) {
    for (const reading of batch)
      processor.step({ type: 'reading', reading: asReading(building.id, reading, now) }, effects);
    waiting += batch.length;
    if (waiting < readingsAtOnce) continue;
    gather(false);
    waiting = 0;
  }
  gather(true);
  processor.state.previous = undefined;
  return {
    state: processor.state,
    results: [...latest].filter(([key, result]) => hashes.get(key) !== contentHash(result)).map(([, result]) => result),
  };
}

/** Years that no reading leaves, within what every store takes. */
const firstInstant = Date.UTC(1980, 0, 1);
const lastInstant = Date.UTC(2200, 0, 1);

/** What a replay cannot find in the readings. */
function carryOver(old: BuildingState, stored: readonly Result[]): BuildingState {
  const state = createBuildingState(old.building);
  const { watchedSince, declared, live, failures, buses, temperatures, rejectedUnknown } = old;
  Object.assign(state, { watchedSince, declared, live, failures, buses, temperatures, rejectedUnknown });
  for (const [id, meter] of old.meters) {
    state.numbering.of(id);
    state.meters.set(id, { ...createMeterState(id), rejected: meter.rejected, registerLimitWh: meter.registerLimitWh });
  }
  state.previous = previousOf(stored, old);
  state.periods = new Map([
    ...closedLongAgo(stored, old, state.numbering),
    ...[...old.periods].filter(([, { closed }]) => closed),
  ]);
  return state;
}

/** Closed periods that the state has let go: what was billed stands in the store. */
function closedLongAgo(stored: readonly Result[], old: BuildingState, numbering: Numbering): Map<string, PeriodState> {
  const found = new Map<string, PeriodState>();
  for (const whole of stored) {
    if (whole.kind !== 'building_period' || whole.closedAt === null) continue;
    const key = `${whole.period}/${whole.start}`;
    if (old.periods.has(key)) continue;
    const isOwn = (result: MeterPeriod | Adjustment): boolean =>
      result.period === whole.period && result.start === whole.start;
    const adjustments = stored.filter((r): r is Adjustment => r.kind === 'adjustment' && isOwn(r));
    const billed = stored.filter((r): r is MeterPeriod => r.kind === 'meter_period' && isOwn(r) && r.occupancy === 0);
    found.set(key, {
      kind: whole.period,
      start: whole.start,
      end: whole.end,
      toldAt: whole.closedAt,
      published: new Registry('period', numbering),
      closed: {
        at: whole.closedAt,
        by: 'releve',
        billed: new Map(billed.map((result) => [result.meter, billedOf(result, adjustments)])),
      },
    });
  }
  return found;
}

function billedOf({ meter, energyWh, amountCents }: MeterPeriod, adjustments: readonly Adjustment[]): BilledMeter {
  const own = adjustments.filter((adjustment) => adjustment.meter === meter);
  return {
    energyWh,
    amountCents,
    adjustedWh: own.reduce((sum, adjustment) => sum + adjustment.energyWh, 0),
    adjustedCents: own.reduce((sum, adjustment) => sum + (adjustment.amountCents ?? 0), 0),
    sequence: Math.max(0, ...own.map(({ sequence }) => sequence)),
  };
}

async function storedResults(history: History, query: RangeQuery): Promise<Result[]> {
  const [days, buildingDays, anomalies, recommendations, climate, adjustments, ...periods] = await Promise.all([
    history.meterDays(query),
    history.buildingDays(query),
    history.anomalies(query),
    history.recommendations(query),
    history.climate(query),
    history.adjustments(query),
    ...periodKinds.flatMap((period) => [
      history.meterPeriods({ ...query, period }),
      history.buildingPeriods({ ...query, period }),
    ]),
  ]);
  return [...days, ...buildingDays, ...anomalies, ...recommendations, ...climate, ...adjustments, ...periods.flat()];
}

function previousOf(stored: readonly Result[], old: BuildingState): PreviousResults {
  const days = new Map<number, Map<string, Published>>();
  const periods = new Map<string, Map<string, Published>>();
  for (const result of stored) {
    const key = shortKey(result);
    if (key === null) continue;
    const registry =
      result.kind === 'meter_period' || result.kind === 'building_period'
        ? entryOf(periods, `${result.period}/${result.start}`)
        : entryOf(days, result.start);
    registry.set(key, publishedOf(result));
  }
  return {
    days,
    periods,
    closed: new Map([...old.periods].map(([key, period]) => [key, period.closed])),
    toldAt: new Map([...old.periods].map(([key, period]) => [key, period.toldAt])),
    newestAt: new Map([...old.meters].map(([id, { lastReadingAt }]) => [id, lastReadingAt])),
  };
}

function entryOf<K>(map: Map<K, Map<string, Published>>, key: K): Map<string, Published> {
  let registry = map.get(key);
  if (!registry) {
    registry = new Map();
    map.set(key, registry);
  }
  return registry;
}

/** Null for what has no registry of a day or period: silence and buses, which the wall clock raises, and adjustments. */
function shortKey(result: Result): string | null {
  switch (result.kind) {
    case 'meter_day':
      return `m/${result.meter}`;
    case 'building_day':
      return 'b';
    case 'climate':
      return 'c';
    case 'anomaly':
      return result.type === 'compteur_silencieux' || result.type === 'bus_degrade'
        ? null
        : `a/${result.type}/${result.meter ?? result.bus ?? ''}`;
    case 'recommendation':
      return `r/${result.code}`;
    case 'meter_period':
      return `m/${result.meter}/${result.occupancy}`;
    case 'building_period':
      return 'b';
    case 'adjustment':
      return null;
  }
}

function publishedOf(result: Result): Published {
  const published: Published = { revision: result.revision, hash: contentHash(result) };
  if (result.kind === 'anomaly')
    return {
      ...published,
      open: result.open,
      openedAt: result.openedAt,
      last: result.open ? (result satisfies Anomaly) : undefined,
    };
  if (result.kind === 'recommendation')
    return { ...published, open: result.open, lastAdvice: result.open ? (result satisfies Recommendation) : undefined };
  return published;
}

function asReading(
  building: string,
  { meter, at, energyImportWh, powerW, apparentPowerVa, resolutionWh }: StoredReading,
  now: number,
) {
  return {
    building,
    meter,
    at,
    energyImportWh,
    powerW: powerW ?? undefined,
    apparentPowerVa: apparentPowerVa ?? undefined,
    resolutionWh: resolutionWh ?? undefined,
    source: 'import' as const,
    receivedAt: now,
  };
}
