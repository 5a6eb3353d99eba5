/** Which days are computed again, and what each becomes: its meters' days, the building's day, anomalies and recommendations, where changed. */
import type { Anomaly, MeterDay, Recommendation, Result } from '../domain/results.ts';
import type { TimeWindow } from '../domain/window.ts';
import { frozenStandstills } from './analysis/anomalies/frozen-meter.ts';
import { climateSignature } from './analysis/climate.ts';
import { balanceOf, balanceOfDays, buildingDay, isComplete, remainderFloor, tenantsPeak } from './building-day.ts';
import { pointAfterBreak } from './consumption/curve.ts';
import { meterDay, statusOf } from './consumption/meter-day.ts';
import type { BuildingContext } from './context.ts';
import { dayFindings } from './day-findings.ts';
import type { EvaluatedMeter, Evaluation } from './evaluate.ts';
import { MeterDays } from './meter-days.ts';
import { type Revisions, revise, reviseOfMeter } from './publish.ts';
import { Registry } from './registry.ts';
import type { BuildingState, DayFacts, DayMemory, DayState } from './state.ts';
import type { Workspace } from './workspace.ts';

/** A day's state, made where there is none. */
export function dayStateOf(state: BuildingState, window: TimeWindow): DayState {
  let day = state.days.get(window.start);
  if (!day) {
    day = {
      start: window.start,
      end: window.end,
      date: window.date,
      meters: new MeterDays(state.numbering, {
        building: state.building,
        date: window.date,
        start: window.start,
        end: window.end,
      }),
      facts: null,
      nextChangeAt: Number.POSITIVE_INFINITY,
      published: new Registry('day', state.numbering, state.previous?.days.get(window.start)),
    };
    state.days.set(window.start, day);
  }
  return day;
}

/** Computes one day and appends what changed to `out`. */
export function computeDay(
  state: BuildingState,
  context: BuildingContext,
  evaluation: Evaluation,
  window: TimeWindow,
  now: number,
  workspace: Workspace,
  out: Result[],
): void {
  const day = dayStateOf(state, window);
  day.meters.unfold();
  const { gathered, retold } = computeMeterDays(context, evaluation, day, window, now, workspace, out);
  day.facts = gathered ?? factsOfDays(context, day);
  if (retold) state.rebuildFrom = Math.min(state.rebuildFrom ?? day.start, day.start);
  const facts = day.facts;
  const result = buildingDay(context, day, facts);
  remember(state, context, day, facts);
  updateClimate(state, context, day, out);
  const { findings, advice } = dayFindings(state, context, day, facts, result, now);
  const open = publishAnomalies(context, day, findings, now, out);
  const published = revise(day.published, 'b', { ...result, anomalies: open });
  if (published) out.push(published);
  publishAdvice(context, day, advice, out);
  day.meters.fold();
  const { maxGapMs, latenessMs } = context.building;
  day.nextChangeAt = Math.min(
    ...[day.end, day.end + maxGapMs, day.end + latenessMs].map((instant) =>
      instant > now ? instant : Number.POSITIVE_INFINITY,
    ),
  );
}

/**
 * The facts from the curves, or null where some meter's readings of the day are gone. `retold`: what a meter that was silent has of the day
 * changed so that only all curves together can tell the facts again.
 */
function computeMeterDays(
  context: BuildingContext,
  evaluation: Evaluation,
  day: DayState,
  window: TimeWindow,
  now: number,
  workspace: Workspace,
  out: Result[],
): { gathered: DayFacts | null; retold: boolean } {
  const { building, calendar } = context;
  const allAtHand = evaluation.meters.every(({ state }) => state.decidedTo < window.end);
  const before = allAtHand ? null : new Map(day.meters);
  const { slots, tenantSlots, remainderSlots } = workspace;
  tenantSlots.fill(0);
  remainderSlots.fill(0);
  let slotCount = 0;
  let stepsWh = 0;
  const facts = nothingKnown();
  for (const evaluated of evaluation.meters) {
    const { meter } = evaluated.context;
    if (evaluated.state.decidedTo >= window.end) {
      const known = day.meters.get(meter.id);
      if (!known) continue;
      const status = statusOf(day.end, building.latenessMs, now, known.startQuality, known.endQuality);
      if (status !== known.status) publishMeterDay(day, { ...known, status }, out);
      continue;
    }
    const output = meterDay({
      building,
      meter,
      calendar,
      day: window,
      now,
      curve: evaluated.curve,
      readings: evaluated.readings,
      validation: evaluated.validation,
      slots,
    });
    publishMeterDay(day, output.result, out);
    slotCount = output.slotCount;
    stepsWh += output.resolutionWh;
    facts.resolutionWh[meter.id] = output.resolutionWh;
    const standstills = standstillsOf(
      evaluated,
      window,
      building.thresholds.frozenMs,
      building.maxGapMs,
      output.resolutionWh,
    );
    if (standstills.length > 0) facts.frozen[meter.id] = standstills;
    if (meter.role === 'general') {
      facts.maxVa = output.maxVa;
      facts.maxVaAt = output.maxVaAt;
    }
    if (meter.role === 'tenant') addScaled(tenantSlots, slots, slotCount, 1);
    else addScaled(remainderSlots, slots, slotCount, meter.role === 'general' ? 1 : -1);
  }
  if (before !== null) return { gathered: null, retold: changedAlone(context, day, before) };
  addScaled(remainderSlots, tenantSlots, slotCount, -1);
  const balance = balanceOf(evaluation, window, now);
  facts.leak = balance.leak;
  facts.meteredWh = balance.meteredWh;
  facts.balanceGeneralWh = balance.generalWh;
  facts.remainderFloorW = evaluation.general ? remainderFloor(context, window, workspace, slotCount, stepsWh) : null;
  facts.tenantsPeakW = tenantsPeak(workspace, slotCount);
  return { gathered: facts, retold: false };
}

