/** Field by field: integers, texts and lists exactly, fractions to 1e-9; price slots that hold nothing may be told or not. */

export function differences(
  key: string,
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>> | undefined,
): string[] {
  if (!actual) return [`${key}: not published`];
  return Object.entries(expected).flatMap(([field, want]) => {
    const got = actual[field];
    return same(want, got) ? [] : [`${key} ${field}: expected ${JSON.stringify(want)}, got ${JSON.stringify(got)}`];
  });
}

/** Of building B: every field of the expected results, by key without the building, that differs in what was found. */
export function allDifferences(
  expected: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  found: ReadonlyMap<string, object>,
): string[] {
  return [...expected].flatMap(([key, fields]) => {
    const [kind, ...rest] = key.split('/');
    const result = found.get(`${kind}/B/${rest.join('/')}`);
    return differences(key, fields, result && { ...result });
  });
}

function same(want: unknown, got: unknown): boolean {
  if (typeof want === 'number' && typeof got === 'number') {
    if (Number.isInteger(want) && Math.abs(want) > 1e9) return want === got;
    return Math.abs(want - got) <= 1e-9 * Math.max(1, Math.abs(want));
  }
  if (isRecord(want) && isRecord(got)) return JSON.stringify(filled(want)) === JSON.stringify(filled(got));
  return JSON.stringify(want) === JSON.stringify(got);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function filled(record: Record<string, unknown>): [string, unknown][] {
  return Object.entries(record)
    .filter(([, value]) => value !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
