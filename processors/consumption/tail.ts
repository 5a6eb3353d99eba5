/**
 * The distinct readings of one meter that can still be revised, sorted by (instant, index).
 *
 * A reading newer than all others is appended to a stream of bytes. One that is not strays until the tail is next looked at: then strays and stream are
 * merged. Same instant and index is a duplicate: the greatest power and step are kept. Same instant and another index stays beside it, to be
 * decided by validation.
 */
import { ReadingStream } from './reading-stream.ts';
import { ReadingColumns } from './readings.ts';

type Row = [at: number, indexWh: number, powerW: number, apparentVa: number, resolutionWh: number];

export class ReadingTail {
  private stream = new ReadingStream();
  private strays: Row[] | null = null;

  /** Distinct readings in their place. */
  get length(): number {
    return this.stream.length;
  }

  /** `powerW` and `apparentVa` are NaN where the meter gives none. */
  insert(at: number, indexWh: number, powerW: number, apparentVa: number, resolutionWh: number): void {
    if (at > this.stream.lastAt) this.stream.append(at, indexWh, powerW, apparentVa, resolutionWh);
    else {
      this.strays ??= [];
      this.strays.push([at, indexWh, powerW, apparentVa, resolutionWh]);
    }
  }

  /** Puts strays in their place; returns how many of them were duplicates. */
  settle(): number {
    if (this.strays === null) return 0;
    const strays = this.strays.sort(byInstantAndIndex);
    this.strays = null;
    const before = this.length + strays.length;
    const known = this.unfolded();
    const merged = new ReadingStream();
    let pending: Row | null = null;
    for (let i = 0, k = 0; i < known.length || k < strays.length; ) {
      const stray = strays[k];
      const row = i < known.length ? rowOf(known, i) : undefined;
      const isStray = row === undefined || (stray !== undefined && byInstantAndIndex(stray, row) < 0);
      const next = (isStray ? stray : row) as Row;
      if (isStray) k++;
      else i++;
      if (pending !== null && byInstantAndIndex(pending, next) === 0) {
        pending = [
          next[0],
          next[1],
          greater(pending[2], next[2]),
          greater(pending[3], next[3]),
          Math.max(pending[4], next[4]),
        ];
        continue;
      }
      if (pending !== null) merged.append(...pending);
      pending = next;
    }
    if (pending !== null) merged.append(...pending);
    this.stream = merged;
    return before - this.length;
  }

  /** The readings in order. Strays must have been settled. */
  unfold(into: ReadingColumns): void {
    this.stream.unfold(into);
  }

  dropFirst(count: number): void {
    if (count > 0) this.stream = this.stream.without(count);
  }

  /** The same in columns of their own. */
  unfolded(): ReadingColumns {
    const columns = new ReadingColumns();
    this.stream.unfold(columns);
    return columns;
  }
}

function byInstantAndIndex(a: Row, b: Row): number {
  return a[0] - b[0] || a[1] - b[1];
}

function greater(a: number, b: number): number {
  return Number.isNaN(a) || b > a ? b : a;
}

function rowOf({ at, indexWh, powerW, apparentVa, resolutionWh }: ReadingColumns, i: number): Row {
  return [
    at[i] as number,
    indexWh[i] as number,
    powerW[i] as number,
    apparentVa[i] as number,
    resolutionWh[i] as number,
  ];
}
