/** Billing periods of a building: energies by meter and stay, shares, charges, closing and adjustments; each also to date while it runs. */
import { isVacantThroughout, type Lot, type Occupancy } from '../domain/building.ts';
import { periodKinds } from '../domain/calendar.ts';
import type { Adjustment, BuildingPeriod, MeterPeriod, Result } from '../domain/results.ts';
import type { PeriodKind, TimeWindow, WindowFlag, WindowStatus } from '../domain/window.ts';
import type { Share } from './analysis/shares.ts';
import { statusOf } from './consumption/meter-day.ts';
import { energyBySlotName, slotNames } from './consumption/slots.ts';
import type { BuildingContext } from './context.ts';
import type { Evaluation } from './evaluate.ts';
import { type BilledPart, billedCharges } from './period-charges.ts';
import { energyUntil, isForgotten, type MeterPart, type PartSpan, partFigures } from './period-parts.ts';
import { isActive, sharesOf } from './period-shares.ts';
import { revise, reviseOfMeter } from './publish.ts';
import { nameInPeriod, Registry } from './registry.ts';
import type { BuildingState, PeriodState } from './state.ts';

/** The whole period first, then the stays where the occupant changes within it. */
export function partSpans(
  lot: Lot | undefined,
  window: TimeWindow,
): { span: PartSpan; occupancy: number; occupant: string | null; vacant: boolean }[] {
  const { start: periodStart, end: periodEnd } = window;
  const kind = window.kind as PeriodKind;
  const stays = lot?.occupancy ?? [];
  const isInside = (at: number | undefined): at is number => at !== undefined && at > periodStart && at < periodEnd;
  const isCut = stays.some((stay) => isInside(stay.from) || isInside(stay.to));
  const parts = [
    {
      span: { kind, periodStart, start: periodStart, end: periodEnd },
      occupancy: 0,
      occupant: isCut ? null : (stayAt(stays, periodStart)?.occupant ?? null),
      vacant: isVacantThroughout(lot, periodStart, periodEnd),
    },
  ];
  if (!isCut) return parts;
  const cuts = new Set([periodStart, ...stays.flatMap((stay) => [stay.from, stay.to].filter(isInside))]);
  const starts = [...cuts].sort((a, b) => a - b);
  starts.forEach((start, i) => {
    const stay = stayAt(stays, start);
    parts.push({
      span: { kind, periodStart, start, end: starts[i + 1] ?? periodEnd },
      occupancy: start,
      occupant: stay?.occupant ?? null,
      vacant: stay !== undefined && stay.occupant === null,
    });
  });
  return parts;
}

function stayAt(stays: readonly Occupancy[], at: number): Occupancy | undefined {
  return stays.find((stay) => stay.from <= at && (stay.to === undefined || stay.to > at));
}

/** The period windows that hold any of `[from, to]`. */
export function periodWindows(context: BuildingContext, from: number, to: number): TimeWindow[] {
  return periodKinds.flatMap((kind) => context.calendar.between(kind, from, to + 1));
}

export function periodStateOf(state: BuildingState, window: TimeWindow, now: number): PeriodState {
  const key = `${window.kind}/${window.start}`;
  let period = state.periods.get(key);
  if (!period) {
    period = {
      kind: window.kind as PeriodKind,
      start: window.start,
      end: window.end,
      toldAt: state.previous?.toldAt.get(key) ?? now,
      published: new Registry('period', state.numbering, state.previous?.periods.get(key)),
      closed: state.previous?.closed.get(key) ?? null,
    };
    state.periods.set(key, period);
  }
  return period;
}

/** True where what some meter had of it is gone: what was told stands until a replay. */
function isPeriodForgotten(evaluation: Evaluation, window: TimeWindow): boolean {
  return evaluation.meters.some(
    ({ state, context }) =>
      state.decidedTo > window.start && partSpans(context.lot, window).some(({ span }) => isForgotten(state, span)),
  );
}

/** Computes one period and appends what changed to `out`. */
export function computePeriod(
  state: BuildingState,
  context: BuildingContext,
  evaluation: Evaluation,
  window: TimeWindow,
  now: number,
  out: Result[],
): void {
  if (isPeriodForgotten(evaluation, window)) return;
  const { meterPeriods, buildingPeriod } = periodResults(context, evaluation, window, now);
  const period = periodStateOf(state, window, now);
  if (period.closed) {
    adjust(context, period, meterPeriods, now, out);
    return;
  }
  for (const result of meterPeriods) {
    const published = reviseOfMeter(period.published, nameInPeriod(result.meter, result.occupancy), result);
    if (published) out.push(published);
  }
  const published = revise(period.published, 'b', buildingPeriod);
  if (published) out.push(published);
}

