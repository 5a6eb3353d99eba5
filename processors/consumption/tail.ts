/**
 * The distinct readings of one meter that can still be revised, sorted by (instant, index).
 *
 * Same instant and index is a duplicate and merged: the greater power is kept. Same instant and another index stays beside it, to be decided by
 * validation. Twelve bytes a reading, in one array, because a city's meters are visited in turn and every cache line counts:
 *
 *     ... | instant − base (ms) | index − base (Wh) | power (mW) | ...     32-bit integers while all fit, else 64-bit floats of the same
 *
 * Apparent power and a step that is not the same for all are columns beside it, made when the first comes.
 */
import { RealColumn } from './column.ts';

const stride = 3;
const noPower = -0x80000000;
const firstCapacity = 100;

export class ReadingTail {
  length = 0;
  private lastAt = Number.NEGATIVE_INFINITY;
  private cells: Int32Array | Float64Array = new Int32Array(0);
  private wide = false;
  private baseAt = 0;
  private baseWh = 0;
  private apparents: RealColumn | null = null;
  private resolutions: RealColumn | null = null;
  /** The step of every reading while `resolutions` is null. */
  private resolution = 1;

  get bytes(): number {
    return 160 + this.cells.byteLength + (this.apparents?.bytes ?? 0) + (this.resolutions?.bytes ?? 0);
  }

  /** Epoch ms. */
  at(i: number): number {
    return (this.cells[i * stride] as number) + this.baseAt;
  }
  /** Raw register in Wh. */
  indexWh(i: number): number {
    return (this.cells[i * stride + 1] as number) + this.baseWh;
  }
  /** NaN: none. */
  powerW(i: number): number {
    const cell = this.cells[i * stride + 2] as number;
    if (this.wide) return cell;
    return cell === noPower ? Number.NaN : cell / 1000;
  }
  /** NaN: none. */
  apparentVa(i: number): number {
    return this.apparents === null ? Number.NaN : this.apparents.get(i);
  }
  resolutionWh(i: number): number {
    return this.resolutions === null ? this.resolution : this.resolutions.get(i);
  }

  /** False: it was a duplicate, and merged. `powerW` and `apparentVa` are NaN where the meter gives none. */
  insert(at: number, indexWh: number, powerW: number, apparentVa: number, resolutionWh: number): boolean {
    const { length } = this;
    const position = at > this.lastAt ? length : this.position(at, indexWh);
    if (position < length && this.at(position) === at && this.indexWh(position) === indexWh) {
      this.merge(position, powerW, apparentVa, resolutionWh);
      return false;
    }
    this.open(position);
    if (length === 0) {
      this.baseAt = at;
      this.baseWh = indexWh;
    }
    this.write(position, at, indexWh, powerW);
    if (this.apparents !== null || !Number.isNaN(apparentVa)) {
      this.apparents ??= emptyColumn(length);
      this.apparents.insert(position, apparentVa, length);
    }
    if (this.resolutions !== null || resolutionWh !== this.resolution) this.insertResolution(position, resolutionWh);
    this.length++;
    if (at > this.lastAt) this.lastAt = at;
    return true;
  }

  /** The readings in order, as inserting them again needs them. */
  *entries(): Generator<
    readonly [at: number, indexWh: number, powerW: number, apparentVa: number, resolutionWh: number]
  > {
    for (let i = 0; i < this.length; i++)
      yield [this.at(i), this.indexWh(i), this.powerW(i), this.apparentVa(i), this.resolutionWh(i)];
  }

  /** Number of readings before the instant. */
  countBefore(at: number): number {
    return this.position(at, Number.NEGATIVE_INFINITY);
  }

  dropFirst(count: number): void {
    if (count === 0) return;
    const kept = [...this.entries()].slice(count);
    const fresh = new ReadingTail();
    fresh.resolution = this.resolution;
    fresh.cells = new Int32Array(Math.max(firstCapacity, kept.length) * stride);
    for (const reading of kept) fresh.insert(...reading);
    Object.assign(this, fresh);
  }

  private position(at: number, indexWh: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const instant = this.at(middle);
      if (instant < at || (instant === at && this.indexWh(middle) < indexWh)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private merge(position: number, powerW: number, apparentVa: number, resolutionWh: number): void {
    if (!Number.isNaN(powerW) && !(this.powerW(position) >= powerW))
      this.write(position, this.at(position), this.indexWh(position), powerW);
    if (!Number.isNaN(apparentVa) && !(this.apparentVa(position) >= apparentVa)) {
      this.apparents ??= emptyColumn(this.length);
      this.apparents.set(position, apparentVa);
    }
    if (resolutionWh > this.resolutionWh(position)) {
      this.widenResolutions();
      this.resolutions?.set(position, resolutionWh);
    }
  }

  /** Makes room for a reading before `position`. */
  private open(position: number): void {
    const used = this.length * stride;
    if (used === this.cells.length) {
      const capacity = this.length < 400 ? Math.max(firstCapacity, this.length * 2) : this.length + (this.length >> 2);
      const larger = this.wide ? new Float64Array(capacity * stride) : new Int32Array(capacity * stride);
      larger.set(this.cells);
      this.cells = larger;
    }
    const from = position * stride;
    if (from < used) this.cells.copyWithin(from + stride, from, used);
  }

  private write(position: number, at: number, indexWh: number, powerW: number): void {
    const offsetAt = at - this.baseAt;
    const offsetWh = indexWh - this.baseWh;
    const milliwatts = Number.isNaN(powerW) ? noPower : Math.round(powerW * 1000);
    const fits =
      (offsetAt | 0) === offsetAt &&
      (offsetWh | 0) === offsetWh &&
      (milliwatts | 0) === milliwatts &&
      (milliwatts === noPower ? Number.isNaN(powerW) : milliwatts / 1000 === powerW);
    if (!fits && !this.wide) this.widen();
    const cell = position * stride;
    this.cells[cell] = offsetAt;
    this.cells[cell + 1] = offsetWh;
    this.cells[cell + 2] = this.wide ? powerW : milliwatts;
  }

  /** All cells but the powers keep their meaning. */
  private widen(): void {
    const wide = Float64Array.from(this.cells);
    for (let cell = 2; cell < wide.length; cell += stride) {
      const milliwatts = wide[cell] as number;
      wide[cell] = milliwatts === noPower ? Number.NaN : milliwatts / 1000;
    }
    this.cells = wide;
    this.wide = true;
  }

  private insertResolution(position: number, value: number): void {
    if (this.length === 0 && this.resolutions === null) {
      this.resolution = value;
      return;
    }
    this.widenResolutions();
    this.resolutions?.insert(position, value, this.length);
  }

  private widenResolutions(): void {
    if (this.resolutions !== null) return;
    this.resolutions = new RealColumn();
    for (let i = 0; i < this.length; i++) this.resolutions.insert(i, this.resolution, i);
  }
}

function emptyColumn(length: number): RealColumn {
  const column = new RealColumn();
  for (let i = 0; i < length; i++) column.insert(i, Number.NaN, i);
  return column;
}
