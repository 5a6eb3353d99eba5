/** Windows: half-open intervals `[start, end)` of event time, aligned to the civil calendar of a building's zone. */
export type PeriodKind = 'month' | 'quarter' | 'year';
export type WindowKind = 'day' | PeriodKind;

export interface TimeWindow {
  readonly kind: WindowKind;
  /** Epoch ms, inclusive. */
  readonly start: number;
  /** Epoch ms, exclusive. */
  readonly end: number;
  /** Local date of the start, `2026-03-29`. */
  readonly date: string;
}

/** `open` while now < end; `provisional` until final; `final` when complete and end + lateness has passed. */
export type WindowStatus = 'open' | 'provisional' | 'final';

/** `measured`: a reading there or neighbours at most maxGap apart; `estimated`: farther apart; `none`: outside what was read. */
export type BoundaryQuality = 'measured' | 'estimated' | 'none';

export type WindowFlag = 'partial' | 'replaced' | 'glitch' | 'conflict' | 'recovered';
