/** Publication: what changed since the last one is computed and appended, then what nothing can change any more is decided. */
import type { Result } from '../domain/results.ts';
import type { TimeWindow } from '../domain/window.ts';
import type { BuildingContext } from './context.ts';
import { computeDay } from './days.ts';
import { decide } from './decide.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { closePeriod, computePeriod, periodStateOf, periodWindows } from './periods.ts';
import type { BuildingState, PeriodState } from './state.ts';
import type { Workspace } from './workspace.ts';

export interface FlushOptions {
  /** Wall clock, epoch ms. */
  readonly now: number;
  /** Nothing more is waiting: periods may be told, closed and adjusted. */
  readonly settled: boolean;
  /** A replay of the whole building: closed periods wait for its end. */
  readonly replay?: boolean;
}

/** True where `flush` has something to do. */
export function isDue(state: BuildingState, context: BuildingContext, now: number): boolean {
  for (const meter of state.meters.values()) if (meter.dirtyFrom !== Number.POSITIVE_INFINITY) return true;
  for (const day of state.days.values()) if (day.nextChangeAt <= now) return true;
  if (runningPeriods(state, context, now).length > 0 || closable(state, context, now).length > 0) return true;
  return (
    state.periodsDirtyFrom !== Number.POSITIVE_INFINITY || (state.watchedSince !== null && lastDayEnd(state) <= now)
  );
}

export function flush(
  state: BuildingState,
  context: BuildingContext,
  workspace: Workspace,
  options: FlushOptions,
  out: Result[],
): void {
  const { now, settled } = options;
  const evaluation = evaluate(state, context, workspace, now);
  const windows = dueDays(state, context, evaluation, now);
  for (const window of windows) {
    if (window.end <= state.decidedTo && !state.days.has(window.start)) {
      // Everybody else's part of that day is gone: only a replay can tell it again.
      state.rebuildFrom = Math.min(state.rebuildFrom ?? window.start, window.start);
    } else computeDay(state, context, evaluation, window, now, workspace, out);
  }
  const first = windows[0];
  if (first) state.periodsDirtyFrom = Math.min(state.periodsDirtyFrom, first.start);
  const running = runningPeriods(state, context, now);
  const newDay = windows.length > 1;
  if ((state.periodsDirtyFrom !== Number.POSITIVE_INFINITY || running.length > 0) && (settled || newDay))
    flushPeriods(state, context, evaluation, options, running, out);
  if (settled && options.replay !== true) closeDue(state, context, evaluation, now, out);
  for (const { state: meter, validation } of evaluation.meters) {
    meter.dirtyFrom = Number.POSITIVE_INFINITY;
    meter.acceptedAt = validation.acceptedAt;
  }
  decide(state, context, evaluation, now, options.replay === true);
}

/** Days from the first change to the newest instant (to now where the clock makes days), and those whose status is due. */
function dueDays(state: BuildingState, context: BuildingContext, evaluation: Evaluation, now: number): TimeWindow[] {
  const { calendar } = context;
  let from = Number.POSITIVE_INFINITY;
  for (const { state: meter, readings, curve } of evaluation.meters) {
    if (meter.dirtyFrom === Number.POSITIVE_INFINITY) continue;
    from = Math.min(
      from,
      Math.max(
        meter.dirtyFrom,
        meter.decidedTo,
        readings.length > 0 ? Math.min(readings.at[0] as number, curve.first) : Number.NEGATIVE_INFINITY,
      ),
    );
  }
  const due = new Map<number, TimeWindow>();
  if (Number.isFinite(from))
    for (const window of calendar.between('day', from, state.eventClock + 1)) due.set(window.start, window);
  for (const day of state.days.values())
    if (day.nextChangeAt <= now) due.set(day.start, calendar.windowOf('day', day.start));
  if (state.watchedSince !== null) {
    const began = Math.max(state.watchedSince, Math.min(from, lastDayEnd(state)));
    if (began <= now) for (const window of calendar.between('day', began, now + 1)) due.set(window.start, window);
  }
  return [...due.values()].sort((a, b) => a.start - b.start);
}

/** On a new local day the periods that were still running are told again: billed days and statuses go on. */
function runningPeriods(state: BuildingState, { calendar, building }: BuildingContext, now: number): PeriodState[] {
  if (!Number.isFinite(state.lastPeriodsAt) || now < calendar.windowOf('day', state.lastPeriodsAt).end) return [];
  return [...state.periods.values()].filter(
    (period) => period.closed === null && period.end + building.latenessMs > state.lastPeriodsAt,
  );
}

function lastDayEnd(state: BuildingState): number {
  let end = Number.NEGATIVE_INFINITY;
  for (const day of state.days.values()) if (day.end > end) end = day.end;
  return end;
}

function flushPeriods(
  state: BuildingState,
  context: BuildingContext,
  evaluation: Evaluation,
  options: FlushOptions,
  running: readonly PeriodState[],
  out: Result[],
): void {
  const { now, settled, replay } = options;
  const newest = Math.max(state.eventClock, state.watchedSince === null ? Number.NEGATIVE_INFINITY : now);
  let waiting = Number.POSITIVE_INFINITY;
  const due = new Map(
    running.map((period) => [`${period.kind}/${period.start}`, context.calendar.windowOf(period.kind, period.start)]),
  );
  if (state.periodsDirtyFrom !== Number.POSITIVE_INFINITY)
    for (const window of periodWindows(context, state.periodsDirtyFrom, newest))
      due.set(`${window.kind}/${window.start}`, window);
  for (const window of due.values()) {
    const closed = periodStateOf(state, window, now).closed !== null;
    if (closed && (!settled || replay === true)) waiting = Math.min(waiting, window.start);
    else computePeriod(state, context, evaluation, window, now, out);
  }
  state.periodsDirtyFrom = waiting === Number.POSITIVE_INFINITY ? waiting : Math.max(waiting, state.periodsDirtyFrom);
  state.lastPeriodsAt = now;
}

/** Periods that close by themselves: so long after their end, or after they were first told where they were over by then. */
function closable(state: BuildingState, { building }: BuildingContext, now: number): PeriodState[] {
  return [...state.periods.values()].filter(
    ({ start, end, toldAt, closed }) =>
      closed === null &&
      now >= Math.max(end, toldAt) + building.charges.closeAfterMs &&
      (state.rebuildFrom === null || state.rebuildFrom > start),
  );
}

/** Closes what closes by itself, and what was to be closed by declaration but had to wait for a replay. */
function closeDue(
  state: BuildingState,
  context: BuildingContext,
  evaluation: Evaluation,
  now: number,
  out: Result[],
): void {
  for (const { kind, start } of closable(state, context, now))
    closePeriod(state, context, evaluation, context.calendar.windowOf(kind, start), now, 'releve', out);
  for (const event of state.declared) {
    if (event.type !== 'close') continue;
    const window = context.calendar.windowOf(event.period, context.calendar.day(event.date).start);
    if (state.previous && now >= window.end) closePeriod(state, context, evaluation, window, now, event.by, out);
  }
}
