/** The stays of occupants in a billing period. A stay's result names its start; it ends where the next of the same meter begins. */
import type { MeterPeriod } from '../../domain/results.ts';
import type { TimeWindow } from '../../domain/window.ts';

/** A result for as long as it speaks of: epoch ms, `[from, to)`. */
export interface Stay {
  readonly row: MeterPeriod;
  readonly from: number;
  readonly to: number;
}

/** The stays of one meter in a period, in order; none where the occupant did not change. */
export function staysOf(meter: string, rows: readonly MeterPeriod[], window: TimeWindow): Stay[] {
  const parts = ownRows(meter, rows, window)
    .filter((row) => row.occupancy !== 0)
    .sort((a, b) => a.occupancy - b.occupancy);
  return parts.map((row, index) => ({
    row,
    from: Math.max(row.occupancy, window.start),
    to: parts[index + 1]?.occupancy ?? window.end,
  }));
}

/** What is billed of one meter in a period: its stays, or the whole where nobody moved. */
export function billedParts(meter: string, rows: readonly MeterPeriod[], window: TimeWindow): Stay[] {
  const stays = staysOf(meter, rows, window);
  if (stays.length > 0) return stays;
  return ownRows(meter, rows, window).map((row) => ({ row, from: window.start, to: window.end }));
}

function ownRows(meter: string, rows: readonly MeterPeriod[], window: TimeWindow): MeterPeriod[] {
  return rows.filter((row) => row.meter === meter && row.start >= window.start && row.start < window.end);
}
