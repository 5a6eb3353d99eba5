/**
 * What is removed of a former occupant: which stay, and which results of his meters. A stay is forgotten as a whole, `[from, to)` in
 * epoch ms: days, anomalies and adjustments that start in it; of the periods those of the stay itself, and those of the whole lot that lie
 * wholly inside it. A period that he shares with others stays: it says nothing of him alone.
 */
import type { Building, Lot, Occupancy } from './building.ts';
import type { Result } from './results.ts';

export interface ForgettableStay {
  readonly from: number;
  readonly to: number;
  /** A reference. */
  readonly occupant: string;
}

export type StayChoice =
  | { readonly found: true; readonly stay: ForgettableStay }
  /** `occupied`: the occupant still lives there; `none`: nobody has left by then. `recent`: his last days may still be revised. */
  | { readonly found: false; readonly reason: 'occupied' | 'none' | 'recent'; readonly stay?: ForgettableStay };

/** The last stay that began before `until` and is over; one that lasts is only given as a reason, up to `until`. */
export function stayToForget(building: Building, lot: Lot, until: number, now: number): StayChoice {
  const stays = lot.occupancy.filter(
    (stay): stay is Occupancy & { occupant: string } => stay.occupant !== null && stay.from < until,
  );
  const last = stays.at(-1);
  if (!last) return { found: false, reason: 'none' };
  const ended = stays.findLast((stay) => stay.to !== undefined && stay.to <= now);
  if (last.to === undefined || last.to > now) {
    const stay = { from: last.from, to: Math.min(until, now), occupant: last.occupant };
    // Asked for no date in particular, the occupant before the present one is meant.
    if (until < now || !ended) return { found: false, reason: 'occupied', stay };
  }
  if (!ended) return { found: false, reason: 'none' };
  const stay = { from: ended.from, to: ended.to as number, occupant: ended.occupant };
  if (now < stay.to + building.latenessMs + dayMs) return { found: false, reason: 'recent', stay };
  return { found: true, stay };
}

/** True where the result is removed with the stay; the same rule as `ResultsEraser.forget`. */
export function isForgotten(result: Result, meter: string, from: number, to: number): boolean {
  if (!('meter' in result) || result.meter !== meter) return false;
  if (result.kind !== 'meter_period') return result.start >= from && result.start < to;
  if (result.occupancy === 0) return result.start >= from && result.end <= to;
  return result.occupancy >= from && result.occupancy < to;
}

const dayMs = 86_400_000;
