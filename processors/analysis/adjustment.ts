/**
 * What later data changes in a period closed for billing:
 *
 *     adjustment = recomputed − (closed + Σ earlier adjustments)        in Wh and in cents
 *
 * so that closed + all adjustments = the latest computation. Null where neither changes.
 */

export interface Billed {
  /** 0 where unknown. */
  readonly energyWh: number;
  /** Null in the mode `information`. */
  readonly amountCents: number | null;
}

export function adjustmentOf(closed: Billed, earlier: readonly Billed[], recomputed: Billed): Billed | null {
  const billedWh = earlier.reduce((sum, { energyWh }) => sum + energyWh, closed.energyWh);
  const billedCents = earlier.reduce((sum, { amountCents }) => sum + (amountCents ?? 0), closed.amountCents ?? 0);
  const energyWh = recomputed.energyWh - billedWh;
  const amountCents = recomputed.amountCents === null ? null : recomputed.amountCents - billedCents;
  return energyWh === 0 && (amountCents ?? 0) === 0 ? null : { energyWh, amountCents };
}
