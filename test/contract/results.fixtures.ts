/** One of each result and of each telemetry point, with their unknown members set or null. */

import type { Reading } from '../../domain/reading.ts';
import type {
  Adjustment,
  Anomaly,
  BuildingDay,
  BuildingPeriod,
  Climate,
  MeterDay,
  MeterPeriod,
  Recommendation,
} from '../../domain/results.ts';
import type { BusHealth, MeterState, PipelineStats } from '../../domain/telemetry.ts';

/** 2026-03-01 in Europe/Paris: inside the retention of every bucket. */
export const day0 = Date.UTC(2026, 1, 28, 23);
export const dayMs = 86_400_000;

export function meterDay(building: string, n = 0, more: Partial<MeterDay> = {}): MeterDay {
  return {
    v: 1,
    kind: 'meter_day',
    building,
    revision: 3,
    meter: 'LOC01',
    role: 'tenant',
    lot: 1,
    date: '2026-03-01',
    start: day0 + n * dayMs,
    end: day0 + (n + 1) * dayMs,
    energyWh: 8123,
    powerMaxW: 5,
    powerMaxAt: day0 + 60_000,
    powerMeanW: 338.45833333333337,
    demandMaxW: 1200.5,
    nightFloorW: 0,
    readings: 96,
    class: 'moyen',
    activity: 'actif',
    status: 'provisional',
    flags: ['glitch', 'conflict'],
    startQuality: 'measured',
    endQuality: 'estimated',
    estimatedWh: 12,
    glitches: 1,
    conflicts: 2,
    slotsWh: { hp: 5000, hc: 3123 },
    ...more,
  };
}

export const nullMeterDay: Partial<MeterDay> = {
  role: 'general',
  lot: null,
  energyWh: null,
  powerMaxW: null,
  powerMaxAt: null,
  powerMeanW: null,
  demandMaxW: null,
  nightFloorW: null,
  class: null,
  flags: [],
  slotsWh: {},
};

export function buildingDay(building: string, n = 0, more: Partial<BuildingDay> = {}): BuildingDay {
  return {
    v: 1,
    kind: 'building_day',
    building,
    revision: 1,
    date: '2026-03-01',
    start: day0 + n * dayMs,
    end: day0 + (n + 1) * dayMs,
    generalWh: 180_000,
    tenantsWh: 170_000,
    commonWh: null,
    remainderWh: -12,
    leakRatio: 0.9444444444444444,
    leakRatioQuality: 'measured',
    powerMaxW: 21_000,
    powerMaxAt: day0 + 5,
    powerMeanW: 7500,
    demandMaxW: 18_000.25,
    contractedVa: 36_000,
    cosPhi: 0.95,
    peakVa: 22_105.5,
    knownCount: 20,
    meanWh: 8500,
    medianWh: 8400.5,
    minWh: 0,
    maxWh: 16_000,
    stdevWh: 1e-7,
    coefficientOfVariation: 0.1,
    homogeneity: 100,
    homogeneityCount: 19,
    classFaible: 1,
    classMoyen: 10,
    classEleve: 8,
    classTresEleve: 1,
    metersReporting: 20,
    metersExpected: 20,
    nightFloorW: 900,
    remainderFloorW: null,
    anomalies: 0,
    status: 'final',
    ...more,
  };
}

export function meterPeriod(building: string, more: Partial<MeterPeriod> = {}): MeterPeriod {
  return {
    v: 1,
    kind: 'meter_period',
    building,
    revision: 2,
    meter: 'LOC01',
    lot: 1,
    period: 'month',
    occupancy: 0,
    occupant: 'R-17',
    payer: 'occupant',
    date: '2026-03-01',
    start: day0,
    end: day0 + 31 * dayMs,
    energyWh: 250_000,
    sharePct: 5.25,
    equalSharePct: 5,
    deviationPct: -0.25,
    billedDays: 31,
    amountCents: 4512,
    slotsCents: { hp: 3000, 'heures creuses': 1200 },
    commonCents: 312,
    estimatedWh: 0,
    pricedEstimatedWh: 15,
    activity: 'actif',
    status: 'open',
    flags: ['partial'],
    startQuality: 'measured',
    endQuality: 'none',
    slotsWh: { 'heures creuses': 100_000, hp: 150_000 },
    ...more,
  };
}

