/** The anomalies and recommendations of one building day: every rule fed with the day's facts and what is remembered of the days before. */
import { type Building, isVacantThroughout } from '../domain/building.ts';
import type { BuildingDay, MeterDay } from '../domain/results.ts';
import { frozenMeterAnomaly } from './analysis/anomalies/frozen-meter.ts';
import { idleMetersAnomaly } from './analysis/anomalies/idle-meters.ts';
import { incoherenceAnomaly, incoherenceSuspected } from './analysis/anomalies/incoherence.ts';
import { incompleteDataAnomaly } from './analysis/anomalies/incomplete-data.ts';
import { leakAnomaly, leakSuspected } from './analysis/anomalies/leak.ts';
import { overconsumptionAnomaly } from './analysis/anomalies/overconsumption.ts';
import { powerAnomaly } from './analysis/anomalies/power.ts';
import { vacantLotAnomaly } from './analysis/anomalies/vacant-lot.ts';
import type { Finding } from './analysis/finding.ts';
import type { Advice } from './analysis/recommendations/advice.ts';
import { regulateCooling, regulateHeating } from './analysis/recommendations/climate-slope.ts';
import { shiftLoads } from './analysis/recommendations/coincidence.ts';
import { type ContractedPowerFacts, lowerContractedPower } from './analysis/recommendations/contracted-power.ts';
import { inspectCommons, raiseAwareness, raiseContractedPower, yearlyAdvice } from './analysis/recommendations/seed.ts';
import { lookForStandingLoads } from './analysis/recommendations/standing-loads.ts';
import { isComplete } from './building-day.ts';
import type { BuildingContext, MeterContext } from './context.ts';
import type { BuildingState, ClimateMemory, DayFacts, DayMemory, DayState } from './state.ts';

export interface DayFindings {
  readonly findings: readonly Finding[];
  readonly advice: readonly Advice[];
}

export function dayFindings(
  state: BuildingState,
  context: BuildingContext,
  day: DayState,
  facts: DayFacts,
  result: BuildingDay,
  now: number,
): DayFindings {
  const { building } = context;
  const dayOver = now >= day.end;
  const days = context.meters.map((meterContext) => ({
    ...meterContext,
    result: day.meters.get(meterContext.meter.id),
  }));
  const balance = {
    ratio: facts.leak.ratio,
    quality: facts.leak.quality,
    metersReporting: result.metersReporting,
    metersExpected: result.metersExpected,
    generalWh: facts.balanceGeneralWh,
    meteredWh: facts.meteredWh,
  };
  const before: DayMemory[] = [];
  for (const [start, memory] of state.memory) if (start < day.start) before.push(memory);
  const leakFacts = {
    ...balance,
    remainderFloorW: facts.remainderFloorW,
    floorHistoryW: before.map((memory) => memory.remainderFloorW),
    dayHours: (day.end - day.start) / 3_600_000,
  };
  const leak = leakAnomaly(leakFacts, building);
  const power = powerFinding(context, day, facts);
  const findings: (Finding | null)[] = [
    leak,
    incoherenceAnomaly(balance, building),
    power,
    idleMetersAnomaly({
      meters: days
        .filter(({ meter }) => meter.role === 'tenant')
        .map((d) => ({
          meter: d.meter.id,
          lot: d.meter.lot,
          energyWh: d.result?.energyWh ?? null,
          readings: d.result?.readings ?? 0,
          vacant: isVacantSometime(d, day),
        })),
      dayOver,
    }),
    ...days.map((d) =>
      frozenMeterAnomaly({
        meter: d.meter.id,
        lot: d.meter.lot,
        standstills: facts.frozen[d.meter.id] ?? [],
        resolutionWh: facts.resolutionWh[d.meter.id] ?? 1,
      }),
    ),
    ...days
      .filter(({ meter }) => meter.role === 'tenant')
      .map((d) => overconsumptionOf(state, context, day, d, building)),
    ...days
      .filter(({ meter }) => meter.role === 'tenant')
      .map((d) =>
        vacantLotAnomaly({
          meter: d.meter.id,
          lot: d.meter.lot,
          energyWh: d.result?.energyWh ?? null,
          vacant: isVacantThroughout(d.lot, day.start, day.end),
        }),
      ),
    incompleteDataAnomaly({
      meters: days.map((d) => ({
        meter: d.meter.id,
        lot: d.meter.lot,
        complete: d.result !== undefined && isComplete(d.result),
      })),
      closed: now >= day.end + building.maxGapMs,
      balanceSuspected: leakSuspected(leakFacts, building) || incoherenceSuspected(balance, building),
    }),
  ];
  return {
    findings: findings.filter((found) => found !== null),
    advice: adviceOf(state, context, day, facts, result, before, leak, power),
  };
}

