/** A growable column of reals for what few meters give: NaN where there is none. The number of cells in use is the owner's. */

export class RealColumn {
  private cells = new Float64Array(0);

  get bytes(): number {
    return this.cells.byteLength + 48;
  }

  get(index: number): number {
    return this.cells[index] as number;
  }

  set(index: number, value: number): void {
    this.cells[index] = value;
  }

  insert(position: number, value: number, length: number): void {
    if (length === this.cells.length) {
      const larger = new Float64Array(Math.max(16, length + (length >> 1)));
      larger.set(this.cells);
      this.cells = larger;
    }
    if (position < length) this.cells.copyWithin(position + 1, position, length);
    this.cells[position] = value;
  }

  /** Forgets the first `count` of `length` cells. */
  drop(count: number, length: number): void {
    this.cells = this.cells.slice(count, length);
  }
}
