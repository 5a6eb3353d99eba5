/**
 * What the processors publish on `releve.results`: one object a result, `kind` tells which. Energies are integer Wh, powers W,
 * instants epoch ms; `null` is unknown, never 0. `revision` rises when a published result changes.
 */
import type { MeterRole } from './building.ts';
import type { BoundaryQuality, PeriodKind, WindowFlag, WindowStatus } from './window.ts';

export type ConsumptionClass = 'faible' | 'moyen' | 'eleve' | 'tres_eleve';
export type Activity = 'actif' | 'inactif';
export type Severity = 'critique' | 'majeur' | 'mineur';

export type AnomalyType =
  | 'fuite_energetique'
  | 'incoherence_comptage'
  | 'depassement_puissance'
  | 'compteurs_defaillants'
  | 'compteur_silencieux'
  | 'compteur_fige'
  | 'surconsommation_locataire'
  | 'consommation_lot_vacant'
  | 'bus_degrade'
  | 'donnees_incompletes';

export type RecommendationCode =
  | 'inspecter_communs'
  | 'augmenter_puissance'
  | 'sensibiliser'
  | 'maintenance_annuelle'
  | 'bilan_annuel'
  | 'veille_permanente'
  | 'decaler_usages'
  | 'reduire_puissance'
  | 'reguler_chauffage'
  | 'reguler_climatisation';

interface ResultBase {
  readonly v: 1;
  readonly building: string;
  readonly revision: number;
}

/** One meter's local day. */
export interface MeterDay extends ResultBase {
  readonly kind: 'meter_day';
  readonly meter: string;
  readonly role: MeterRole;
  readonly lot: number | null;
  readonly date: string;
  readonly start: number;
  readonly end: number;
  readonly energyWh: number | null;
  readonly powerMaxW: number | null;
  readonly powerMaxAt: number | null;
  readonly powerMeanW: number | null;
  /** Greatest mean power of a 10-minute slot. */
  readonly demandMaxW: number | null;
  readonly nightFloorW: number | null;
  /** `nb_mesures`: accepted readings in the window. */
  readonly readings: number;
  readonly class: ConsumptionClass | null;
  readonly activity: Activity;
  readonly status: WindowStatus;
  readonly flags: readonly WindowFlag[];
  readonly startQuality: BoundaryQuality;
  readonly endQuality: BoundaryQuality;
  readonly estimatedWh: number;
  readonly glitches: number;
  readonly conflicts: number;
  /** Energy by price slot name; empty without a tariff. */
  readonly slotsWh: Readonly<Record<string, number>>;
}

export interface BuildingDay extends ResultBase {
  readonly kind: 'building_day';
  readonly date: string;
  readonly start: number;
  readonly end: number;
  readonly generalWh: number | null;
  readonly tenantsWh: number;
  readonly commonWh: number | null;
  readonly remainderWh: number | null;
  /** (tenants + common) / general over the same two instants. */
  readonly leakRatio: number | null;
  readonly leakRatioQuality: 'measured' | 'estimated' | 'none';
  readonly powerMaxW: number | null;
  readonly powerMaxAt: number | null;
  readonly powerMeanW: number | null;
  readonly demandMaxW: number | null;
  /** The contracted power of the day's configuration; missing in days written before it was kept. */
  readonly contractedVa?: number | null | undefined;
  readonly cosPhi?: number | null | undefined;
  /** What is held against the contracted power: greatest VA, W / cos φ, or 10-minute demand above 36 kVA. */
  readonly peakVa?: number | null | undefined;
  /** Distribution over the tenant meters whose consumption is known. */
  readonly knownCount: number;
  readonly meanWh: number | null;
  readonly medianWh: number | null;
  readonly minWh: number | null;
  readonly maxWh: number | null;
  readonly stdevWh: number | null;
  /** stdev / mean, a ratio. */
  readonly coefficientOfVariation: number | null;
  /** 0 to 100. */
  readonly homogeneity: number | null;
  readonly homogeneityCount: number;
  readonly classFaible: number;
  readonly classMoyen: number;
  readonly classEleve: number;
  readonly classTresEleve: number;
  readonly metersReporting: number;
  readonly metersExpected: number;
  readonly nightFloorW: number | null;
  readonly remainderFloorW: number | null;
  /** Open anomalies of the day. */
  readonly anomalies: number;
  readonly status: WindowStatus;
}

