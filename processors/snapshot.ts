/**
 * A building's state as records of the changelog: JSON, deflated, base64, cut into chunks well below Kafka's 1 MB.
 *
 * The layout has a version; `migrations` takes an older one forward, and a newer one is refused (upgrade this side first).
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { MeterDay } from '../domain/results.ts';
import { ReadingTail } from './consumption/tail.ts';
import { MeterDays } from './meter-days.ts';
import { Numbering } from './numbering.ts';
import type { Published } from './published.ts';
import { Registry } from './registry.ts';
import { type BuildingState, type DayState, type MeterState, type PeriodState, settle } from './state.ts';

export const stateVersion = 1;
/** Base64 characters a record. */
export const chunkLength = 256 * 1024;

/** The chunks of a state. */
export function encodeState(state: BuildingState): string[] {
  const text = JSON.stringify({ version: stateVersion, state: pack(state) });
  const base64 = deflateRawSync(text, { level: 1 }).toString('base64');
  const chunks: string[] = [];
  for (let from = 0; from < base64.length; from += chunkLength) chunks.push(base64.slice(from, from + chunkLength));
  return chunks;
}

export function decodeState(chunks: readonly string[]): BuildingState {
  const text = inflateRawSync(Buffer.from(chunks.join(''), 'base64')).toString();
  let parsed = JSON.parse(text) as { version: number; state: unknown };
  while (parsed.version < stateVersion) {
    const migration = migrations[parsed.version];
    if (!migration) break;
    parsed = { version: parsed.version + 1, state: migration(parsed.state) };
  }
  if (parsed.version !== stateVersion)
    throw new Error(
      `state version ${parsed.version} is not ${stateVersion}: upgrade this program, or rebuild the state`,
    );
  return unpack(parsed.state as PackedState);
}

/** `migrations[n]` takes a state of version n to n + 1. */
const migrations: Readonly<Record<number, (state: unknown) => unknown>> = {};

type PackedMeter = Omit<MeterState, 'tail' | 'decidedTo' | 'dirtyFrom' | 'acceptedAt' | 'lastReadingAt'> & {
  readonly tail: readonly (number | null)[];
  readonly decidedTo: number | null;
  readonly dirtyFrom: Extended;
  readonly acceptedAt: number | null;
  readonly lastReadingAt: number | null;
};
type PackedDay = Omit<DayState, 'meters' | 'published' | 'nextChangeAt'> & {
  readonly meters: [string, MeterDay][];
  readonly published: [string, Published][];
  readonly nextChangeAt: number | null;
};
type PackedPeriod = Omit<PeriodState, 'published' | 'closed'> & {
  readonly published: [string, Published][];
  readonly closed: { at: number; by: string; billed: [string, unknown][] } | null;
};
/** −Infinity and Infinity are no JSON. */
type Extended = number | '-' | '+';

interface PackedState {
  readonly building: string;
  readonly eventClock: number | null;
  readonly watchedSince: number | null;
  readonly meters: PackedMeter[];
  readonly days: PackedDay[];
  readonly memory: [number, unknown][];
  readonly periods: [string, PackedPeriod][];
  readonly declared: unknown[];
  readonly live: [string, Published][];
  readonly failures: [string, number][];
  readonly buses: [string, unknown][];
  readonly temperatures: [string, number][];
  readonly climates: [string, unknown][];
  readonly rebuildFrom: number | null;
  readonly rejectedUnknown: number;
  readonly periodsDirtyFrom: Extended;
  readonly lastPeriodsAt: Extended;
  readonly decidedTo: number | null;
}

function pack(state: BuildingState): PackedState {
  for (const meter of state.meters.values()) settle(meter);
  return {
    building: state.building,
    eventClock: finite(state.eventClock),
    watchedSince: state.watchedSince,
    meters: [...state.meters.values()].map((meter) => ({
      ...meter,
      base: meter.base && { ...meter.base, powerW: nullable(meter.base.powerW) as number },
      tail: packTail(meter.tail),
      decidedTo: finite(meter.decidedTo),
      dirtyFrom: extended(meter.dirtyFrom),
      acceptedAt: finite(meter.acceptedAt),
      lastReadingAt: finite(meter.lastReadingAt),
      parts: meter.parts.map((part) => ({ ...part, startIntervalEnd: finite(part.startIntervalEnd) as number })),
    })),
    days: [...state.days.values()].map((day) => ({
      ...day,
      meters: [...day.meters],
      published: [...day.published],
      nextChangeAt: finite(day.nextChangeAt),
    })),
    memory: [...state.memory],
    periods: [...state.periods].map(([key, period]) => [
      key,
      {
        ...period,
        published: [...period.published],
        closed: period.closed && { ...period.closed, billed: [...period.closed.billed] },
      },
    ]),
    declared: state.declared,
    live: [...state.live],
    failures: [...state.failures],
    buses: [...state.buses],
    temperatures: [...state.temperatures],
    climates: [...state.climates],
    rebuildFrom: state.rebuildFrom,
    rejectedUnknown: state.rejectedUnknown,
    periodsDirtyFrom: extended(state.periodsDirtyFrom),
    lastPeriodsAt: extended(state.lastPeriodsAt),
    decidedTo: finite(state.decidedTo),
  };
}

