/** Small whole numbers for a building's meters and their stays, given as they are first seen, so that what is kept of each day and period is rows of one array. */
export class Numbering {
  private readonly numbers = new Map<string, number>();
  readonly names: string[] = [];

  /** The name's number; a new one where it has none. */
  of(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.names.length;
      this.numbers.set(name, number);
      this.names.push(name);
    }
    return number;
  }

  /** The name's number; −1 where it has none. */
  find(name: string): number {
    return this.numbers.get(name) ?? -1;
  }
}

/** The cells of `rows` rows at least, what was there kept; NaN where nothing was. */
export function widened(cells: Float64Array<ArrayBuffer>, rows: number, stride: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(rows * stride).fill(Number.NaN);
  larger.set(cells);
  return larger;
}
