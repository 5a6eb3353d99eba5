/** What the configuration says of a building: its lots, meters, thresholds, prices and people. Instants are epoch ms. */
import type { PeriodKind } from './window.ts';

export type MeterRole = 'general' | 'tenant' | 'common';

export interface Occupancy {
  readonly from: number;
  /** Exclusive; undefined: until further notice. */
  readonly to?: number | undefined;
  /** A reference, never a name; null: vacant. */
  readonly occupant: string | null;
  /** True where the occupant lets others than himself see sub-daily data. */
  readonly consent?: boolean | undefined;
}

export interface Lot {
  readonly number: number;
  readonly owner: string;
  /** Tantièmes by key name. */
  readonly tantiemes: Readonly<Record<string, number>>;
  /** In order, not overlapping; time before the first or in holes counts as occupied by nobody known (not vacant). */
  readonly occupancy: readonly Occupancy[];
  /** Overrides the building's daily overconsumption limit. */
  readonly overconsumptionKwh?: number | undefined;
}

export interface MeterSource {
  readonly bus: string;
  readonly primary?: number | undefined;
  readonly secondary?: string | undefined;
  readonly profile?: string | undefined;
  /** Hex: EN 13757-3 mode 5 key or DLMS encryption key, from the environment or a file. */
  readonly key?: string | undefined;
  readonly authenticationKey?: string | undefined;
}

export interface Meter {
  readonly id: string;
  readonly role: MeterRole;
  readonly lot: number | null;
  readonly serial?: string | undefined;
  readonly source?: MeterSource | undefined;
  /** CT ratio, applied by ingest. */
  readonly multiplier: number;
  /** Where the register wraps to 0, in Wh after the multiplier; undefined: never. */
  readonly registerLimitWh?: number | undefined;
  readonly maxPowerW: number;
  readonly installedAt: number;
}

export interface Thresholds {
  /** Upper limits in kWh of faible, moyen, eleve. */
  readonly classesKwh: readonly [number, number, number];
  readonly leakRatio: number;
  readonly incoherenceRatio: number;
  readonly powerRatio: number;
  readonly nightFloorRiseW: number;
  readonly overconsumptionKwh: number;
  /** Times its own median of the same weekday over 8 weeks; undefined: not judged. */
  readonly overconsumptionMedianFactor?: number | undefined;
  readonly coefficientOfVariation: number;
  readonly busFailureShare: number;
  readonly silentIntervals: number;
  readonly frozenMs: number;
  readonly nightFloorShare: number;
}

/** A price slot by local wall time; slots of one tariff cover the whole day. */
export interface PriceSlot {
  readonly name: string;
  /** Price in cents per kWh; fractions of a cent allowed. */
  readonly centsPerKwh: number;
  /** Local minutes of the day `[from, to)`; to < from wraps over midnight. */
  readonly hours: readonly { readonly fromMinute: number; readonly toMinute: number }[];
}

export interface Tariff {
  readonly from: number;
  readonly slots: readonly PriceSlot[];
  /** Cents a calendar month. */
  readonly standingChargeCents: number;
  /** Cents a calendar month. */
  readonly taxesCents: number;
}

export interface Invoice {
  readonly period: PeriodKind;
  /** Local date of the period's first day. */
  readonly date: string;
  /** Energy cents by price slot name. */
  readonly energyCents: Readonly<Record<string, number>>;
  readonly standingChargeCents: number;
  readonly taxesCents: number;
}

export interface Charges {
  readonly mode: 'repartition' | 'information';
  /** Name of the tantièmes key for the common pool, or `prorata`. */
  readonly commonKey: string;
  /** A period closes by itself this long after its end. */
  readonly closeAfterMs: number;
}

export interface Contact {
  readonly role: 'locataire' | 'syndic' | 'maintenance';
  /** The tenant's. */
  readonly lot?: number | undefined;
  /** The occupant's reference; undefined: whoever lives in the lot now. */
  readonly occupant?: string | undefined;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly webhook?: { readonly url: string; readonly secret: string } | undefined;
  readonly subscribed: boolean;
}

export interface Building {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly syndic: string;
  readonly timezone: string;
  readonly contractedPowerKva: number;
  readonly cosPhi: number;
  readonly expectedCommonShare: number;
  readonly commonFloorW?: number | undefined;
  readonly lots: readonly Lot[];
  readonly meters: readonly Meter[];
  readonly thresholds: Thresholds;
  readonly tariffs: readonly Tariff[];
  readonly invoices: readonly Invoice[];
  readonly charges: Charges;
  readonly events: readonly import('./events.ts').DeclaredEvent[];
  readonly contacts: readonly Contact[];
  /** Longer distances between accepted readings are gaps. */
  readonly maxGapMs: number;
  readonly latenessMs: number;
  /** The poll or push interval that silence is judged by. */
  readonly intervalMs: number;
}

/** Contracted power limit in VA. */
export function contractedVa(building: Building): number {
  return building.contractedPowerKva * 1000;
}

export function generalMeter(building: Building): Meter | undefined {
  return building.meters.find((meter) => meter.role === 'general');
}

export function tenantMeters(building: Building): readonly Meter[] {
  return building.meters.filter((meter) => meter.role === 'tenant');
}

/** The occupancy of a lot at an instant; undefined where the configuration says nothing. */
export function occupancyAt(lot: Lot, at: number): Occupancy | undefined {
  return lot.occupancy.find((stay) => stay.from <= at && (stay.to === undefined || at < stay.to));
}

/** True where the lot is declared vacant during the whole of `[start, end)`. */
export function isVacantThroughout(lot: Lot | undefined, start: number, end: number): boolean {
  if (!lot) return false;
  let covered = start;
  for (const stay of lot.occupancy) {
    const to = stay.to ?? Number.POSITIVE_INFINITY;
    if (to <= covered || stay.from >= end) continue;
    if (stay.occupant !== null || stay.from > covered) return false;
    covered = to;
    if (covered >= end) return true;
  }
  return covered >= end;
}
