/**
 * Which members of a result are its content: what raises its revision when it changes. The rest is its key (the same for every revision) or
 * instants, which may differ between equal runs; only a billing period's closing is content.
 */
import type { ResultKind, ResultOf } from '../domain/results.ts';

type Identity =
  | 'v'
  | 'kind'
  | 'building'
  | 'meter'
  | 'role'
  | 'lot'
  | 'date'
  | 'start'
  | 'end'
  | 'period'
  | 'occupancy'
  | 'revision';
type Instant = 'openedAt' | 'updatedAt' | 'closedAt';
type Content<K extends ResultKind> = Exclude<
  keyof ResultOf<K>,
  K extends 'building_period' ? Identity : Identity | Instant
>;

/** A member's name, and where the hash of its value begins. */
export interface ContentMember {
  readonly name: string;
  readonly high: number;
  readonly low: number;
}

/** Every member, said once: the compiler asks for the ones that are missing. */
const members: { readonly [K in ResultKind]: Readonly<Record<Content<K>, true>> } = {
  meter_day: {
    energyWh: true,
    powerMaxW: true,
    powerMaxAt: true,
    powerMeanW: true,
    demandMaxW: true,
    nightFloorW: true,
    readings: true,
    class: true,
    activity: true,
    status: true,
    flags: true,
    startQuality: true,
    endQuality: true,
    estimatedWh: true,
    glitches: true,
    conflicts: true,
    slotsWh: true,
  },
  building_day: {
    generalWh: true,
    tenantsWh: true,
    commonWh: true,
    remainderWh: true,
    leakRatio: true,
    leakRatioQuality: true,
    powerMaxW: true,
    powerMaxAt: true,
    powerMeanW: true,
    demandMaxW: true,
    contractedVa: true,
    cosPhi: true,
    peakVa: true,
    knownCount: true,
    meanWh: true,
    medianWh: true,
    minWh: true,
    maxWh: true,
    stdevWh: true,
    coefficientOfVariation: true,
    homogeneity: true,
    homogeneityCount: true,
    classFaible: true,
    classMoyen: true,
    classEleve: true,
    classTresEleve: true,
    metersReporting: true,
    metersExpected: true,
    nightFloorW: true,
    remainderFloorW: true,
    anomalies: true,
    status: true,
  },
  meter_period: {
    occupant: true,
    payer: true,
    energyWh: true,
    sharePct: true,
    equalSharePct: true,
    deviationPct: true,
    billedDays: true,
    amountCents: true,
    slotsCents: true,
    commonCents: true,
    estimatedWh: true,
    pricedEstimatedWh: true,
    activity: true,
    status: true,
    flags: true,
    startQuality: true,
    endQuality: true,
    slotsWh: true,
  },
  building_period: {
    generalWh: true,
    tenantsWh: true,
    remainderWh: true,
    activeLots: true,
    meanWh: true,
    amountCents: true,
    status: true,
    closedAt: true,
    remainderSlotsWh: true,
    generalSlotsWh: true,
  },
  anomaly: {
    type: true,
    bus: true,
    severity: true,
    value: true,
    threshold: true,
    impactWh: true,
    text: true,
    lots: true,
    open: true,
  },
  recommendation: {
    code: true,
    priority: true,
    domain: true,
    action: true,
    text: true,
    open: true,
  },
  adjustment: {
    sequence: true,
    energyWh: true,
    amountCents: true,
    reason: true,
    madeAt: true,
    madeBy: true,
  },
  climate: {
    baseWhPerDay: true,
    heatingWhPerDegreeDay: true,
    coolingWhPerDegreeDay: true,
    r2: true,
  },
};

export const contentOf: Readonly<Record<ResultKind, readonly ContentMember[]>> = {
  meter_day: membersOf('meter_day'),
  building_day: membersOf('building_day'),
  meter_period: membersOf('meter_period'),
  building_period: membersOf('building_period'),
  anomaly: membersOf('anomaly'),
  recommendation: membersOf('recommendation'),
  adjustment: membersOf('adjustment'),
  climate: membersOf('climate'),
};

function membersOf(kind: ResultKind): ContentMember[] {
  return Object.keys(members[kind]).map(memberOf);
}

function memberOf(name: string): ContentMember {
  const { length } = name;
  return {
    name,
    high: 0xdeadbeef ^ (name.charCodeAt(0) * 7919 + name.charCodeAt(length - 1) * 104729 + length),
    low: 0x41c6ce57 ^ (name.charCodeAt(length >> 1) * 1299709 + name.charCodeAt(length >> 2)),
  };
}
