/** Boundaries, windows, qualities and powers from the accepted segments, with whole numbers in `bigint`, every time from the beginning. */
import type { PlainReading, Point, Validated } from './validate.ts';

export type Quality = 'measured' | 'estimated' | 'none';

export interface WindowFacts {
  readonly energyWh: number | null;
  readonly startQuality: Quality;
  readonly endQuality: Quality;
  readonly estimatedWh: number;
}

export interface Interval {
  readonly from: Point;
  readonly to: Point;
  readonly isBreak: boolean;
}

export class Energy {
  readonly intervals: Interval[] = [];
  readonly points: Point[];
  /** Gaps, and breaks that last. */
  private readonly unmeasured: Interval[];
  /** True cumulative energy at each point. */
  private readonly total: bigint[] = [];
  readonly validated: Validated;
  readonly maxGapMs: number;

  constructor(validated: Validated, maxGapMs: number) {
    this.validated = validated;
    this.maxGapMs = maxGapMs;
    this.points = validated.segments.flat();
    let total = 0n;
    validated.segments.forEach((segment, s) => {
      segment.forEach((point, i) => {
        const before = i > 0 ? segment[i - 1] : validated.segments[s - 1]?.at(-1);
        if (before) this.intervals.push({ from: before, to: point, isBreak: i === 0 });
        if (i > 0) total += BigInt(point.index) - BigInt((segment[i - 1] as Point).index);
        this.total.push(total);
      });
    });
    this.unmeasured = this.intervals.filter(
      ({ from, to, isBreak }) => to.at > from.at && (isBreak || to.at - from.at > maxGapMs),
    );
  }

  get first(): number | null {
    return this.points[0]?.at ?? null;
  }
  get last(): number | null {
    return this.points.at(-1)?.at ?? null;
  }

  /** E at an instant within what was read. */
  at(instant: number): bigint {
    const i = this.lastUntil(instant);
    const before = this.total[i];
    if (before === undefined || instant > (this.last as number)) throw new Error('outside what was read');
    if ((this.points[i] as Point).at === instant) return before;
    const { from, to, isBreak } = this.intervals[i] as Interval;
    if (isBreak) return before;
    const rise = BigInt(to.index) - BigInt(from.index);
    const width = BigInt(to.at - from.at);
    return before + (2n * rise * BigInt(instant - from.at) + width) / (2n * width);
  }

  /** The last point that is not after the instant, −1 for none. */
  private lastUntil(instant: number): number {
    let [low, high] = [0, this.points.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.points[middle] as Point).at <= instant) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  quality(instant: number): Quality {
    if (this.first === null || this.last === null || instant < this.first || instant > this.last) return 'none';
    if (this.points.some((point) => point.at === instant)) return 'measured';
    const around = this.intervals.find(({ from, to }) => from.at < instant && instant < to.at) as Interval;
    return around.to.at - around.from.at <= this.maxGapMs ? 'measured' : 'estimated';
  }

  window(start: number, end: number): WindowFacts {
    const from = Math.max(start, this.first ?? Number.POSITIVE_INFINITY);
    const to = Math.min(end, this.last ?? Number.NEGATIVE_INFINITY);
    if (!(from < to)) return { energyWh: null, startQuality: 'none', endQuality: 'none', estimatedWh: 0 };
    let estimated = 0n;
    for (const interval of this.intervals) {
      if (interval.isBreak || interval.to.at - interval.from.at <= this.maxGapMs) continue;
      const crosses = [start, end].some((b) => interval.from.at < b && b < interval.to.at);
      const a = Math.max(from, interval.from.at);
      const b = Math.min(to, interval.to.at);
      if (crosses && a < b) estimated += this.at(b) - this.at(a);
    }
    return {
      energyWh: Number(this.at(to) - this.at(from)),
      startQuality: this.quality(start),
      endQuality: this.quality(end),
      estimatedWh: Number(estimated),
    };
  }

  /** Energy of the span from long intervals that hold one of its edges or one of the instants strictly inside. */
  guessedWh({ start, end }: { start: number; end: number }, instants: readonly number[]): number {
    let guessed = 0n;
    for (const { from, to, isBreak } of this.intervals) {
      if (isBreak || to.at - from.at <= this.maxGapMs) continue;
      const [a, b] = [Math.max(from.at, start), Math.min(to.at, end)];
      if (a >= b) continue;
      const isGuess = [start, end].some((edge) => from.at < edge && edge < to.at);
      if (isGuess || instants.some((at) => at > a && at < b)) guessed += this.at(b) - this.at(a);
    }
    return Number(guessed);
  }

  /** True where a break overlaps the window; a break without length lies in the window that holds it. */
  replaced(start: number, end: number): boolean {
    return this.intervals.some(
      ({ from, to, isBreak }) =>
        isBreak && (from.at === to.at ? start <= from.at && from.at < end : from.at < end && to.at > start),
    );
  }

  /** Readings of that verdict with start ≤ at < end. */
  readings(verdict: 'used' | 'conflict' | 'glitch' | 'quarantined', start: number, end: number): PlainReading[] {
    return [...this.validated.verdicts]
      .filter(([reading, given]) => given === verdict && reading.at >= start && reading.at < end)
      .map(([reading]) => reading)
      .sort((a, b) => a.at - b.at);
  }

  /** Energy of a span in Wh, null where part of it is outside, in a gap or in a break. */
  measuredWh(start: number, end: number): number | null {
    if (this.first === null || this.last === null || start < this.first || end > this.last) return null;
    const bad = this.unmeasured.some(({ from, to }) => from.at < end && to.at > start);
    return bad ? null : Number(this.at(end) - this.at(start));
  }
}