/** Closes a period for billing: what is known now is what is billed. Where that is gone, a replay is asked for, which closes it at its end. */
export function closePeriod(
  state: BuildingState,
  context: BuildingContext,
  evaluation: Evaluation,
  window: TimeWindow,
  now: number,
  by: string,
  out: Result[],
): void {
  const period = periodStateOf(state, window, now);
  if (period.closed) return;
  if (isPeriodForgotten(evaluation, window)) {
    state.rebuildFrom = Math.min(state.rebuildFrom ?? window.start, window.start);
    return;
  }
  const { meterPeriods, buildingPeriod } = periodResults(context, evaluation, window, now);
  const result: BuildingPeriod = { ...buildingPeriod, status: 'final', closedAt: now };
  const meters = meterPeriods.map((meter): MeterPeriod => ({ ...meter, status: 'final' }));
  period.closed = {
    at: now,
    by,
    billed: new Map(
      meters
        .filter((m) => m.occupancy === 0)
        .map((m) => [
          m.meter,
          { energyWh: m.energyWh, amountCents: m.amountCents, adjustedWh: 0, adjustedCents: 0, sequence: 0 },
        ]),
    ),
  };
  for (const meter of meters) {
    const published = reviseOfMeter(period.published, nameInPeriod(meter.meter, meter.occupancy), meter);
    if (published) out.push(published);
  }
  const published = revise(period.published, 'b', result);
  if (published) out.push(published);
}

/** What later data changed in a closed period: a line a meter, beside what was billed. */
function adjust(
  context: BuildingContext,
  period: PeriodState,
  meterPeriods: readonly MeterPeriod[],
  now: number,
  out: Result[],
): void {
  if (!period.closed) return;
  for (const result of meterPeriods) {
    if (result.occupancy !== 0) continue;
    const billed = period.closed.billed.get(result.meter);
    if (!billed) continue;
    const energyWh = (result.energyWh ?? 0) - (billed.energyWh ?? 0) - billed.adjustedWh;
    const amountCents =
      result.amountCents === null || billed.amountCents === null
        ? null
        : result.amountCents - billed.amountCents - billed.adjustedCents;
    if (energyWh === 0 && (amountCents ?? 0) === 0) continue;
    billed.adjustedWh += energyWh;
    billed.adjustedCents += amountCents ?? 0;
    billed.sequence++;
    const adjustment: Adjustment = {
      v: 1,
      kind: 'adjustment',
      building: context.building.id,
      revision: 1,
      meter: result.meter,
      sequence: billed.sequence,
      lot: result.lot,
      period: period.kind,
      date: result.date,
      start: period.start,
      energyWh,
      amountCents,
      reason: 'Relevés reçus après la clôture',
      madeAt: now,
      madeBy: 'releve',
    };
    out.push(adjustment);
  }
}

function periodResults(
  context: BuildingContext,
  evaluation: Evaluation,
  window: TimeWindow,
  now: number,
): { meterPeriods: MeterPeriod[]; buildingPeriod: BuildingPeriod } {
  const { building, calendar } = context;
  const parts: MeterPart[] = [];
  for (const evaluated of evaluation.meters)
    for (const { span, occupancy, occupant, vacant } of partSpans(evaluated.context.lot, window)) {
      const figures = partFigures(evaluated, span, building.tariffs, calendar);
      parts.push({ evaluated, span, occupancy, occupant, vacant, figures });
    }
  const tenants = parts.filter((part) => part.evaluated.context.meter.role === 'tenant');
  const shares = sharesOf(tenants);
  const general = parts.find((part) => part.evaluated.context.meter.role === 'general' && part.occupancy === 0);
  const wholes = tenants.filter((part) => part.occupancy === 0);
  const tenantsWh = wholes.reduce((sum, part) => sum + (part.figures.energyWh ?? 0), 0);
  const charges = billedCharges(context, window, now, general, tenants);
  const elapsed = calendar.daysOf(window, now);
  const meterPeriods = parts.map((part) =>
    meterPeriod(context, part, window, now, elapsed, shares.get(part), charges?.get(part)),
  );
  const active = new Set(wholes.filter(isActive).map((part) => part.evaluated.context.meter.lot));
  const amounts = meterPeriods.filter((m) => m.occupancy === 0 && m.amountCents !== null);
  const generalSlotsWh = energyBySlotName(
    general?.figures.slotsWh ?? {},
    general ? slotNames(building.tariffs, window.start, window.end) : [],
  );
  const buildingPeriod: BuildingPeriod = {
    v: 1,
    kind: 'building_period',
    building: building.id,
    revision: 0,
    period: window.kind as PeriodKind,
    date: window.date,
    start: window.start,
    end: window.end,
    generalWh: general?.figures.energyWh ?? null,
    tenantsWh,
    remainderWh: remainderOf(evaluation, parts, window, now),
    activeLots: active.size,
    meanWh: active.size === 0 ? null : tenantsWh / active.size,
    amountCents: amounts.length === 0 ? null : amounts.reduce((sum, m) => sum + (m.amountCents ?? 0), 0),
    status: statusOfParts(meterPeriods.filter((m) => m.occupancy === 0).map((m) => m.status)),
    closedAt: null,
    remainderSlotsWh: remainderSlots(generalSlotsWh, wholes),
    generalSlotsWh,
  };
  return { meterPeriods, buildingPeriod };
}

