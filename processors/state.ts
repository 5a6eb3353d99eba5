/**
 * A building's state: what must be remembered to revise what can still change, and nothing more.
 *
 * A meter keeps its distinct readings from `decidedTo` on (about four days, or since its last accepted reading while it is silent); everything
 * before is folded into its base. Days and periods keep their last published revision while they can change.
 */
import type { DeclaredEvent } from '../domain/events.ts';
import type { BoundaryQuality, PeriodKind } from '../domain/window.ts';
import type { Leak } from './analysis/leak.ts';
import { ReadingTail } from './consumption/tail.ts';
import type { FoldBase } from './consumption/validate.ts';
import type { MeterDays } from './meter-days.ts';
import { Numbering } from './numbering.ts';
import type { Published } from './published.ts';
import type { Registry } from './registry.ts';

/** The account of a meter's readings that are behind `decidedTo`. */
export interface DecidedCounts {
  used: number;
  conflicts: number;
  glitches: number;
  quarantined: number;
}

/** A part of a period (an occupant's stay, or the whole) that began before `decidedTo`. */
export interface PartState {
  readonly kind: PeriodKind;
  readonly periodStart: number;
  readonly start: number;
  readonly end: number;
  /** max(start, first reading) and E there; null: nothing known yet. */
  fromAt: number | null;
  fromWh: number | null;
  startQuality: BoundaryQuality;
  /** Of the long interval that crosses the start: its part after it, and its end. */
  startEstimatedWh: number;
  startIntervalEnd: number;
  /** Wh by tariff and slot (`<tariff start>/<slot>`) up to decidedTo. */
  slotsWh: Record<string, number>;
  /** Wh up to decidedTo from intervals longer than maxGap that cross an edge of the part or a price boundary. */
  pricedEstimatedWh: number;
  replaced: boolean;
  glitched: boolean;
  conflicted: boolean;
  /** Set when the part's end is decided. */
  done: {
    energyWh: number | null;
    startQuality: BoundaryQuality;
    endQuality: BoundaryQuality;
    estimatedWh: number;
  } | null;
}

export interface MeterState {
  readonly id: string;
  base: FoldBase | null;
  /** Everything before this local midnight is decided; −Infinity: nothing. */
  decidedTo: number;
  readonly tail: ReadingTail;
  /** The earliest instant whose results may have changed since the last publication; Infinity: none. */
  dirtyFrom: number;
  /** The last instant that was accepted for good at the last publication; −Infinity: none. */
  acceptedAt: number;
  decided: DecidedCounts;
  duplicates: number;
  late: number;
  rejected: number;
  /** Newest reading of any verdict; −Infinity: never. */
  lastReadingAt: number;
  parts: PartState[];
  /** Where the register wraps, as the meter's readings say; null: they do not. */
  registerLimitWh: number | null;
  /** First accepted instant, once decided. */
  firstAt: number | null;
  /** E at instants before `decidedTo` that a shared remainder may still begin or end at. */
  marks: { readonly at: number; readonly energyWh: number }[];
}

/** What powers and balance of a day were when its readings were last at hand. */
export interface DayFacts {
  maxVa: number | null;
  maxVaAt: number | null;
  remainderFloorW: number | null;
  leak: Leak;
  /** Σ tenants + common over the same two instants. */
  meteredWh: number | null;
  balanceGeneralWh: number | null;
  /** Greatest Σ of the tenants' 10-minute demands, W; null where unknown. */
  tenantsPeakW: number | null;
  /** Standstills of frozen meters, by meter. */
  frozen: Record<string, { from: number; to: number; integratedWh: number }[]>;
  resolutionWh: Record<string, number>;
}

export interface DayState {
  readonly start: number;
  readonly end: number;
  readonly date: string;
  readonly meters: MeterDays;
  facts: DayFacts | null;
  /** When its status changes by the clock alone; Infinity: never again. */
  nextChangeAt: number;
  /** By short key: `m/LOC01`, `b`, `a/type/subject`, `r/code`. */
  readonly published: Registry;
}

/** What the rules of later days remember of a day: a year of it, the meters' energies for nine weeks. */
export interface DayMemory {
  readonly date: string;
  readonly generalWh: number | null;
  readonly demandMaxW: number | null;
  readonly remainderFloorW: number | null;
  energyWh: Record<string, number>;
}

export interface ClimateMemory {
  readonly heatingWhPerDegreeDay: number;
  readonly coolingWhPerDegreeDay: number;
  readonly r2: number | null;
}

