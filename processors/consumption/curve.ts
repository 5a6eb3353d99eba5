/**
 * The accepted curve of one meter: true cumulative energy E over time, piecewise linear between accepted points.
 *
 *   E = index + what rollovers and earlier segments add; over a break (replacement) E stands still.
 *
 * Point 0 may be the last accepted point before the first that can be revised (`context`): a neighbour for interpolation, counted nowhere.
 */
import type { BoundaryQuality } from '../../domain/window.ts';
import { interpolateWh } from './boundary.ts';
import type { ReadingColumns } from './readings.ts';

export const pointContext = 1;
/** A declared index of a replacement: a point of the curve, not a reading. */
export const pointVirtual = 2;
/** The interval that ends in this point is a break: nothing is booked in it. */
export const pointAfterBreak = 4;

export interface WindowEnergy {
  /** Wh; null: unknown. */
  readonly energyWh: number | null;
  readonly startQuality: BoundaryQuality;
  readonly endQuality: BoundaryQuality;
  /** The part from intervals longer than maxGap that cross one of the window's boundaries. */
  readonly estimatedWh: number;
  /** E at max(start, first) and min(end, last); 0 where unknown. */
  readonly fromWh: number;
  readonly toWh: number;
}

const unknownWindow: WindowEnergy = {
  energyWh: null,
  startQuality: 'none',
  endQuality: 'none',
  estimatedWh: 0,
  fromWh: 0,
  toWh: 0,
};

export class Curve {
  length = 0;
  /** Epoch ms, ascending. */
  at = new Float64Array(512);
  energyWh = new Float64Array(512);
  /** NaN: none. */
  powerW = new Float64Array(512);
  apparentVa = new Float64Array(512);
  resolutionWh = new Float64Array(512);
  kind = new Uint8Array(512);
  maxGapMs = 0;
  private hasBreaks = false;
  /** The longest interval between neighbours, when the curve had `longestOf` points. */
  private longestMs = 0;
  private longestOf = 0;

  reset(maxGapMs: number): void {
    this.length = 0;
    this.maxGapMs = maxGapMs;
    this.hasBreaks = false;
    this.longestOf = 0;
    this.longestMs = 0;
  }

  push(at: number, energyWh: number, powerW: number, apparentVa: number, resolutionWh: number, kind: number): void {
    if (this.length === this.at.length) this.grow();
    const i = this.length++;
    this.at[i] = at;
    this.energyWh[i] = energyWh;
    this.powerW[i] = powerW;
    this.apparentVa[i] = apparentVa;
    this.resolutionWh[i] = resolutionWh;
    this.kind[i] = kind;
    if ((kind & pointAfterBreak) !== 0) this.hasBreaks = true;
  }

  /** Readings `[from, to)` as points whose energy is the index plus `offsetWh`. */
  pushAll(readings: ReadingColumns, from: number, to: number, offsetWh: number): void {
    while (this.length + to - from > this.at.length) this.grow();
    const { at, energyWh, powerW, apparentVa, resolutionWh, kind } = this;
    let point = this.length;
    for (let k = from; k < to; k++, point++) {
      at[point] = readings.at[k] as number;
      energyWh[point] = (readings.indexWh[k] as number) + offsetWh;
      powerW[point] = readings.powerW[k] as number;
      apparentVa[point] = readings.apparentVa[k] as number;
      resolutionWh[point] = readings.resolutionWh[k] as number;
      kind[point] = 0;
    }
    this.length = point;
  }

  get first(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : (this.at[0] as number);
  }
  get last(): number {
    return this.length === 0 ? Number.NEGATIVE_INFINITY : (this.at[this.length - 1] as number);
  }

