/**
 * Largest remainder (Hare–Niemeyer): shares out whole units (cents, hundredths of a percent) by integer weights, exactly.
 *
 *     quota = total × weight / Σ weights      share = floor(quota), then one unit more for the greatest remainders, until Σ = total
 *
 * Ties go to the lower order (the lot number), so the order of the input does not matter. All weights 0: all shares 0, the
 * caller decides what becomes of the total. A negative total (a credit) is shared as its opposite. Products beyond 2^53 are BigInt: exact at any size.
 */

/**
 * One share an entry, adding up to `total` where a weight is above 0. `order`: distinct numbers that break ties, lowest first.
 * Throws RangeError for weights or totals that are negative (weights) or not integers: a bug in the caller.
 */
export function apportion(
  total: number | bigint,
  weights: readonly (number | bigint)[],
  order: readonly number[],
): number[] {
  if (order.length !== weights.length || !isDistinct(order)) {
    throw new RangeError('one distinct order number a weight is needed');
  }
  if (typeof total === 'number' && isSmall(total, weights))
    return apportionSmall(total, weights as readonly number[], order);
  const units = BigInt(total);
  if (units < 0n) return apportion(-units, weights, order).map((share) => (share === 0 ? 0 : -share));
  const exact = weights.map((weight) => BigInt(weight));
  if (exact.some((weight) => weight < 0n)) throw new RangeError('a weight is negative');
  const sum = exact.reduce((partial, weight) => partial + weight, 0n);
  if (sum === 0n) return weights.map(() => 0);

  const shares = exact.map((weight, index) => ({
    index,
    order: order[index]!,
    floor: (units * weight) / sum,
    remainder: (units * weight) % sum,
  }));
  const result = shares.map(({ floor }) => Number(floor));
  const missing = Number(units - shares.reduce((partial, { floor }) => partial + floor, 0n));
  const ranked = shares.sort((a, b) => compare(b.remainder, a.remainder) || a.order - b.order);
  for (const { index } of ranked.slice(0, missing)) result[index]! += 1;
  return result;
}

/** Orders mostly rise, which is sooner seen than that they differ. */
function isDistinct(order: readonly number[]): boolean {
  return order.every((number, i) => i === 0 || number > order[i - 1]!) || new Set(order).size === order.length;
}

/** True where every product stays an exact number: the ordinary case. */
function isSmall(total: number, weights: readonly (number | bigint)[]): boolean {
  if (!Number.isSafeInteger(total) || total < 0) return false;
  let sum = 0;
  for (const weight of weights) {
    if (typeof weight !== 'number' || !Number.isSafeInteger(weight) || weight < 0) return false;
    sum += weight;
  }
  return total * sum <= Number.MAX_SAFE_INTEGER;
}

function apportionSmall(total: number, weights: readonly number[], order: readonly number[]): number[] {
  let sum = 0;
  for (const weight of weights) sum += weight;
  if (sum === 0) return weights.map(() => 0);
  let missing = total;
  const remainders: number[] = [];
  const result = weights.map((weight) => {
    const product = total * weight;
    const remainder = product % sum;
    const floor = (product - remainder) / sum;
    remainders.push(remainder);
    missing -= floor;
    return floor;
  });
  if (missing === 0) return result;
  const ranked = weights.map((_, index) => index);
  ranked.sort((a, b) => remainders[b]! - remainders[a]! || order[a]! - order[b]!);
  for (const index of ranked.slice(0, missing)) result[index]! += 1;
  return result;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
