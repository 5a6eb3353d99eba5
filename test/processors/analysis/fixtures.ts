/** The seed's limits, as the example configuration has them, how often laws are tried, and text helpers. */
import fc from 'fast-check';
import type { Thresholds } from '../../../domain/building.ts';

export const thresholds: Thresholds = {
  classesKwh: [5, 10, 15],
  leakRatio: 0.95,
  incoherenceRatio: 1.02,
  powerRatio: 0.9,
  nightFloorRiseW: 200,
  overconsumptionKwh: 15,
  coefficientOfVariation: 0.3,
  busFailureShare: 0.05,
  silentIntervals: 3,
  frozenMs: 2 * 3_600_000,
  nightFloorShare: 0.2,
};

/** A text with plain spaces, to compare sentences without caring for their non-breaking ones. */
export function plain(text: string | undefined): string | undefined {
  return text?.replaceAll(/[\u00a0\u202f]/g, ' ');
}

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Tries a law on 200 random cases, or on `LAW_CASES` of them. */
export function holds<T>(law: fc.IProperty<T>): void {
  fc.assert(law, { numRuns: Number(process.env.LAW_CASES ?? 200) });
}
