/**
 * What is said of a consumption: its energy in kWh (null: unknown), peak, readings, and how sure it is. A lot with several meters adds
 * their energies; its quality is that of the worst, its peak the greatest single one (peaks of two meters need not coincide).
 */
import { z } from 'zod';
import type { MeterDay } from '../../domain/results.ts';
import type { BoundaryQuality, TimeWindow, WindowFlag, WindowStatus } from '../../domain/window.ts';
import { kilowattHours, kilowattHoursOrNull, stateNames } from './units.ts';

export const certainty = {
  etat: z.enum(['ouvert', 'provisoire', 'definitif']),
  drapeaux: z.array(z.enum(['partial', 'replaced', 'glitch', 'conflict', 'recovered'])),
  qualite_debut: z.enum(['measured', 'estimated', 'none']),
  qualite_fin: z.enum(['measured', 'estimated', 'none']),
  energie_estimee: z.number().describe('kWh'),
  revision: z.int(),
};

export const tenantConsumption = z.object({
  energie_consommee: z.number().nullable().describe('kWh; null: inconnue'),
  puissance_max: z.number().nullable().describe('W'),
  nb_mesures: z.int(),
  statut: z.enum(['actif', 'inactif']),
  ...certainty,
});

export const generalConsumption = tenantConsumption.omit({ statut: true }).extend({
  puissance_moyenne: z.number().nullable().describe('W'),
});

/** The members of results that tell how sure a window is. */
export interface Certain {
  readonly status: WindowStatus;
  readonly flags: readonly WindowFlag[];
  readonly startQuality: BoundaryQuality;
  readonly endQuality: BoundaryQuality;
  readonly estimatedWh: number;
  readonly revision: number;
}

/** A day of one meter or of the meters of one lot. */
export interface CombinedDay extends Certain {
  readonly energyWh: number | null;
  readonly powerMaxW: number | null;
  readonly powerMeanW: number | null;
  readonly readings: number;
  readonly activity: 'actif' | 'inactif';
}

/** Adds the days of a lot's meters; `expected` is how many there should be, those without a result are unknown. */
export function combineDays(days: readonly MeterDay[], expected: number, window: TimeWindow, now: number): CombinedDay {
  const [only] = days;
  if (only && days.length === 1 && expected === 1) return only;
  const known = days.filter((day) => day.energyWh !== null);
  const missing = known.length < expected;
  return {
    energyWh: known.length === 0 ? null : sum(known.map((day) => day.energyWh ?? 0)),
    powerMaxW: greatest(days.map((day) => day.powerMaxW)),
    powerMeanW:
      missing || days.some((day) => day.powerMeanW === null) ? null : sum(days.map((day) => day.powerMeanW ?? 0)),
    readings: sum(days.map((day) => day.readings)),
    activity: days.some((day) => day.activity === 'actif') ? 'actif' : 'inactif',
    ...combineCertainty(days, missing, window, now),
  };
}

/** The worst of several; `missing` adds the flag `partial`. */
export function combineCertainty(
  parts: readonly Certain[],
  missing: boolean,
  window: TimeWindow,
  now: number,
): Certain {
  const flags = new Set(parts.flatMap((part) => part.flags));
  if (missing) flags.add('partial');
  const unknown = missing && parts.length === 0;
  return {
    status: worst(
      parts.map((part) => part.status),
      ['open', 'provisional', 'final'],
      now < window.end ? 'open' : 'provisional',
    ),
    flags: [...flags].sort(),
    startQuality: unknown
      ? 'none'
      : worst(
          parts.map((part) => part.startQuality),
          ['none', 'estimated', 'measured'],
          'none',
        ),
    endQuality: unknown
      ? 'none'
      : worst(
          parts.map((part) => part.endQuality),
          ['none', 'estimated', 'measured'],
          'none',
        ),
    estimatedWh: sum(parts.map((part) => part.estimatedWh)),
    revision: parts.reduce((latest, part) => Math.max(latest, part.revision), 0),
  };
}

export function certaintyOf(part: Certain) {
  return {
    etat: stateNames[part.status],
    drapeaux: [...part.flags],
    qualite_debut: part.startQuality,
    qualite_fin: part.endQuality,
    energie_estimee: kilowattHours(part.estimatedWh),
    revision: part.revision,
  };
}

export function tenantConsumptionOf(day: CombinedDay): z.infer<typeof tenantConsumption> {
  return {
    energie_consommee: kilowattHoursOrNull(day.energyWh),
    puissance_max: day.powerMaxW,
    nb_mesures: day.readings,
    statut: day.activity,
    ...certaintyOf(day),
  };
}

export function generalConsumptionOf(day: CombinedDay): z.infer<typeof generalConsumption> {
  return {
    energie_consommee: kilowattHoursOrNull(day.energyWh),
    puissance_max: day.powerMaxW,
    puissance_moyenne: day.powerMeanW,
    nb_mesures: day.readings,
    ...certaintyOf(day),
  };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function greatest(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (most, value) => (value === null ? most : most === null ? value : Math.max(most, value)),
    null,
  );
}

/** The first of `order` that occurs. */
function worst<T extends string>(values: readonly T[], order: readonly T[], none: T): T {
  return order.find((candidate) => values.includes(candidate)) ?? none;
}
