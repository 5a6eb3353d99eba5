/** A building's day: distribution, classes, homogeneity, leak ratio, remainder, completeness, from its meters' days and shared instants. */

import { isVacantThroughout } from '../domain/building.ts';
import type { BuildingDay, MeterDay } from '../domain/results.ts';
import type { TimeWindow, WindowStatus } from '../domain/window.ts';
import { judgedPeakVa } from './analysis/anomalies/power.ts';
import { countClasses } from './analysis/classes.ts';
import { distribution } from './analysis/distribution.ts';
import { decimalProduct } from './analysis/finding.ts';
import { homogeneity } from './analysis/homogeneity.ts';
import { type Leak, leakRatio, type Span, sharedSpan } from './analysis/leak.ts';
import { nightSlots } from './consumption/meter-day.ts';
import { nightFloor, slotMs } from './consumption/power.ts';
import type { BuildingContext } from './context.ts';
import type { Evaluation } from './evaluate.ts';
import type { DayFacts, DayState } from './state.ts';
import type { Workspace } from './workspace.ts';

export interface Balance {
  readonly leak: Leak;
  readonly meteredWh: number | null;
  readonly generalWh: number | null;
}

/** Ratio and remainder over the same two instants, from the curves. */
export function balanceOf(evaluation: Evaluation, window: TimeWindow, now: number): Balance {
  const { general, tenants, commons, meters } = evaluation;
  const span = sharedSpan(
    window,
    meters.map(({ curve }): Span | null =>
      curve.length > 0 && curve.first < curve.last ? { from: curve.first, to: curve.last } : null,
    ),
  );
  const elapsedMs = Math.min(window.end, Math.max(now, window.start)) - window.start;
  if (!span || !general)
    return {
      leak: leakRatio({
        generalWh: null,
        tenantsWh: null,
        commonWh: null,
        coveredMs: 0,
        elapsedMs,
        windowMs: window.end - window.start,
        estimated: false,
      }),
      meteredWh: null,
      generalWh: null,
    };
  const energy = (of: Evaluation['tenants']): number =>
    of.reduce((sum, { curve }) => sum + curve.energyAt(span.to) - curve.energyAt(span.from), 0);
  const estimated = meters.some(
    ({ curve }) => curve.qualityAt(span.from) === 'estimated' || curve.qualityAt(span.to) === 'estimated',
  );
  const generalWh = energy([general]);
  const tenantsWh = energy(tenants);
  const commonWh = energy(commons);
  const leak = leakRatio({
    generalWh,
    tenantsWh,
    commonWh,
    coveredMs: span.to - span.from,
    elapsedMs,
    windowMs: window.end - window.start,
    estimated,
  });
  return { leak, meteredWh: tenantsWh + commonWh, generalWh };
}

/** The same from whole days alone, where the curves are gone and every meter is complete. */
export function balanceOfDays(context: BuildingContext, day: DayState): Balance | null {
  let generalWh: number | null = null;
  let meteredWh = 0;
  let estimated = false;
  for (const { meter } of context.meters) {
    const result = day.meters.get(meter.id);
    if (!result || result.energyWh === null || !isComplete(result)) return null;
    if (result.startQuality === 'estimated' || result.endQuality === 'estimated') estimated = true;
    if (meter.role === 'general') generalWh = result.energyWh;
    else meteredWh += result.energyWh;
  }
  if (generalWh === null) return null;
  const windowMs = day.end - day.start;
  return {
    leak: leakRatio({
      generalWh,
      tenantsWh: meteredWh,
      commonWh: 0,
      coveredMs: windowMs,
      elapsedMs: windowMs,
      windowMs,
      estimated,
    }),
    meteredWh,
    generalWh,
  };
}

/** The night floor of the remainder from the slots gathered in the workspace. */
export function remainderFloor(
  context: BuildingContext,
  window: TimeWindow,
  workspace: Workspace,
  slotCount: number,
  stepsWh: number,
): number | null {
  const night = nightSlots(context.calendar, window);
  return nightFloor(workspace.remainderSlots, night.from, Math.min(night.to, slotCount), stepsWh);
}

