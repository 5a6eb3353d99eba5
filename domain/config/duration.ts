/** Durations as people write them: `500ms`, `60s`, `15m`, `48h`, `10d`. */

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  j: 86_400_000,
};

/** Milliseconds, or null where the text is no duration. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d|j)$/.exec(text.trim());
  if (!match) return null;
  const ms = Number(match[1]) * (unitMs[match[2] as string] as number);
  return Number.isInteger(ms) ? ms : Math.round(ms);
}
