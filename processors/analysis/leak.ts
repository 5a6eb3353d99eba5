/**
 * Leak ratio and remainder of a window, all meters interpolated at the same two instants:
 *
 *     window   ├──────────────────────────────────────┤ end (or now, while it is open)
 *     LOC01      ├───────────── known ─────────────┤
 *     GLOBAL   ├──────────── known ───────────────────┤
 *     span       ├── from ───────────────────── to ┤      intersection over every registered meter
 *
 *     ratio = (Σ tenants + Σ declared commons) / general        remainder = general − Σ tenants − Σ commons
 *
 * Both are null where a registered meter has nothing known (the span is empty) or the span covers less than half of the elapsed
 * window; the ratio also where the general meter counted 0. The ratio is `measured` when the span is the whole window and none of the
 * meters' boundaries there is estimated.
 */

export interface Span {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
}

/** Sums over `[from, to)` of `sharedSpan`. */
export interface LeakFacts {
  /** Null: no general meter, or a registered meter has nothing known. */
  readonly generalWh: number | null;
  readonly tenantsWh: number | null;
  /** 0 where no common meter is declared. */
  readonly commonWh: number | null;
  /** Length of the span. */
  readonly coveredMs: number;
  /** From the window's start to its end, or to now while it is open. */
  readonly elapsedMs: number;
  /** Length of the whole window. */
  readonly windowMs: number;
  /** True where a meter's index at one of the two instants is interpolated between neighbours farther apart than maxGap. */
  readonly estimated: boolean;
}

export interface Leak {
  readonly ratio: number | null;
  readonly quality: 'measured' | 'estimated' | 'none';
  readonly remainderWh: number | null;
}

/** Where every meter and the window are known; null where one has nothing known or nothing is shared. `known`: one entry a registered meter. */
export function sharedSpan(
  window: { readonly start: number; readonly end: number },
  known: readonly (Span | null)[],
): Span | null {
  let from = window.start;
  let to = window.end;
  for (const span of known) {
    if (!span) return null;
    from = Math.max(from, span.from);
    to = Math.min(to, span.to);
  }
  return from < to ? { from, to } : null;
}

export function leakRatio(facts: LeakFacts): Leak {
  const { generalWh, tenantsWh, commonWh, coveredMs, elapsedMs, windowMs, estimated } = facts;
  if (generalWh === null || tenantsWh === null || commonWh === null) return unknown;
  if (coveredMs <= 0 || coveredMs * 2 < elapsedMs) return unknown;
  const meteredWh = tenantsWh + commonWh;
  const remainderWh = generalWh - meteredWh;
  if (generalWh === 0) return { ratio: null, quality: 'none', remainderWh };
  return {
    ratio: meteredWh / generalWh,
    quality: coveredMs >= windowMs && !estimated ? 'measured' : 'estimated',
    remainderWh,
  };
}

const unknown: Leak = { ratio: null, quality: 'none', remainderWh: null };
