/** The readings of one meter laid out in columns, sorted by (instant, index): what a tail unfolds to while a building is evaluated. */

export class ReadingColumns {
  length = 0;
  /** Epoch ms. */
  at = new Float64Array(512);
  /** Raw register in Wh. */
  indexWh = new Float64Array(512);
  /** NaN: none. */
  powerW = new Float64Array(512);
  /** NaN: none. */
  apparentVa = new Float64Array(512);
  resolutionWh = new Float64Array(512);

  /** Room for so many readings; what was there is lost. */
  reset(length: number): void {
    this.length = length;
    if (length <= this.at.length) return;
    const capacity = length + (length >> 1);
    this.at = new Float64Array(capacity);
    this.indexWh = new Float64Array(capacity);
    this.powerW = new Float64Array(capacity);
    this.apparentVa = new Float64Array(capacity);
    this.resolutionWh = new Float64Array(capacity);
  }

  /** Number of readings before the instant. */
  countBefore(at: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.at[middle] as number) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
