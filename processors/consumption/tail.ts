/**
 * The distinct readings of one meter that can still be revised, sorted by (instant, index).
 *
 * Same instant and index is a duplicate and merged: the greater power is kept. Same instant and another index stays beside it, to be
 * decided by validation. About 12 bytes a reading.
 */
import { Column } from './column.ts';

export class ReadingTail {
  length = 0;
  private readonly instants = new Column('offset');
  private readonly indices = new Column('offset');
  private powers: Column | null = null;
  private apparents: Column | null = null;
  private resolutions: Column | null = null;
  /** The step of every reading while `resolutions` is null. */
  private resolution = 1;

  get bytes(): number {
    return (
      96 +
      this.instants.bytes +
      this.indices.bytes +
      (this.powers?.bytes ?? 0) +
      (this.apparents?.bytes ?? 0) +
      (this.resolutions?.bytes ?? 0)
    );
  }

  /** Epoch ms. */
  at(i: number): number {
    return this.instants.get(i);
  }
  /** Raw register in Wh. */
  indexWh(i: number): number {
    return this.indices.get(i);
  }
  /** NaN: none. */
  powerW(i: number): number {
    return this.powers === null ? Number.NaN : this.powers.get(i);
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
    const position = this.position(at, indexWh);
    if (position < this.length && this.at(position) === at && this.indexWh(position) === indexWh) {
      this.merge(position, powerW, apparentVa, resolutionWh);
      return false;
    }
    this.instants.insert(position, at, this.length);
    this.indices.insert(position, indexWh, this.length);
    this.powers = this.insertOptional(this.powers, position, powerW);
    this.apparents = this.insertOptional(this.apparents, position, apparentVa);
    this.insertResolution(position, resolutionWh);
    this.length++;
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
    for (const column of [this.instants, this.indices, this.powers, this.apparents, this.resolutions])
      column?.drop(count, this.length);
    this.length -= count;
  }

  private position(at: number, indexWh: number): number {
    let low = 0;
    let high = this.length;
    if (high > 0) {
      const last = this.at(high - 1);
      if (last < at || (last === at && this.indexWh(high - 1) < indexWh)) return high;
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      const instant = this.at(middle);
      if (instant < at || (instant === at && this.indexWh(middle) < indexWh)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private merge(position: number, powerW: number, apparentVa: number, resolutionWh: number): void {
    if (!Number.isNaN(powerW) && !(this.powerW(position) >= powerW)) {
      this.powers ??= this.emptyColumn(this.length);
      this.powers.set(position, powerW, this.length);
    }
    if (!Number.isNaN(apparentVa) && !(this.apparentVa(position) >= apparentVa)) {
      this.apparents ??= this.emptyColumn(this.length);
      this.apparents.set(position, apparentVa, this.length);
    }
    if (resolutionWh > this.resolutionWh(position)) {
      this.widenResolutions();
      this.resolutions?.set(position, resolutionWh, this.length);
    }
  }

  private insertOptional(column: Column | null, position: number, value: number): Column | null {
    if (column === null && Number.isNaN(value)) return null;
    const present = column ?? this.emptyColumn(this.length);
    present.insert(position, value, this.length);
    return present;
  }

  private insertResolution(position: number, value: number): void {
    if (this.length === 0 && this.resolutions === null) this.resolution = value;
    if (this.resolutions === null && value === this.resolution) return;
    this.widenResolutions();
    this.resolutions?.insert(position, value, this.length);
  }

  private widenResolutions(): void {
    if (this.resolutions !== null) return;
    this.resolutions = new Column('real');
    for (let i = 0; i < this.length; i++) this.resolutions.insert(i, this.resolution, i);
  }

  private emptyColumn(length: number): Column {
    const column = new Column('real');
    for (let i = 0; i < length; i++) column.insert(i, Number.NaN, i);
    return column;
  }
}
