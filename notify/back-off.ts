/** How long to wait before the next attempt: 5 s, doubled each time up to an hour, of which a random half, so that many do not come back at once. */
export function backOffMs(attempts: number, random: () => number): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(attempts - 1, 0), 20));
  return Math.round(fullMs * (0.5 + 0.5 * random()));
}

const firstMs = 5_000;
const longestMs = 3_600_000;
