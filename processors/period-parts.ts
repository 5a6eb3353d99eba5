/**
 * The figures of a part of a period (the whole, or an occupant's stay in it) for one meter, and how they are carried on when days are decided.
 *
 *     start ├── decided days: remembered ──┤ decidedTo ├── the curve at hand ──┤ end
 *
 * Energy is a difference of E, so parts telescope; slots are summed over what was decided and what the curve still shows.
 */
import type { Tariff } from '../domain/building.ts';
import type { Calendar } from '../domain/calendar.ts';
import type { BoundaryQuality, PeriodKind } from '../domain/window.ts';
import type { Curve } from './consumption/curve.ts';
import { addSlotEnergies, pricedEstimate } from './consumption/slots.ts';
import { verdicts } from './consumption/validate.ts';
import type { EvaluatedMeter } from './evaluate.ts';
import type { MeterState, PartState } from './state.ts';

export interface PartSpan {
  readonly kind: PeriodKind;
  readonly periodStart: number;
  readonly start: number;
  readonly end: number;
}

export interface PartFigures {
  readonly energyWh: number | null;
  readonly startQuality: BoundaryQuality;
  readonly endQuality: BoundaryQuality;
  readonly estimatedWh: number;
  /** By `<tariff start>/<slot>`. */
  readonly slotsWh: Readonly<Record<string, number>>;
  readonly pricedEstimatedWh: number;
  readonly replaced: boolean;
  readonly glitched: boolean;
  readonly conflicted: boolean;
  /** Where the known part begins. */
  readonly fromAt: number | null;
}

export interface MeterPart {
  readonly evaluated: EvaluatedMeter;
  readonly span: PartSpan;
  /** 0: the whole period. */
  readonly occupancy: number;
  readonly occupant: string | null;
  readonly vacant: boolean;
  readonly figures: PartFigures;
}

const noVerdicts = { glitches: 0, conflicts: 0 } as const;
/** Shared by all parts without prices. */
const noSlots: Record<string, number> = Object.freeze({});

export function findPart(meter: MeterState, span: PartSpan): PartState | undefined {
  return meter.parts.find((part) => part.kind === span.kind && part.start === span.start && part.end === span.end);
}

/** True where what was decided of the part is no longer kept: only a replay can tell it again. */
export function isForgotten(meter: MeterState, span: PartSpan): boolean {
  return (
    meter.decidedTo > span.start &&
    meter.firstAt !== null &&
    meter.firstAt < span.end &&
    findPart(meter, span) === undefined
  );
}

export function partFigures(
  evaluated: EvaluatedMeter,
  span: PartSpan,
  tariffs: readonly Tariff[],
  calendar: Calendar,
): PartFigures {
  const { curve, state } = evaluated;
  const part = findPart(state, span);
  const from = Math.max(span.start, state.decidedTo);
  const isOpen = from < span.end;
  const slotsWh: Record<string, number> = { ...part?.slotsWh };
  if (isOpen) addSlotEnergies(curve, from, span.end, tariffs, calendar, slotsWh);
  const counts = isOpen ? verdictsWithin(evaluated, from, span.end) : noVerdicts;
  const priced = isOpen ? pricedEstimate(curve, span, from, span.end, tariffs, calendar) : 0;
  const { energyWh, startQuality, endQuality, estimatedWh, fromAt } = partEnergy(curve, span, part);
  return {
    energyWh,
    startQuality,
    endQuality,
    estimatedWh,
    slotsWh,
    pricedEstimatedWh: (part?.pricedEstimatedWh ?? 0) + priced,
    replaced: (part?.replaced ?? false) || (isOpen && curve.overlapsBreak(from, span.end)),
    glitched: (part?.glitched ?? false) || counts.glitches > 0,
    conflicted: (part?.conflicted ?? false) || counts.conflicts > 0,
    fromAt,
  };
}

type PartEnergy = Pick<PartFigures, 'energyWh' | 'startQuality' | 'endQuality' | 'estimatedWh' | 'fromAt'>;

/** From what was decided of the part, from its known beginning to the curve's end, or from the curve alone. */
function partEnergy(curve: Curve, span: PartSpan, part: PartState | undefined): PartEnergy {
  if (part?.done) {
    const { energyWh, startQuality, endQuality, estimatedWh } = part.done;
    return { energyWh, startQuality, endQuality, estimatedWh, fromAt: part.fromAt };
  }
  if (!part || part.fromWh === null) {
    const { energyWh, startQuality, endQuality, estimatedWh } = curve.window(span.start, span.end);
    const fromAt = energyWh === null ? null : Math.max(span.start, curve.first);
    return { energyWh, startQuality, endQuality, estimatedWh, fromAt };
  }
  const to = Math.min(span.end, curve.last);
  const toWh = curve.energyAt(to);
  const energyWh = toWh - part.fromWh;
  const crossing = to === span.end ? curve.longIntervalAt(span.end) : null;
  const estimatedWh =
    part.startIntervalEnd >= to
      ? energyWh
      : part.startEstimatedWh + (crossing ? toWh - curve.energyAt(Math.max(crossing.from, span.start)) : 0);
  return {
    energyWh,
    startQuality: part.startQuality,
    endQuality: to === span.end ? curve.qualityAt(span.end) : 'none',
    estimatedWh,
    fromAt: part.fromAt,
  };
}

