/**
 * A growable column of numbers that costs as few bytes as its values allow: 32-bit offsets from a base while they fit, else 64-bit floats.
 *
 * `offset` columns (instants in ms, indices in Wh) hold value − base as Int32; `real` columns (powers) hold Float32 while every value is exact
 * in it. What does not fit widens the whole column once.
 */

type Cells = Int32Array | Float32Array | Float64Array;

export class Column {
  private readonly kind: 'offset' | 'real';
  private base = 0;
  private cells: Cells;

  constructor(kind: 'offset' | 'real', capacity = 0) {
    this.kind = kind;
    this.cells = kind === 'offset' ? new Int32Array(capacity) : new Float32Array(capacity);
  }

  get bytes(): number {
    return this.cells.byteLength + 64;
  }

  get(index: number): number {
    return (this.cells[index] as number) + this.base;
  }

  set(index: number, value: number, length: number): void {
    this.fit(value, length);
    this.cells[index] = value - this.base;
  }

  /** Puts the value before `position`; `length` is the number of cells in use. */
  insert(position: number, value: number, length: number): void {
    if (length === 0 && this.kind === 'offset') this.base = Number.isInteger(value) ? value : 0;
    this.fit(value, length);
    if (length === this.cells.length) this.grow(length);
    if (position < length) this.cells.copyWithin(position + 1, position, length);
    this.cells[position] = value - this.base;
  }

  /** Forgets the first `count` cells and the capacity that is no longer needed. */
  drop(count: number, length: number): void {
    const kept = this.toArray(count, length);
    const fresh = new Column(this.kind, kept.length + (kept.length >> 3));
    for (const [position, value] of kept.entries()) fresh.insert(position, value, position);
    this.base = fresh.base;
    this.cells = fresh.cells;
  }

  toArray(from: number, to: number): Float64Array {
    const values = new Float64Array(to - from);
    for (let i = from; i < to; i++) values[i - from] = this.get(i);
    return values;
  }

  private fit(value: number, length: number): void {
    if (this.cells instanceof Float64Array) return;
    const offset = value - this.base;
    const fits =
      this.cells instanceof Int32Array
        ? (offset | 0) === offset
        : Math.fround(offset) === offset || Number.isNaN(offset);
    if (fits) return;
    const wide = new Float64Array(this.cells.length);
    for (let i = 0; i < length; i++) wide[i] = this.get(i);
    this.base = 0;
    this.cells = wide;
  }

  private grow(length: number): void {
    const capacity = length + Math.max(8, length >> 2);
    const Kind = this.cells.constructor as new (length: number) => Cells;
    const larger = new Kind(capacity);
    larger.set(this.cells);
    this.cells = larger;
  }
}