export function buildingPeriod(building: string, more: Partial<BuildingPeriod> = {}): BuildingPeriod {
  return {
    v: 1,
    kind: 'building_period',
    building,
    revision: 1,
    period: 'month',
    date: '2026-03-01',
    start: day0,
    end: day0 + 31 * dayMs,
    generalWh: 5_400_000,
    tenantsWh: 5_000_000,
    remainderWh: 400_000,
    activeLots: 20,
    meanWh: 250_000,
    amountCents: 90_000,
    status: 'final',
    closedAt: day0 + 41 * dayMs,
    remainderSlotsWh: { hp: 300_000, hc: 100_000 },
    generalSlotsWh: { hp: 4_000_000, hc: 1_400_000 },
    ...more,
  };
}

export function anomaly(building: string, more: Partial<Anomaly> = {}): Anomaly {
  return {
    v: 1,
    kind: 'anomaly',
    building,
    revision: 1,
    type: 'compteur_fige',
    meter: 'LOC 01,=',
    bus: null,
    date: '2026-03-01',
    start: day0,
    severity: 'majeur',
    value: 2,
    threshold: 1.5,
    impactWh: 7200,
    text: 'Le compteur "LOC\\01" est figé,\ndepuis 2 h\\',
    lots: [1, 12],
    open: true,
    openedAt: day0 + 1,
    updatedAt: day0 + 2,
    closedAt: null,
    ...more,
  };
}

export function recommendation(building: string, more: Partial<Recommendation> = {}): Recommendation {
  return {
    v: 1,
    kind: 'recommendation',
    building,
    revision: 1,
    code: 'inspecter_communs',
    date: '2026-03-01',
    start: day0,
    priority: 'haute',
    domain: 'énergie',
    action: 'inspecter',
    text: '',
    open: false,
    ...more,
  };
}

export function climate(building: string, more: Partial<Climate> = {}): Climate {
  return {
    v: 1,
    kind: 'climate',
    building,
    revision: 1,
    date: '2026-03-01',
    start: day0,
    baseWhPerDay: 100_000,
    heatingWhPerDegreeDay: 1234.5,
    coolingWhPerDegreeDay: 0,
    r2: null,
    ...more,
  };
}

export function adjustment(building: string, more: Partial<Adjustment> = {}): Adjustment {
  return {
    v: 1,
    kind: 'adjustment',
    building,
    revision: 1,
    meter: 'LOC01',
    sequence: 1,
    lot: null,
    period: 'month',
    date: '2026-03-01',
    start: day0,
    energyWh: -300,
    amountCents: null,
    reason: 'relevé tardif',
    madeAt: day0 + 50 * dayMs,
    madeBy: 'syndic',
    ...more,
  };
}

export function meterState(building: string, n = 0, more: Partial<MeterState> = {}): MeterState {
  const at = day0 + n * 60_000;
  const base = { v: 1, kind: 'meter_state', building, meter: 'LOC01', at } as const;
  return { ...base, secondsSinceReading: 59, state: 'actif', failures1h: 0, ...more };
}

export function busHealth(building: string, n = 0, more: Partial<BusHealth> = {}): BusHealth {
  return {
    v: 1,
    kind: 'bus_health',
    building,
    bus: 'bus-1',
    at: day0 + n * 60_000,
    polls: 21,
    answers: 20,
    timeouts: 1,
    checksumErrors: 0,
    discardedBytes: 3,
    implausible: 2,
    cycleMs: 4000,
    failures1h: { LOC07: 12 },
    ...more,
  };
}

export function pipelineStats(component: string, n = 0, more: Partial<PipelineStats> = {}): PipelineStats {
  return {
    v: 1,
    kind: 'pipeline',
    component,
    partition: '0',
    at: day0 + n * 60_000,
    lag: 0,
    used: 1000,
    duplicates: 1,
    conflicts: 2,
    glitches: 3,
    quarantined: 4,
    late: 5,
    rejected: 6,
    throughput: 7,
    latencyMs: null,
    ...more,
  };
}

export function storedReading(building: string, meter: string, n: number, more: Partial<Reading> = {}): Reading {
  const at = day0 + n * 900_000;
  return { building, meter, at, energyImportWh: 1000 + n, source: 'mbus', receivedAt: at + 20, ...more };
}
