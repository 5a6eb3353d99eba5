/**
 * Deciding: days that nothing within the lateness can change any more are folded into the base, so that state stays small whatever the history.
 *
 *     decidedTo = midnight of (newest instant − lateness − 26 h), but for a silent meter not beyond the day of its last accepted reading before
 *     which no other can come: when it returns, the days between are still to be told.
 */
import { maximumClockAheadMs } from '../domain/reading.ts';
import type { TimeWindow } from '../domain/window.ts';
import type { BuildingContext } from './context.ts';
import type { EvaluatedMeter, Evaluation } from './evaluate.ts';
import { decideParts } from './period-parts.ts';
import { partSpans, periodWindows } from './periods.ts';
import { type BuildingState, hasBeenRead } from './state.ts';

/**
 * A reading just after a midnight may come until the end of its own day plus the lateness, and moves the boundary of the day before: a day of 25 hours, and
 * a clock that runs ahead a little.
 */
const slackMs = 26 * 3_600_000;
/** Days kept for a silent meter to come back to. */
const pendingDays = 62;
const memoryDays = 366;
const energyMemoryDays = 63;
const dayMs = 86_400_000;

/** Days must have been computed before they are decided. `keepParts`: a replay still needs the parts of all periods, and days however old. */
export function decide(
  state: BuildingState,
  context: BuildingContext,
  evaluation: Evaluation,
  now: number,
  keepParts: boolean,
): void {
  if (!Number.isFinite(state.eventClock)) return;
  const { calendar, building } = context;
  const settledBefore = calendar.windowOf('day', state.eventClock - building.latenessMs - maximumClockAheadMs).start;
  const horizon = Math.min(
    calendar.windowOf('day', state.eventClock - building.latenessMs - slackMs).start,
    firstUnsettled(state, context, evaluation, settledBefore),
  );
  if (horizon <= state.decidedTo) return;
  const instants = sharedInstants(evaluation);
  for (const evaluated of evaluation.meters) decideMeter(evaluated, context, horizon, settledBefore, instants);
  state.decidedTo = horizon;
  prune(state, context, horizon, now, keepParts);
}

/**
 * In a replay nobody waits, so no day is decided before every meter's part of it stands: the first day that a meter may still change, whose last
 * believed reading is that old and of which more is to come.
 */
function firstUnsettled(
  { previous }: BuildingState,
  { calendar }: BuildingContext,
  { meters }: Evaluation,
  settledBefore: number,
): number {
  let first = Number.POSITIVE_INFINITY;
  if (!previous) return first;
  for (const evaluated of meters) {
    const newest = previous.newestAt.get(evaluated.state.id) ?? Number.NEGATIVE_INFINITY;
    if (!hasBeenRead(evaluated.state) || evaluated.state.lastReadingAt >= newest) continue;
    const neighbour = lastReadingBefore(evaluated, settledBefore);
    if (neighbour !== null) first = Math.min(first, calendar.windowOf('day', neighbour).start);
  }
  return first;
}

/** Where a remainder over the same two instants may begin or end: when the last meter began, and where a meter fell silent. */
function sharedInstants({ meters }: Evaluation): number[] {
  const begun = Math.max(...meters.map(({ state, curve }) => state.firstAt ?? curve.first));
  const instants = new Set(meters.map(({ curve }) => curve.last));
  if (Number.isFinite(begun)) instants.add(begun);
  return [...instants].filter(Number.isFinite);
}

