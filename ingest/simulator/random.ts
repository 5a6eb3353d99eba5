/** Reproducible chance: a number in [0, 1) from integers alone (two rounds of the murmur3 finaliser), so that any instant can be asked in any order. */
export function chance(seed: number, first: number, second = 0, third = 0): number {
  let hash = mix(seed ^ 0x9e3779b9);
  hash = mix(hash ^ Math.imul(first | 0, 0x85ebca6b));
  hash = mix(hash + Math.imul(second | 0, 0xc2b2ae35));
  hash = mix(hash ^ Math.imul(third | 0, 0x27d4eb2f));
  return (hash >>> 0) / 4_294_967_296;
}

/** A generator for what needs no random access: noise, delays. Same seed, same numbers. */
export function sequence(seed: number): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    return chance(seed, drawn, 0x5eed);
  };
}

/** The whole numbers 0 to count − 1 in a seeded order. */
export function shuffled(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, position) => position);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(chance(seed, last, 0x0de4) * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