/** One meter's share of a month, quarter or year, whole or of one occupant's stay in it. */
export interface MeterPeriod extends ResultBase {
  readonly kind: 'meter_period';
  readonly meter: string;
  readonly lot: number | null;
  readonly period: PeriodKind;
  /** Start of the stay within the period (epoch ms), 0 for the whole. */
  readonly occupancy: number;
  /** The occupant's reference; null: vacant or unknown. */
  readonly occupant: string | null;
  readonly payer: 'occupant' | 'owner';
  readonly date: string;
  readonly start: number;
  readonly end: number;
  readonly energyWh: number | null;
  /** Percent, two decimals. */
  readonly sharePct: number;
  readonly equalSharePct: number;
  readonly deviationPct: number;
  readonly billedDays: number;
  readonly amountCents: number | null;
  /** Of the amount: the energy's cents by price slot name, and the part of the common pool. */
  readonly slotsCents: Readonly<Record<string, number>>;
  readonly commonCents: number | null;
  readonly estimatedWh: number;
  /** The same, and what comes from intervals longer than maxGap that cross a price boundary; missing in periods written before it was kept. */
  readonly pricedEstimatedWh?: number | null | undefined;
  readonly activity: Activity;
  readonly status: WindowStatus;
  readonly flags: readonly WindowFlag[];
  readonly startQuality: BoundaryQuality;
  readonly endQuality: BoundaryQuality;
  readonly slotsWh: Readonly<Record<string, number>>;
}

export interface BuildingPeriod extends ResultBase {
  readonly kind: 'building_period';
  readonly period: PeriodKind;
  readonly date: string;
  readonly start: number;
  readonly end: number;
  readonly generalWh: number | null;
  readonly tenantsWh: number;
  readonly remainderWh: number | null;
  readonly activeLots: number;
  readonly meanWh: number | null;
  readonly amountCents: number | null;
  readonly status: WindowStatus;
  /** Closed for billing: immutable from `closedAt` on. */
  readonly closedAt: number | null;
  /** Remainder by price slot name. */
  readonly remainderSlotsWh: Readonly<Record<string, number>>;
  readonly generalSlotsWh: Readonly<Record<string, number>>;
}

export interface Anomaly extends ResultBase {
  readonly kind: 'anomaly';
  readonly type: AnomalyType;
  /** Meter it concerns; null for the building or a bus. */
  readonly meter: string | null;
  readonly bus: string | null;
  /** Local date and start of the day it belongs to. */
  readonly date: string;
  readonly start: number;
  readonly severity: Severity;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly impactWh: number | null;
  /** French sentence. */
  readonly text: string;
  /** Lots concerned. */
  readonly lots: readonly number[];
  readonly open: boolean;
  readonly openedAt: number;
  readonly updatedAt: number;
  readonly closedAt: number | null;
}

export interface Recommendation extends ResultBase {
  readonly kind: 'recommendation';
  readonly code: RecommendationCode;
  readonly date: string;
  readonly start: number;
  readonly priority: 'critique' | 'haute' | 'moyenne' | 'basse';
  readonly domain: string;
  readonly action: string;
  readonly text: string;
  readonly open: boolean;
}

/** What later data changed in a period closed for billing. */
export interface Adjustment extends ResultBase {
  readonly kind: 'adjustment';
  readonly meter: string;
  /** 1, 2, … for each adjustment of this meter and period. */
  readonly sequence: number;
  readonly lot: number | null;
  readonly period: PeriodKind;
  readonly date: string;
  readonly start: number;
  readonly energyWh: number;
  readonly amountCents: number | null;
  readonly reason: string;
  readonly madeAt: number;
  readonly madeBy: string;
}

/** Degree-day signature over the last 8 weeks. */
export interface Climate extends ResultBase {
  readonly kind: 'climate';
  readonly date: string;
  readonly start: number;
  readonly baseWhPerDay: number;
  readonly heatingWhPerDegreeDay: number;
  readonly coolingWhPerDegreeDay: number;
  readonly r2: number | null;
}

export type Result =
  | MeterDay
  | BuildingDay
  | MeterPeriod
  | BuildingPeriod
  | Anomaly
  | Recommendation
  | Adjustment
  | Climate;
export type ResultKind = Result['kind'];
export type ResultOf<K extends ResultKind> = Extract<Result, { kind: K }>;

/** Everything that identifies a result: the key of the compacted topic. */
export function resultKey(result: Result): string {
  const head = `${result.kind}/${result.building}`;
  switch (result.kind) {
    case 'meter_day':
      return `${head}/${result.meter}/${result.start}`;
    case 'building_day':
    case 'climate':
      return `${head}/${result.start}`;
    case 'meter_period':
      return `${head}/${result.meter}/${result.period}/${result.occupancy}/${result.start}`;
    case 'building_period':
      return `${head}/${result.period}/${result.start}`;
    case 'anomaly':
      return `${head}/${result.type}/${result.meter ?? result.bus ?? ''}/${result.start}`;
    case 'recommendation':
      return `${head}/${result.code}/${result.start}`;
    case 'adjustment':
      return `${head}/${result.meter}/${result.period}/${result.start}/${result.sequence}`;
  }
}

export const severityOf: Readonly<Record<AnomalyType, Severity>> = {
  fuite_energetique: 'majeur',
  incoherence_comptage: 'majeur',
  depassement_puissance: 'critique',
  compteurs_defaillants: 'mineur',
  compteur_silencieux: 'majeur',
  compteur_fige: 'majeur',
  surconsommation_locataire: 'mineur',
  consommation_lot_vacant: 'mineur',
  bus_degrade: 'mineur',
  donnees_incompletes: 'mineur',
};