export interface BilledMeter {
  readonly energyWh: number | null;
  readonly amountCents: number | null;
  adjustedWh: number;
  adjustedCents: number;
  sequence: number;
}

export interface PeriodState {
  readonly kind: PeriodKind;
  readonly start: number;
  readonly end: number;
  /** Wall clock when it was first told: history that was brought in has as long to be completed as a period that has just ended. */
  readonly toldAt: number;
  readonly published: Registry;
  closed: { at: number; by: string; billed: Map<string, BilledMeter> } | null;
}

export interface BusHour {
  readonly at: number;
  readonly polls: number;
  readonly answers: number;
}

export interface BuildingState {
  readonly building: string;
  /** Greatest instant of any reading; −Infinity: none. */
  eventClock: number;
  /** The wall clock makes days from here on; null: history only. */
  watchedSince: number | null;
  meters: Map<string, MeterState>;
  /** Of the meters in their order, and of stays. Never stored. */
  readonly numbering: Numbering;
  days: Map<number, DayState>;
  /** By day start, ascending. */
  memory: Map<number, DayMemory>;
  periods: Map<string, PeriodState>;
  declared: DeclaredEvent[];
  /** Anomalies that the wall clock alone raises, by `a/type/subject/day start`. */
  live: Map<string, Published>;
  /** Failed polls of the last hour, by meter. */
  failures: Map<string, number>;
  buses: Map<string, BusHour[]>;
  /** Daily mean outdoor temperature by local date. */
  temperatures: Map<string, number>;
  /** Climate signatures of the last 14 months, by local date. */
  climates: Map<string, ClimateMemory>;
  /** Readings came for days that are decided: the building must be replayed from here; null: no. */
  rebuildFrom: number | null;
  /** Readings of meters that the configuration does not know. */
  rejectedUnknown: number;
  periodsDirtyFrom: number;
  lastPeriodsAt: number;
  /** Days before this local midnight are decided for every meter that is not silent. */
  decidedTo: number;
  /** During a replay: what was published before, so that revisions go on. Never stored. */
  previous?: PreviousResults | undefined;
}

/** Published registries by day start, and by `kind/start` of periods. */
export interface PreviousResults {
  readonly days: ReadonlyMap<number, Map<string, Published>>;
  readonly periods: ReadonlyMap<string, Map<string, Published>>;
  readonly closed: ReadonlyMap<string, PeriodState['closed']>;
  readonly toldAt: ReadonlyMap<string, number>;
  /** Of each meter, the instant of its newest reading: more is to come until then. */
  readonly newestAt: ReadonlyMap<string, number>;
}

export function createMeterState(id: string): MeterState {
  return {
    id,
    base: null,
    decidedTo: Number.NEGATIVE_INFINITY,
    tail: new ReadingTail(),
    dirtyFrom: Number.POSITIVE_INFINITY,
    acceptedAt: Number.NEGATIVE_INFINITY,
    decided: { used: 0, conflicts: 0, glitches: 0, quarantined: 0 },
    duplicates: 0,
    late: 0,
    rejected: 0,
    lastReadingAt: Number.NEGATIVE_INFINITY,
    parts: [],
    registerLimitWh: null,
    firstAt: null,
    marks: [],
  };
}

export function createBuildingState(building: string): BuildingState {
  return {
    building,
    eventClock: Number.NEGATIVE_INFINITY,
    watchedSince: null,
    meters: new Map(),
    numbering: new Numbering(),
    days: new Map(),
    memory: new Map(),
    periods: new Map(),
    declared: [],
    live: new Map(),
    failures: new Map(),
    buses: new Map(),
    temperatures: new Map(),
    climates: new Map(),
    rebuildFrom: null,
    rejectedUnknown: 0,
    periodsDirtyFrom: Number.POSITIVE_INFINITY,
    lastPeriodsAt: Number.NEGATIVE_INFINITY,
    decidedTo: Number.NEGATIVE_INFINITY,
  };
}

export function meterStateOf(state: BuildingState, id: string): MeterState {
  let meter = state.meters.get(id);
  if (!meter) {
    meter = createMeterState(id);
    state.numbering.of(id);
    state.meters.set(id, meter);
  }
  return meter;
}

export function hasBeenRead({ lastReadingAt }: MeterState): boolean {
  return lastReadingAt !== Number.NEGATIVE_INFINITY;
}

/** Readings that came out of order are put in their place. */
export function settle(meter: MeterState): void {
  meter.duplicates += meter.tail.settle();
}