  /** The greatest i with at[i] ≤ instant; −1 before the first. */
  floor(instant: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.at[middle] as number) <= instant) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** E at an instant within [first, last]; `i` = floor(instant). */
  energyFrom(i: number, instant: number): number {
    const ta = this.at[i] as number;
    const ea = this.energyWh[i] as number;
    if (ta === instant || i + 1 >= this.length) return ea;
    return interpolateWh(ta, ea, this.at[i + 1] as number, this.energyWh[i + 1] as number, instant);
  }

  /** E at an instant, held within [first, last]. */
  energyAt(instant: number): number {
    const held = Math.min(Math.max(instant, this.first), this.last);
    return this.energyFrom(this.floor(held), held);
  }

  qualityAt(instant: number): BoundaryQuality {
    const i = this.floor(instant);
    if (i < 0) return 'none';
    if (this.at[i] === instant) return 'measured';
    if (i + 1 >= this.length) return 'none';
    return (this.at[i + 1] as number) - (this.at[i] as number) <= this.maxGapMs ? 'measured' : 'estimated';
  }

  /** True where the interval after point i gives no power: a gap, or a break that lasts (one with both indices declared takes no time). */
  isGapAfter(i: number): boolean {
    if (i + 1 >= this.length) return true;
    const lasts = (this.at[i + 1] as number) - (this.at[i] as number);
    return lasts > this.maxGapMs || (lasts > 0 && ((this.kind[i + 1] as number) & pointAfterBreak) !== 0);
  }

  window(start: number, end: number): WindowEnergy {
    const from = Math.max(start, this.first);
    const to = Math.min(end, this.last);
    if (!(from < to)) return unknownWindow;
    const i = this.floor(from);
    const j = this.floor(to);
    const fromWh = this.energyFrom(i, from);
    const toWh = this.energyFrom(j, to);
    let estimatedWh = 0;
    const startInside = this.crossesLongInterval(i, start);
    if (startInside)
      estimatedWh +=
        this.energyFrom(this.floor(Math.min(this.at[i + 1] as number, to)), Math.min(this.at[i + 1] as number, to)) -
        fromWh;
    if (this.crossesLongInterval(j, end) && !(startInside && i === j))
      estimatedWh += toWh - (this.energyWh[j] as number);
    return {
      energyWh: toWh - fromWh,
      startQuality: from === start ? this.qualityAt(start) : 'none',
      endQuality: to === end ? this.qualityAt(end) : 'none',
      estimatedWh,
      fromWh,
      toWh,
    };
  }

  /** True where some break overlaps `[start, end)`; a break without length lies in the window that holds it. */
  overlapsBreak(start: number, end: number): boolean {
    if (!this.hasBreaks) return false;
    for (let i = Math.max(1, this.floor(start - 1) + 1); i < this.length; i++) {
      const from = this.at[i - 1] as number;
      if (from >= end) return false;
      if (((this.kind[i] as number) & pointAfterBreak) === 0) continue;
      const to = this.at[i] as number;
      if (from === to ? from >= start : to > start) return true;
    }
    return false;
  }

  /** The interval longer than maxGap that holds the instant strictly inside; null where there is none, or it is a break. */
  longIntervalAt(instant: number): { from: number; to: number } | null {
    const i = this.floor(instant);
    return this.crossesLongInterval(i, instant) ? { from: this.at[i] as number, to: this.at[i + 1] as number } : null;
  }

  /** The intervals longer than maxGap that overlap `[from, to)`, breaks left out. */
  longIntervals(from: number, to: number): { at: number; until: number }[] {
    const found: { at: number; until: number }[] = [];
    if (!this.hasLongIntervals()) return found;
    for (let i = Math.max(0, this.floor(from)); i + 1 < this.length && (this.at[i] as number) < to; i++) {
      const [at, until] = [this.at[i] as number, this.at[i + 1] as number];
      if (until - at > this.maxGapMs && ((this.kind[i + 1] as number) & pointAfterBreak) === 0)
        found.push({ at, until });
    }
    return found;
  }

  /** Most curves have none; each is asked for every part of every period. */
  private hasLongIntervals(): boolean {
    if (this.longestOf !== this.length) {
      this.longestOf = this.length;
      this.longestMs = 0;
      const { at, length } = this;
      for (let i = 1; i < length; i++) {
        const lasts = (at[i] as number) - (at[i - 1] as number);
        if (lasts > this.longestMs) this.longestMs = lasts;
      }
    }
    return this.longestMs > this.maxGapMs;
  }

  private crossesLongInterval(i: number, boundary: number): boolean {
    if (i < 0 || i + 1 >= this.length) return false;
    const ta = this.at[i] as number;
    const tb = this.at[i + 1] as number;
    return (
      ta < boundary &&
      boundary < tb &&
      tb - ta > this.maxGapMs &&
      ((this.kind[i + 1] as number) & pointAfterBreak) === 0
    );
  }

  private grow(): void {
    const capacity = this.at.length * 2;
    const larger = (cells: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const copy = new Float64Array(capacity);
      copy.set(cells);
      return copy;
    };
    this.at = larger(this.at);
    this.energyWh = larger(this.energyWh);
    this.powerW = larger(this.powerW);
    this.apparentVa = larger(this.apparentVa);
    this.resolutionWh = larger(this.resolutionWh);
    const kind = new Uint8Array(capacity);
    kind.set(this.kind);
    this.kind = kind;
  }
}