function decideMeter(
  evaluated: EvaluatedMeter,
  context: BuildingContext,
  horizon: number,
  settledBefore: number,
  instants: readonly number[],
): void {
  const { state, readings, curve, validation } = evaluated;
  const { calendar, building } = context;
  const neighbour = lastReadingBefore(evaluated, settledBefore);
  if (neighbour === null) return;
  const target = foldable(evaluated, calendar, Math.min(horizon, calendar.windowOf('day', neighbour).start));
  if (target <= state.decidedTo) return;
  if (state.base === null && (readings.length === 0 || (readings.at[0] as number) >= target)) {
    // Nothing of this meter is that old.
    state.decidedTo = target;
    return;
  }
  const from = Math.max(state.decidedTo, Math.min(curve.first, target - 1));
  const windows = periodWindows(context, from, target - 1);
  decideParts(
    evaluated,
    windows.flatMap((window: TimeWindow) => partSpans(evaluated.context.lot, window).map((part) => part.span)),
    target,
    building.tariffs,
    calendar,
  );
  if (curve.first < target) state.firstAt ??= curve.first;
  state.marks = [
    ...state.marks.filter((mark) => instants.includes(mark.at)),
    ...instants
      .filter((at) => at < target && at >= curve.first && !state.marks.some((mark) => mark.at === at))
      .map((at) => ({ at, energyWh: curve.energyAt(at) })),
  ];
  const count = readings.countBefore(target);
  const totals = [0, 0, 0, 0, 0];
  for (let k = 0; k < count; k++) (totals[validation.verdict[k] as number] as number)++;
  state.decided.used += totals[1] as number;
  state.decided.conflicts += totals[2] as number;
  state.decided.glitches += totals[3] as number;
  state.decided.quarantined += totals[4] as number;
  const point = curve.floor(target - 1);
  if (point >= 0) state.base = validation.baseAt(point, curve, readings, state.base);
  state.tail.dropFirst(count);
  state.decidedTo = target;
}

/** The midnight at or before `target` at which the last point of the curve is what was believed: later readings must find the same base. */
function foldable({ validation }: EvaluatedMeter, calendar: BuildingContext['calendar'], target: number): number {
  return validation.undone.reduceRight(
    (least, { from, to }) => (from < least && least <= to ? calendar.windowOf('day', from).start : least),
    target,
  );
}

/** The last reading that stays accepted before an instant from which on others may still come, and be nearer to what lies before. */
function lastReadingBefore({ curve, validation, state }: EvaluatedMeter, instant: number): number | null {
  for (let i = curve.floor(instant - 1); i >= 0; i--)
    if (validation.mayUndo(i, curve)) continue;
    else if ((validation.source[i] as number) >= 0 || (i === 0 && state.base !== null)) return curve.at[i] as number;
  return null;
}

function prune(state: BuildingState, context: BuildingContext, horizon: number, now: number, keepParts: boolean): void {
  const { latenessMs } = context.building;
  const meters = context.meters.map(({ meter }) => state.meters.get(meter.id));
  for (const [start, day] of state.days) {
    const told = meters.every((meter) => meter === undefined || !hasBeenRead(meter) || meter.decidedTo >= day.end);
    if (
      (day.end <= horizon && told && now >= day.end + latenessMs) ||
      (!keepParts && day.end < horizon - pendingDays * dayMs)
    )
      state.days.delete(start);
  }
  for (const [start, memory] of state.memory) {
    if (start < horizon - memoryDays * dayMs) state.memory.delete(start);
    else if (start < horizon - energyMemoryDays * dayMs && Object.keys(memory.energyWh).length > 0)
      memory.energyWh = {};
  }
  const oldest = context.calendar.dateOf(horizon - 430 * dayMs);
  for (const date of state.climates.keys()) if (date < oldest) state.climates.delete(date);
  for (const date of state.temperatures.keys()) if (date < oldest) state.temperatures.delete(date);
  if (keepParts) return;
  const partsFrom = horizon - pendingDays * dayMs - context.building.charges.closeAfterMs;
  for (const meter of meters)
    if (meter) meter.parts = meter.parts.filter((part) => part.done === null || part.end >= partsFrom);
  for (const [key, period] of state.periods)
    if (period.end < horizon - 2 * memoryDays * dayMs) state.periods.delete(key);
}
