/**
 * The one reducer: (state, event) → (state, effects). No clock, no I/O, no randomness: the same events give the same state and effects.
 * The state is owned by the caller and changed in place; effects are appended to `effects`.
 */
import type { Building } from '../domain/building.ts';
import type { Calendar } from '../domain/calendar.ts';
import { createCalendar } from '../domain/calendar.ts';
import { type DeclaredEvent, declaredEventKey } from '../domain/events.ts';
import type { Reading } from '../domain/reading.ts';
import type { BusHealth } from '../domain/telemetry.ts';
import { type BuildingContext, createContext } from './context.ts';
import type { Effects } from './effects.ts';
import { evaluate } from './evaluate.ts';
import { flush, isDue } from './flush.ts';
import { closePeriod } from './periods.ts';
import { type BuildingState, createBuildingState, hasBeenRead, type MeterState, meterStateOf } from './state.ts';
import { observeBus, watch } from './watch.ts';
import type { Workspace } from './workspace.ts';

export type BuildingEvent =
  | { readonly type: 'reading'; readonly reading: Reading }
  | { readonly type: 'declared'; readonly event: DeclaredEvent; readonly now: number }
  | { readonly type: 'bus'; readonly health: BusHealth }
  /** Publish what changed. `settled`: nothing more is waiting to be read. */
  | { readonly type: 'flush'; readonly now: number; readonly settled: boolean }
  /** The wall clock's minute: meter states, silence, days that end without a reading. */
  | { readonly type: 'watch'; readonly now: number; readonly since: number };

/** What a reading of a meter needs, by one look-up. */
interface KnownMeter {
  readonly id: string;
  /** The meter that was read after this one, last time: meters are read in turn. */
  following: KnownMeter | undefined;
  readonly installedAt: number;
  readonly meter: MeterState;
}

/** One building under the reducer: configuration, what was declared, state. */
export class BuildingProcessor {
  readonly configured: Building;
  readonly state: BuildingState;
  context: BuildingContext;
  private readonly calendar: Calendar;
  private readonly workspace: Workspace;
  private readonly lookup = new Map<string, KnownMeter>();
  private latest: KnownMeter | undefined;

  constructor(
    configured: Building,
    workspace: Workspace,
    state = createBuildingState(configured.id),
    calendar = createCalendar(configured.timezone),
  ) {
    this.configured = configured;
    this.workspace = workspace;
    this.state = state;
    this.calendar = calendar;
    this.context = createContext(configured, state.declared, calendar);
  }

  step(event: BuildingEvent, effects: Effects): void {
    switch (event.type) {
      case 'reading':
        this.reading(event.reading, effects);
        break;
      case 'declared':
        this.declared(event.event, event.now, effects);
        break;
      case 'bus':
        observeBus(this.state, event.health);
        break;
      case 'flush':
        if (isDue(this.state, this.context, event.now))
          flush(this.state, this.context, this.workspace, event, effects.results);
        break;
      case 'watch':
        watch(this.state, this.context, event.now, event.since, effects);
        if (isDue(this.state, this.context, event.now))
          flush(this.state, this.context, this.workspace, { now: event.now, settled: true }, effects.results);
        break;
    }
  }

  /** True where publishing would have something to tell. */
  isDue(now: number): boolean {
    return isDue(this.state, this.context, now);
  }

  /** Publishes everything again in a replay of the whole building. */
  replay(now: number, last: boolean, effects: Effects): void {
    flush(this.state, this.context, this.workspace, { now, settled: last, replay: !last }, effects.results);
  }

