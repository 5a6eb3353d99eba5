/**
 * `compteur_silencieux` (majeur): by wall clock, a registered meter has given no reading for more than three poll intervals (on
 * the limit itself the third answer may still be on its way). A meter that has never answered is silent since it is watched.
 */
import type { Building } from '../../../domain/building.ts';
import { frenchDuration } from '../../../domain/french.ts';
import { type Finding, finding, lotsOf } from '../finding.ts';

export interface SilentMeterFacts {
  readonly meter: string;
  readonly lot: number | null;
  readonly lastReadingAt: number | null;
  /** When the watch began: the meter's installation or the start of the process, the later. */
  readonly watchedSince: number;
  readonly now: number;
}

export function silentMeterAnomaly(
  facts: SilentMeterFacts,
  building: Pick<Building, 'intervalMs' | 'thresholds'>,
): Finding | null {
  const silentMs = facts.now - (facts.lastReadingAt ?? facts.watchedSince);
  const limitMs = building.thresholds.silentIntervals * building.intervalMs;
  if (silentMs <= limitMs) return null;
  const text =
    facts.lastReadingAt === null
      ? `Le compteur ${facts.meter} n'a encore jamais répondu`
      : `Le compteur ${facts.meter} est silencieux depuis ${frenchDuration(silentMs)}`;
  return finding('compteur_silencieux', {
    meter: facts.meter,
    value: Math.floor(silentMs / 1000),
    threshold: Math.floor(limitMs / 1000),
    text,
    lots: lotsOf([facts]),
  });
}
