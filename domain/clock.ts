/** Where wall-clock time enters: everything else takes instants as arguments. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