function meterPeriod(
  context: BuildingContext,
  part: MeterPart,
  window: TimeWindow,
  now: number,
  elapsed: readonly TimeWindow[],
  share: Share | undefined,
  charge: BilledPart | undefined,
): MeterPeriod {
  const { building } = context;
  const { meter, lot } = part.evaluated.context;
  const { figures, span } = part;
  const flags: WindowFlag[] = figures.startQuality === 'none' || figures.endQuality === 'none' ? ['partial'] : [];
  if (figures.replaced) flags.push('replaced');
  if (figures.glitched) flags.push('glitch');
  if (figures.conflicted) flags.push('conflict');
  return {
    v: 1,
    kind: 'meter_period',
    building: building.id,
    revision: 0,
    meter: meter.id,
    lot: meter.lot,
    period: window.kind as PeriodKind,
    occupancy: part.occupancy,
    occupant: part.occupant,
    payer: part.vacant ? 'owner' : 'occupant',
    date: window.date,
    start: window.start,
    end: window.end,
    energyWh: figures.energyWh,
    sharePct: share?.sharePct ?? 0,
    equalSharePct: share?.equalSharePct ?? 0,
    deviationPct: share?.deviationPct ?? 0,
    billedDays: billedDays(context, part, lot, now, elapsed),
    amountCents: charge?.totalCents ?? null,
    slotsCents: charge?.slotsCents ?? {},
    commonCents: charge?.commonCents ?? null,
    estimatedWh: figures.estimatedWh,
    pricedEstimatedWh: figures.pricedEstimatedWh,
    activity: isActive(part) ? 'actif' : 'inactif',
    status: statusOf(span.end, building.latenessMs, now, figures.startQuality, figures.endQuality),
    flags,
    startQuality: figures.startQuality,
    endQuality: figures.endQuality,
    slotsWh: energyBySlotName(figures.slotsWh, slotNames(building.tariffs, span.start, span.end)),
  };
}

/** Local days of the elapsed part that touch the occupancy: all of them where the lot declares none. `elapsed`: the whole period's days. */
function billedDays(
  { calendar }: BuildingContext,
  part: MeterPart,
  lot: Lot | undefined,
  now: number,
  elapsed: readonly TimeWindow[],
): number {
  const { start, end } = part.span;
  const to = Math.min(end, now);
  if (to <= start) return 0;
  if (part.occupancy !== 0) return calendar.between('day', start, to).length;
  if (!lot || lot.occupancy.length === 0) return elapsed.length;
  const stays = lot.occupancy.filter((stay) => stay.occupant !== null);
  if (stays.some((stay) => stay.from <= start && (stay.to === undefined || stay.to >= to))) return elapsed.length;
  return elapsed.filter((day) =>
    stays.some(
      (stay) => stay.from < Math.min(day.end, to) && (stay.to === undefined || stay.to > Math.max(day.start, start)),
    ),
  ).length;
}

/** general − Σ tenants − Σ common over the same two instants; null where they are missing or cover less than half of what has elapsed. */
function remainderOf(
  evaluation: Evaluation,
  parts: readonly MeterPart[],
  window: TimeWindow,
  now: number,
): number | null {
  if (!evaluation.general) return null;
  const wholes = parts.filter((part) => part.occupancy === 0);
  let from = window.start;
  let to = window.end;
  for (const { figures, evaluated } of wholes) {
    if (figures.fromAt === null) return null;
    from = Math.max(from, figures.fromAt);
    to = Math.min(to, evaluated.curve.last);
  }
  const elapsedMs = Math.min(window.end, Math.max(now, window.start)) - window.start;
  if (to <= from || (to - from) * 2 < elapsedMs) return null;
  let remainderWh = 0;
  for (const { span, evaluated } of wholes) {
    const energyWh = energyUntil(evaluated, span, from, to);
    if (energyWh === null) return null;
    remainderWh += evaluated === evaluation.general ? energyWh : -energyWh;
  }
  return remainderWh;
}

function remainderSlots(
  general: Readonly<Record<string, number>>,
  tenants: readonly MeterPart[],
): Record<string, number> {
  const remainder: Record<string, number> = { ...general };
  for (const part of tenants)
    for (const [slot, energyWh] of Object.entries(energyBySlotName(part.figures.slotsWh, [])))
      remainder[slot] = (remainder[slot] ?? 0) - energyWh;
  return Object.fromEntries(Object.entries(remainder).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function statusOfParts(statuses: readonly WindowStatus[]): WindowStatus {
  if (statuses.some((status) => status === 'open')) return 'open';
  return statuses.every((status) => status === 'final') ? 'final' : 'provisional';
}
