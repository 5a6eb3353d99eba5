/** Whole units shared by weights: floors, then one unit more to the greatest remainders, ties to the earlier. Weights are whole. */
export function shareUnits(units: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, w) => sum + BigInt(w), 0n);
  if (total === 0n) return weights.map(() => 0);
  const magnitude = BigInt(Math.abs(units));
  const floors = weights.map((w) => (magnitude * BigInt(w)) / total);
  const rests = weights.map((w, i) => ({ i, rest: (magnitude * BigInt(w)) % total }));
  let missing = magnitude - floors.reduce((sum, f) => sum + f, 0n);
  rests.sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest > b.rest ? -1 : 1));
  for (const { i } of rests) {
    if (missing === 0n) break;
    floors[i] = (floors[i] as bigint) + 1n;
    missing -= 1n;
  }
  return floors.map((f) => Number(units < 0 ? -f : f));
}
