/** A configuration text (YAML) to a `Config`, or all its problems at once as `path: message`. */
import { parseDocument } from 'yaml';
import { ConfigurationError } from '../errors.ts';
import type { Config } from './config.ts';
import { migrate } from './migrations.ts';
import { configSchema } from './schema.ts';
import { type SecretResolver, transformConfig } from './transform.ts';

/**
 * Several texts (one file a building in a folder) are joined: lists are appended, sections may stand in one of them only.
 * Throws ConfigurationError with every problem.
 */
export function parseConfig(
  texts: readonly { readonly name: string; readonly text: string }[],
  resolve: SecretResolver,
): Config {
  const problems: string[] = [];
  const joined = joinFiles(texts, problems);
  const parsed = configSchema.safeParse(joined);
  if (parsed.success) {
    const config = transformConfig(parsed.data, resolve, problems);
    if (problems.length > 0) throw new ConfigurationError(problems);
    return config;
  }
  problems.push(...parsed.error.issues.flatMap(describeIssue), ...problemsOfRest(joined, parsed.error.issues, resolve));
  throw new ConfigurationError(problems);
}

/** What the schema refuses is taken out, and what cannot be without it, so that the references of the rest are checked in the same go. */
function problemsOfRest(
  joined: Record<string, unknown>,
  issues: readonly Issue[],
  resolve: SecretResolver,
): readonly string[] {
  const rest = structuredClone(joined);
  const gone = issues.flatMap(pathsOf);
  for (const path of gone) remove(rest, path);
  let parsed = configSchema.safeParse(rest);
  for (let attempt = 0; !parsed.success && attempt < 3; attempt++) {
    const around = parsed.error.issues.map((issue) => issue.path.slice(0, -1));
    for (const path of around) remove(rest, path);
    gone.push(...around);
    parsed = configSchema.safeParse(rest);
  }
  if (!parsed.success) return [];
  const problems: string[] = [];
  transformConfig(parsed.data, resolve, problems);
  const told = gone.map((path) => path.map(String).join('.'));
  return problems.filter((problem) => !told.some((path) => problem.startsWith(path)));
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
  readonly keys?: readonly string[];
}

function joinFiles(
  texts: readonly { readonly name: string; readonly text: string }[],
  problems: string[],
): Record<string, unknown> {
  const joined: Record<string, unknown> = {};
  for (const { name, text } of texts) {
    const document = parseDocument(text);
    for (const error of document.errors) problems.push(`${name}: ${error.message}`);
    const value = migrate(plainValue(document, name, problems));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      if (document.errors.length === 0) problems.push(`${name}: not a mapping`);
      continue;
    }
    for (const [key, member] of Object.entries(value)) {
      const present = joined[key];
      if (Array.isArray(present) && Array.isArray(member)) joined[key] = [...present, ...member];
      else if (present !== undefined && key !== 'version') problems.push(`${name}: ${key}: stands in another file too`);
      else joined[key] = member;
    }
  }
  // Nothing more can be said of what could not be read.
  if (problems.length > 0) throw new ConfigurationError(problems);
  return joined;
}

/** An alias without its anchor, or too many of them, is only found here. */
function plainValue(document: ReturnType<typeof parseDocument>, name: string, problems: string[]): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  }
}

function pathsOf(issue: Issue): (readonly PropertyKey[])[] {
  return issue.keys ? issue.keys.map((key) => [...issue.path, key]) : [[...issue.path]];
}

/** Takes a member out of a mapping; an item of a list is left, so that the places of the others stay what they are. */
function remove(value: unknown, path: readonly PropertyKey[]): void {
  const last = path.at(-1);
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  if (last !== undefined && typeof parent === 'object' && parent !== null && !Array.isArray(parent))
    delete (parent as Record<PropertyKey, unknown>)[last];
}

function describeIssue(issue: Issue): string[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys' && issue.keys)
    return issue.keys.map((key) => `${path === '' ? key : `${path}.${key}`}: unknown key`);
  return [`${path === '' ? '(top)' : path}: ${issue.message}`];
}