function adviceOf(
  state: BuildingState,
  context: BuildingContext,
  day: DayState,
  facts: DayFacts,
  result: BuildingDay,
  before: readonly DayMemory[],
  leak: Finding | null,
  power: Finding | null,
): Advice[] {
  const { building } = context;
  const tenants = context.meters
    .filter(({ meter }) => meter.role === 'tenant')
    .map(({ meter }) => day.meters.get(meter.id));
  const signature = state.climates.get(day.date) ?? null;
  const lastYear = signatureBefore(state, day.date);
  const advice: (Advice | null)[] = [
    inspectCommons(leak),
    raiseContractedPower(power, building),
    raiseAwareness(result.coefficientOfVariation, building),
    lookForStandingLoads({ nightFloorW: result.nightFloorW, powerMeanW: result.powerMeanW }, building),
    shiftLoads(
      {
        tenantDemandsW: tenants.map((d: MeterDay | undefined) => d?.demandMaxW ?? null),
        coincidentDemandW: facts.tenantsPeakW,
      },
      building,
    ),
    lowerContractedPower(yearOf(before, result), building),
    regulateHeating(signature, lastYear),
    regulateCooling(signature, lastYear),
    ...yearlyAdvice,
  ];
  return advice.filter((item) => item !== null);
}

/** The greatest demand of the day and the 364 remembered before it. */
function yearOf(before: readonly DayMemory[], { demandMaxW: today }: BuildingDay): ContractedPowerFacts {
  let demandMaxW = today;
  let knownDays = today === null ? 0 : 1;
  for (let i = Math.max(0, before.length - 364); i < before.length; i++) {
    const demandW = before[i]?.demandMaxW ?? null;
    if (demandW === null) continue;
    knownDays++;
    if (demandMaxW === null || demandW > demandMaxW) demandMaxW = demandW;
  }
  return { demandMaxW, knownDays };
}

function signatureBefore(state: BuildingState, date: string): ClimateMemory | null {
  const [year, rest] = [Number(date.slice(0, 4)), date.slice(4)];
  return state.climates.get(`${year - 1}${rest === '-02-29' ? '-02-28' : rest}`) ?? null;
}

function powerFinding(context: BuildingContext, day: DayState, facts: DayFacts): Finding | null {
  const general = context.general;
  const result = general && day.meters.get(general.meter.id);
  if (!general || !result) return null;
  return powerAnomaly(
    {
      meter: general.meter.id,
      powerMaxW: result.powerMaxW,
      apparentPowerMaxVa: facts.maxVa,
      demandMaxW: result.demandMaxW,
    },
    context.building,
  );
}

function overconsumptionOf(
  state: BuildingState,
  context: BuildingContext,
  day: DayState,
  d: MeterContext & { result: MeterDay | undefined },
  building: Building,
): Finding | null {
  const sameWeekdayWh =
    building.thresholds.overconsumptionMedianFactor === undefined ? [] : sameWeekday(state, context, day, d.meter.id);
  return overconsumptionAnomaly(
    {
      meter: d.meter.id,
      lot: d.meter.lot,
      energyWh: d.result?.energyWh ?? null,
      lotLimitKwh: d.lot?.overconsumptionKwh,
      sameWeekdayWh,
    },
    building,
  );
}

/** The energies of the same weekday over the 8 weeks before. */
function sameWeekday(state: BuildingState, context: BuildingContext, day: DayState, meter: string): (number | null)[] {
  const weekday = context.calendar.weekday(day.date);
  const energies: (number | null)[] = [];
  for (const [start, memory] of state.memory) {
    const daysBefore = Math.round((day.start - start) / 86_400_000);
    if (daysBefore <= 0 || daysBefore > 56 || context.calendar.weekday(memory.date) !== weekday) continue;
    energies.push(memory.energyWh[meter] ?? null);
  }
  return energies;
}

/** The lot is vacant for a part of the day at least. */
export function isVacantSometime({ lot }: MeterContext, day: Pick<DayState, 'start' | 'end'>): boolean {
  if (!lot) return false;
  return lot.occupancy.some(
    (stay) => stay.occupant === null && stay.from < day.end && (stay.to === undefined || stay.to > day.start),
  );
}
