/** Where two values differ, as paths: short enough for a report of a long run. */
export function differences(path: string, expected: unknown, actual: unknown): string[] {
  if (Object.is(expected, actual)) return [];
  if (!isObject(expected) || !isObject(actual)) return [`${path}: ${short(expected)} expected, ${short(actual)} found`];
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length !== actual.length)
    return [...only(`${path}: missing`, expected, actual), ...only(`${path}: too much`, actual, expected)];
  const found: string[] = [];
  for (const member of new Set([...Object.keys(expected), ...Object.keys(actual)]))
    found.push(...differences(`${path}.${member}`, expected[member], actual[member]));
  return found;
}

/** Elements of one list that the other has not. */
function only(path: string, list: readonly unknown[], other: readonly unknown[]): string[] {
  const known = new Set(other.map((each) => JSON.stringify(each)));
  return list.filter((each) => !known.has(JSON.stringify(each))).map((each) => `${path} ${short(each)}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 240);
}