function addScaled(sums: Float64Array, values: Float64Array, count: number, factor: number): void {
  for (let k = 0; k < count; k++) sums[k] = (sums[k] as number) + factor * (values[k] as number);
}

/**
 * A meter that comes back and only prolongs its curve over the day leaves its slots as they were, and whole days give the balance. Anything
 * else that a quarantine or a file changes (readings believed or not any more, days of which only a part is known) needs the other curves.
 */
function changedAlone(context: BuildingContext, day: DayState, before: ReadonlyMap<string, MeterDay>): boolean {
  let isWhole = true;
  let changed = false;
  for (const { meter } of context.meters) {
    const [old, result] = [before.get(meter.id), day.meters.get(meter.id)];
    if (!result || !isComplete(result)) isWhole = false;
    if (!result || result === old) continue;
    if (old === undefined ? result.readings > 0 : isOtherCurve(old, result)) return true;
    if (result.energyWh !== (old?.energyWh ?? null) || (old && isKnownElsewhere(old, result))) changed = true;
  }
  return changed && !isWhole && !isUnknownOfAny(context, day);
}

/** What is shared with the other meters begins or ends elsewhere. */
function isKnownElsewhere(old: MeterDay, result: MeterDay): boolean {
  return result.startQuality !== old.startQuality || result.endQuality !== old.endQuality;
}

function isOtherCurve(old: MeterDay, result: MeterDay): boolean {
  return (
    result.readings !== old.readings ||
    result.demandMaxW !== old.demandMaxW ||
    result.powerMeanW !== old.powerMeanW ||
    result.powerMaxW !== old.powerMaxW ||
    (result.energyWh === null && old.energyWh !== null)
  );
}

function publishMeterDay(day: DayState, result: MeterDay, out: Result[]): void {
  const published = reviseOfMeter(day.published, result.meter, result);
  if (published) out.push(published);
  // In a replay the day begins empty though its results stand: an unchanged one belongs to it too.
  else if (day.meters.has(result.meter)) return;
  day.meters.set(result.meter, published ?? { ...result, revision: day.published.revisionOf(result.meter) });
}

const nothingBalanced = {
  leak: { ratio: null, quality: 'none', remainderWh: null },
  meteredWh: null,
  balanceGeneralWh: null,
} as const;

function isUnknownOfAny(context: BuildingContext, day: DayState): boolean {
  return context.meters.some(({ meter }) => (day.meters.get(meter.id)?.energyWh ?? null) === null);
}

function nothingKnown(): DayFacts {
  return {
    maxVa: null,
    maxVaAt: null,
    remainderFloorW: null,
    ...nothingBalanced,
    tenantsPeakW: null,
    frozen: {},
    resolutionWh: {},
  };
}

/** Where the curves are gone, the balance comes from whole days as soon as every meter has one. */
function factsOfDays(context: BuildingContext, day: DayState): DayFacts {
  const known = day.facts ?? nothingKnown();
  if (isUnknownOfAny(context, day)) return { ...known, ...nothingBalanced };
  const balance = balanceOfDays(context, day);
  if (!balance) return known;
  return { ...known, leak: balance.leak, meteredWh: balance.meteredWh, balanceGeneralWh: balance.generalWh };
}

/** Standstills of the day, judged segment by segment from the last reading before it to the first after: what is always at hand. */
function standstillsOf(
  { curve }: EvaluatedMeter,
  window: TimeWindow,
  frozenMs: number,
  maxGapMs: number,
  resolutionWh: number,
): { from: number; to: number; integratedWh: number }[] {
  const found: { from: number; to: number; integratedWh: number }[] = [];
  const last = Math.min(curve.length - 1, curve.floor(window.end) + 1);
  const from = Math.max(0, curve.floor(window.start));
  if (!standsStill(curve, from, last, frozenMs)) return found;
  for (let begin = from; begin <= last; ) {
    let end = begin + 1;
    while (end <= last && ((curve.kind[end] as number) & pointAfterBreak) === 0) end++;
    const readings = {
      at: curve.at.subarray(begin, end),
      indexWh: curve.energyWh.subarray(begin, end),
      powerW: curve.powerW.subarray(begin, end),
      resolutionWh,
    };
    for (const standstill of frozenStandstills(readings, { frozenMs, maxGapMs }))
      if (standstill.to > window.start && standstill.from < window.end) found.push({ ...standstill });
    begin = end;
  }
  return found;
}