  private reading(reading: Reading, effects: Effects): void {
    const { state, context } = this;
    const known = this.known(reading.meter);
    if (!known) {
      state.rejectedUnknown++;
      effects.rejects.push({ code: 'METER_UNKNOWN', facts: { meter: reading.meter }, record: reading });
      return;
    }
    const { meter, installedAt } = known;
    const { at } = reading;
    if (at < installedAt) {
      meter.rejected++;
      effects.rejects.push({
        code: 'BEFORE_INSTALLATION',
        facts: { at, installedAt },
        record: reading,
      });
      return;
    }
    if (reading.source !== 'import' && reading.receivedAt - at > context.building.latenessMs) {
      const lateMs = reading.receivedAt - (context.calendar.windowOf('day', at).end + context.building.latenessMs);
      if (lateMs > 0) {
        meter.late++;
        effects.late.push({ reading, code: 'LATE', lateMs });
        return;
      }
    }
    if (at < state.decidedTo && !this.isPending(meter, at)) {
      this.closed(reading, effects);
      return;
    }
    meter.tail.insert(
      at,
      reading.energyImportWh,
      reading.powerW ?? Number.NaN,
      reading.apparentPowerVa ?? Number.NaN,
      reading.resolutionWh ?? 1,
    );
    if (reading.registerLimitWh !== undefined && reading.registerLimitWh > (meter.registerLimitWh ?? 0))
      meter.registerLimitWh = reading.registerLimitWh;
    if (at > meter.lastReadingAt) {
      meter.lastReadingAt = at;
      // Of the readings that follow one another the first has said it.
      if (meter.dirtyFrom === Number.POSITIVE_INFINITY) meter.dirtyFrom = meter.acceptedAt;
    } else meter.dirtyFrom = Number.NEGATIVE_INFINITY;
    if (at > state.eventClock) state.eventClock = at;
  }

  private known(id: string): KnownMeter | undefined {
    const { latest } = this;
    const expected = latest?.following;
    if (expected?.id === id) {
      this.latest = expected;
      return expected;
    }
    const found = this.lookup.get(id) ?? this.introduced(id);
    if (latest) latest.following = found;
    this.latest = found;
    return found;
  }

  private introduced(id: string): KnownMeter | undefined {
    const context = this.context.byId.get(id);
    if (!context) return undefined;
    const { installedAt } = context.meter;
    const known = { id, following: undefined, installedAt, meter: meterStateOf(this.state, id) };
    this.lookup.set(id, known);
    return known;
  }

  /** A silent meter's days are kept for it; everybody else's are decided. */
  private isPending(meter: MeterState, at: number): boolean {
    if (!hasBeenRead(meter) || at < meter.decidedTo) return false;
    return this.state.days.has(this.context.calendar.windowOf('day', at).start);
  }

  private closed(reading: Reading, effects: Effects): void {
    const meter = meterStateOf(this.state, reading.meter);
    if (reading.source === 'import') {
      this.state.rebuildFrom = Math.min(this.state.rebuildFrom ?? reading.at, reading.at);
      return;
    }
    meter.late++;
    effects.late.push({
      reading,
      code: 'STATE_CLOSED',
      lateMs:
        reading.receivedAt - (this.context.calendar.windowOf('day', reading.at).end + this.context.building.latenessMs),
    });
  }

  private declared(event: DeclaredEvent, now: number, effects: Effects): void {
    const { state } = this;
    const key = declaredEventKey(event);
    const same = state.declared.find((known) => declaredEventKey(known) === key);
    if (same && JSON.stringify(same) === JSON.stringify(event)) return;
    if (event.type === 'temperature') {
      state.temperatures.set(event.date, event.celsius);
      this.changed(event.at);
      return;
    }
    state.declared = [...state.declared.filter((known) => known !== same), event];
    if (event.type === 'recompute') {
      state.rebuildFrom = Math.min(state.rebuildFrom ?? event.from, event.from);
      return;
    }
    if (event.type === 'close') {
      const window = this.context.calendar.windowOf(event.period, this.context.calendar.day(event.date).start);
      if (now < window.end) {
        state.declared = state.declared.filter((known) => known !== event);
        effects.rejects.push({ code: 'EVENT_INVALID', facts: { reason: 'the period is not over' }, record: event });
        return;
      }
      closePeriod(
        state,
        this.context,
        evaluate(state, this.context, this.workspace, now),
        window,
        now,
        event.by,
        effects.results,
      );
      return;
    }
    this.context = createContext(this.configured, state.declared, this.calendar);
    this.lookup.clear();
    this.latest = undefined;
    this.changed(event.at);
  }

  /** Something was declared about the time from `at` on: what is decided must be replayed, the rest computed again. */
  private changed(at: number): void {
    const { state } = this;
    if (at < state.decidedTo) state.rebuildFrom = Math.min(state.rebuildFrom ?? at, at);
    for (const meter of state.meters.values()) if (hasBeenRead(meter)) meter.dirtyFrom = Number.NEGATIVE_INFINITY;
  }
}
