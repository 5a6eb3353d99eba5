/** So many at once and no more; the others wait in the order in which they came. */

export type InFlight = <T>(body: () => Promise<T>) => Promise<T>;

export function limitInFlight(most: number): InFlight {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (body) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await body();
    } finally {
      // Whoever waits takes the place over.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