/** The ordinary meter is told apart at once: its energy never stands still for so long. */
function standsStill({ at, energyWh }: EvaluatedMeter['curve'], from: number, last: number, frozenMs: number): boolean {
  let since = at[from] as number;
  for (let i = from + 1; i <= last; i++) {
    if (energyWh[i] !== energyWh[i - 1]) since = at[i] as number;
    else if ((at[i] as number) - since >= frozenMs) return true;
  }
  return false;
}

function remember(state: BuildingState, context: BuildingContext, day: DayState, facts: DayFacts): void {
  const general = context.general && day.meters.get(context.general.meter.id);
  const energyWh: Record<string, number> = {};
  for (const [id, result] of day.meters)
    if (result.role === 'tenant' && result.energyWh !== null && isComplete(result)) energyWh[id] = result.energyWh;
  const { memory } = state;
  const isNew = !memory.has(day.start);
  memory.set(day.start, {
    date: day.date,
    generalWh: general && isComplete(general) ? general.energyWh : null,
    demandMaxW: general?.demandMaxW ?? null,
    remainderFloorW: facts.remainderFloorW,
    energyWh,
  });
  if (!isNew) return;
  for (const [start, later] of [...memory].filter(([start]) => start > day.start)) {
    memory.delete(start);
    memory.set(start, later);
  }
}

function updateClimate(state: BuildingState, context: BuildingContext, day: DayState, out: Result[]): void {
  if (state.temperatures.size === 0) return;
  const from = day.start - 57 * 86_400_000;
  const days: DayMemory[] = [];
  for (const [start, memory] of state.memory) if (start >= from && start <= day.start) days.push(memory);
  const signature = climateSignature(
    days.slice(-56).map((memory) => ({
      date: memory.date,
      energyWh: memory.generalWh,
      temperatureC: state.temperatures.get(memory.date) ?? null,
    })),
  );
  if (!signature) {
    state.climates.delete(day.date);
    return;
  }
  state.climates.set(day.date, {
    heatingWhPerDegreeDay: signature.heatingWhPerDegreeDay,
    coolingWhPerDegreeDay: signature.coolingWhPerDegreeDay,
    r2: signature.r2,
  });
  const published = revise(day.published, 'c', {
    v: 1,
    kind: 'climate',
    building: context.building.id,
    revision: 0,
    date: day.date,
    start: day.start,
    ...signature,
  });
  if (published) out.push(published);
}

/** Returns the number of open anomalies of the day. */
function publishAnomalies(
  context: BuildingContext,
  day: DayState,
  findings: ReturnType<typeof dayFindings>['findings'],
  now: number,
  out: Result[],
): number {
  const raised = new Set<string>();
  for (const found of findings) {
    const key = `a/${found.type}/${found.meter ?? found.bus ?? ''}`;
    raised.add(key);
    const known = day.published.get(key);
    const openedAt = known?.open === true ? (known.openedAt ?? now) : now;
    publishAnomaly(
      day.published,
      key,
      {
        v: 1,
        kind: 'anomaly',
        building: context.building.id,
        revision: 0,
        ...found,
        date: day.date,
        start: day.start,
        open: true,
        openedAt,
        updatedAt: now,
        closedAt: null,
      },
      out,
    );
  }
  for (const [key, known] of day.published.others) {
    if (!key.startsWith('a/') || raised.has(key) || known.open !== true || known.last === undefined) continue;
    publishAnomaly(day.published, key, { ...known.last, open: false, updatedAt: now, closedAt: now }, out);
  }
  return raised.size;
}

/** Publishes one anomaly where it changed, and keeps what closing it needs. */
export function publishAnomaly(registry: Revisions, key: string, anomaly: Anomaly, out: Result[]): void {
  const published = revise(registry, key, anomaly);
  if (!published) return;
  const entry = registry.get(key);
  if (entry)
    Object.assign(entry, {
      open: anomaly.open,
      openedAt: anomaly.openedAt,
      last: anomaly.open ? published : undefined,
    });
  out.push(published);
}

function publishAdvice(
  context: BuildingContext,
  day: DayState,
  advice: ReturnType<typeof dayFindings>['advice'],
  out: Result[],
): void {
  const given = new Set<string>();
  const publish = (key: string, item: Recommendation): void => {
    const published = revise(day.published, key, item);
    if (!published) return;
    const entry = day.published.get(key);
    if (entry) Object.assign(entry, { open: item.open, lastAdvice: item.open ? published : undefined });
    out.push(published);
  };
  for (const item of advice) {
    const key = `r/${item.code}`;
    given.add(key);
    publish(key, {
      v: 1,
      kind: 'recommendation',
      building: context.building.id,
      revision: 0,
      date: day.date,
      start: day.start,
      ...item,
      open: true,
    });
  }
  for (const [key, known] of day.published.others) {
    if (key.startsWith('r/') && !given.has(key) && known.open === true && known.lastAdvice)
      publish(key, { ...known.lastAdvice, open: false });
  }
}