/** The greatest Σ of the tenants' 10-minute demands, W; null where no slot has them all. */
export function tenantsPeak(workspace: Workspace, slotCount: number): number | null {
  let best = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < slotCount; k++)
    if ((workspace.tenantSlots[k] as number) > best) best = workspace.tenantSlots[k] as number;
  return best === Number.NEGATIVE_INFINITY ? null : (best * 3_600_000) / slotMs;
}

export function isComplete(day: MeterDay): boolean {
  return day.startQuality !== 'none' && day.endQuality !== 'none';
}

/** `anomalies` is filled in by the caller. */
export function buildingDay(context: BuildingContext, day: DayState, facts: DayFacts): BuildingDay {
  const { building } = context;
  const days = context.meters.map(({ meter, lot }) => ({ meter, lot, result: day.meters.get(meter.id) }));
  const tenants = days.filter(({ meter }) => meter.role === 'tenant');
  const commons = days.filter(({ meter }) => meter.role === 'common');
  const general = days.find(({ meter }) => meter.role === 'general')?.result;
  const known = tenants.flatMap(({ result }) => (result?.energyWh == null ? [] : [result.energyWh]));
  const spread = distribution(known);
  const classes = countClasses(known, building.thresholds.classesKwh);
  const even = homogeneity(
    tenants.map(({ lot, result }) => ({
      energyWh: result?.energyWh ?? null,
      vacant: isVacantThroughout(lot, day.start, day.end),
    })),
  );
  const commonKnown = commons.every(({ result }) => result?.energyWh != null);
  return {
    v: 1,
    kind: 'building_day',
    building: building.id,
    revision: 0,
    date: day.date,
    start: day.start,
    end: day.end,
    generalWh: general?.energyWh ?? null,
    tenantsWh: spread.sumWh,
    commonWh: commonKnown ? commons.reduce((sum, { result }) => sum + (result?.energyWh ?? 0), 0) : null,
    remainderWh: facts.leak.remainderWh,
    leakRatio: facts.leak.ratio,
    leakRatioQuality: facts.leak.quality,
    powerMaxW: general?.powerMaxW ?? null,
    powerMaxAt: general?.powerMaxAt ?? null,
    powerMeanW: general?.powerMeanW ?? null,
    demandMaxW: general?.demandMaxW ?? null,
    contractedVa: decimalProduct(building.contractedPowerKva, 1000),
    cosPhi: building.cosPhi,
    peakVa: judgedPeakVa(
      {
        powerMaxW: general?.powerMaxW ?? null,
        apparentPowerMaxVa: facts.maxVa,
        demandMaxW: general?.demandMaxW ?? null,
      },
      building,
    ),
    knownCount: spread.knownCount,
    meanWh: spread.meanWh,
    medianWh: spread.medianWh,
    minWh: spread.minWh,
    maxWh: spread.maxWh,
    stdevWh: spread.stdevWh,
    coefficientOfVariation: spread.coefficientOfVariation,
    homogeneity: even.score,
    homogeneityCount: even.count,
    classFaible: classes.faible,
    classMoyen: classes.moyen,
    classEleve: classes.eleve,
    classTresEleve: classes.tres_eleve,
    metersReporting: tenants.filter(({ result }) => result && isComplete(result)).length,
    metersExpected: tenants.length,
    nightFloorW: general?.nightFloorW ?? null,
    remainderFloorW: facts.remainderFloorW,
    anomalies: 0,
    status: statusOfAll(days.map(({ result }) => result?.status ?? 'provisional')),
  };
}

function statusOfAll(statuses: readonly WindowStatus[]): WindowStatus {
  if (statuses.some((status) => status === 'open')) return 'open';
  return statuses.every((status) => status === 'final') ? 'final' : 'provisional';
}
