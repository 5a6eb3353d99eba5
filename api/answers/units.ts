/**
 * How results are written in the answers: energies in kWh (integer Wh / 1000, exactly), powers in W, instants ISO 8601 with the offset of
 * the building's zone, and the French names of states and periods.
 */
import { Temporal } from 'temporal-polyfill';
import type { PeriodKind, WindowStatus } from '../../domain/window.ts';

export type StateName = 'ouvert' | 'provisoire' | 'definitif';
export type PeriodName = 'mois' | 'trimestre' | 'annee';

export const stateNames: Readonly<Record<WindowStatus, StateName>> = {
  open: 'ouvert',
  provisional: 'provisoire',
  final: 'definitif',
};

export const periodKindOf: Readonly<Record<PeriodName, PeriodKind>> = {
  mois: 'month',
  trimestre: 'quarter',
  annee: 'year',
};

/** kWh of integer Wh. */
export function kilowattHours(wh: number): number {
  return wh / 1000;
}

/** kWh, or null where the energy is unknown. */
export function kilowattHoursOrNull(wh: number | null | undefined): number | null {
  return wh === null || wh === undefined ? null : wh / 1000;
}

/** `2026-03-29T03:00:00+02:00`: an instant (epoch ms) on the wall clock of a zone, to the second. */
export function isoInZone(at: number, timezone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at))
    .toZonedDateTimeISO(timezone)
    .toString({ timeZoneName: 'never', smallestUnit: 'second', roundingMode: 'floor' });
}
