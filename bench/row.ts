/** One line of the benchmarks' table: ours beside a peer on the same work. */
export interface BenchRow {
  readonly name: string;
  /** Median of our rounds, in `unit`. */
  readonly ours: number;
  /** Median of the peer's rounds. */
  readonly peer: number;
  /** How many times better ours is. */
  readonly ratio: number;
  readonly unit: string;
}