/** The energy between two instants of the part; null where the curve or a mark no longer reaches one of them. */
export function energyUntil(evaluated: EvaluatedMeter, span: PartSpan, from: number, to: number): number | null {
  const part = findPart(evaluated.state, span);
  if (part?.done && part.fromAt === from && to === span.end) return part.done.energyWh;
  const fromWh = part && part.fromAt === from ? part.fromWh : energyAtInstant(evaluated, from);
  const toWh =
    energyAtInstant(evaluated, to) ??
    (part?.done && part.fromWh !== null && to === span.end ? part.fromWh + (part.done.energyWh ?? 0) : null);
  return fromWh === null || toWh === null ? null : toWh - fromWh;
}

function energyAtInstant({ state, curve }: EvaluatedMeter, at: number): number | null {
  const mark = state.marks.find((known) => known.at === at);
  if (mark) return mark.energyWh;
  return at >= curve.first && at <= curve.last ? curve.energyAt(at) : null;
}

/** Carries the parts over to a later `decidedTo`, while the curve still reaches back to the old one. */
export function decideParts(
  evaluated: EvaluatedMeter,
  spans: readonly PartSpan[],
  decideTo: number,
  tariffs: readonly Tariff[],
  calendar: Calendar,
): void {
  const { curve, state } = evaluated;
  for (const span of spans) {
    if (span.start >= decideTo) continue;
    let part = findPart(state, span);
    if (part?.done) continue;
    const figures = partFigures(evaluated, span, tariffs, calendar);
    if (!part) {
      part = {
        kind: span.kind,
        periodStart: span.periodStart,
        start: span.start,
        end: span.end,
        fromAt: null,
        fromWh: null,
        startQuality: 'none',
        startEstimatedWh: 0,
        startIntervalEnd: Number.NEGATIVE_INFINITY,
        slotsWh: noSlots,
        pricedEstimatedWh: 0,
        replaced: false,
        glitched: false,
        conflicted: false,
        done: null,
      };
      state.parts = [...state.parts, part];
    }
    const from = Math.max(span.start, state.decidedTo);
    const to = Math.min(span.end, decideTo);
    if (part.fromWh === null && curve.first < to && curve.length > 0) {
      const known = Math.max(span.start, curve.first);
      const interval = known === span.start ? curve.longIntervalAt(span.start) : null;
      part.fromAt = known;
      part.fromWh = curve.energyAt(known);
      part.startQuality = known === span.start ? curve.qualityAt(span.start) : 'none';
      if (interval) {
        part.startIntervalEnd = interval.to;
        part.startEstimatedWh = curve.energyAt(Math.min(interval.to, span.end)) - part.fromWh;
      }
    }
    if (tariffs.length > 0) {
      part.slotsWh = { ...part.slotsWh };
      addSlotEnergies(curve, from, to, tariffs, calendar, part.slotsWh);
    }
    part.pricedEstimatedWh += pricedEstimate(curve, span, from, to, tariffs, calendar);
    const counts = verdictsWithin(evaluated, from, to);
    part.replaced ||= curve.overlapsBreak(from, to);
    part.glitched ||= counts.glitches > 0;
    part.conflicted ||= counts.conflicts > 0;
    if (span.end <= decideTo)
      part.done = {
        energyWh: figures.energyWh,
        startQuality: figures.startQuality,
        endQuality: figures.endQuality,
        estimatedWh: figures.estimatedWh,
      };
  }
}

function verdictsWithin(
  { readings, validation }: EvaluatedMeter,
  start: number,
  end: number,
): { glitches: number; conflicts: number } {
  if (validation.glitches === 0 && validation.conflicts === 0) return noVerdicts;
  const counts = { glitches: 0, conflicts: 0 };
  const to = readings.countBefore(end);
  for (let k = readings.countBefore(start); k < to; k++) {
    if (validation.verdict[k] === verdicts.glitch) counts.glitches++;
    else if (validation.verdict[k] === verdicts.conflict) counts.conflicts++;
  }
  return counts;
}