function unpack(packed: PackedState): BuildingState {
  const numbering = new Numbering();
  for (const { id } of packed.meters) numbering.of(id);
  return {
    building: packed.building,
    eventClock: packed.eventClock ?? Number.NEGATIVE_INFINITY,
    watchedSince: packed.watchedSince,
    meters: new Map(packed.meters.map((meter) => [meter.id, unpackMeter(meter)])),
    numbering,
    days: new Map(
      packed.days.map((day) => [
        day.start,
        {
          ...day,
          meters: new MeterDays(numbering, { building: packed.building, ...windowOf(day) }, day.meters),
          published: new Registry('day', numbering, day.published),
          nextChangeAt: day.nextChangeAt ?? Number.POSITIVE_INFINITY,
        } as DayState,
      ]),
    ),
    memory: new Map(packed.memory.sort(([a], [b]) => a - b)) as BuildingState['memory'],
    periods: new Map(
      packed.periods.map(([key, period]) => [
        key,
        {
          ...period,
          toldAt: period.toldAt ?? period.end,
          published: new Registry('period', numbering, period.published),
          closed: period.closed && { ...period.closed, billed: new Map(period.closed.billed) },
        } as PeriodState,
      ]),
    ),
    declared: packed.declared as BuildingState['declared'],
    live: new Map(packed.live),
    failures: new Map(packed.failures),
    buses: new Map(packed.buses) as BuildingState['buses'],
    temperatures: new Map(packed.temperatures),
    climates: new Map(packed.climates) as BuildingState['climates'],
    rebuildFrom: packed.rebuildFrom,
    rejectedUnknown: packed.rejectedUnknown,
    periodsDirtyFrom: unextended(packed.periodsDirtyFrom),
    lastPeriodsAt: unextended(packed.lastPeriodsAt),
    decidedTo: packed.decidedTo ?? Number.NEGATIVE_INFINITY,
  };
}

function windowOf({ date, start, end }: PackedDay): Pick<DayState, 'date' | 'start' | 'end'> {
  return { date, start, end };
}

function unpackMeter(packed: PackedMeter): MeterState {
  return {
    ...packed,
    base: packed.base && { ...packed.base, powerW: (packed.base.powerW as number | null) ?? Number.NaN },
    tail: unpackTail(packed.tail),
    decidedTo: packed.decidedTo ?? Number.NEGATIVE_INFINITY,
    dirtyFrom: unextended(packed.dirtyFrom),
    acceptedAt: packed.acceptedAt ?? Number.NEGATIVE_INFINITY,
    lastReadingAt: packed.lastReadingAt ?? Number.NEGATIVE_INFINITY,
    parts: packed.parts.map((part) => ({
      ...part,
      startIntervalEnd: (part.startIntervalEnd as number | null) ?? Number.NEGATIVE_INFINITY,
      pricedEstimatedWh: part.pricedEstimatedWh ?? part.startEstimatedWh,
    })),
  };
}

/** Differences deflate well: instant, index, power, apparent power, step, five numbers a reading. */
function packTail(tail: ReadingTail): (number | null)[] {
  const packed: (number | null)[] = [];
  const { at, indexWh, powerW, apparentVa, resolutionWh, length } = tail.unfolded();
  for (let i = 0; i < length; i++)
    packed.push(
      (at[i] as number) - (at[i - 1] ?? 0),
      (indexWh[i] as number) - (indexWh[i - 1] ?? 0),
      nullable(powerW[i] as number),
      nullable(apparentVa[i] as number),
      resolutionWh[i] as number,
    );
  return packed;
}

function unpackTail(packed: readonly (number | null)[]): ReadingTail {
  const tail = new ReadingTail();
  let at = 0;
  let indexWh = 0;
  for (let i = 0; i < packed.length; i += 5) {
    at += packed[i] as number;
    indexWh += packed[i + 1] as number;
    tail.insert(at, indexWh, packed[i + 2] ?? Number.NaN, packed[i + 3] ?? Number.NaN, packed[i + 4] as number);
  }
  return tail;
}

function nullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function extended(value: number): Extended {
  if (Number.isFinite(value)) return value;
  return value > 0 ? '+' : '-';
}

function unextended(value: Extended): number {
  if (value === '+') return Number.POSITIVE_INFINITY;
  return value === '-' ? Number.NEGATIVE_INFINITY : value;
}
