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
  // What the schema refuses is taken out, so that the references of the rest are checked in the same go.
  const refused = parsed.error.issues.flatMap(pathsOf);
  problems.push(...parsed.error.issues.flatMap(describeIssue));
  const remainder = structuredClone(joined);
  for (const path of refused) remove(remainder, path);
  const second = configSchema.safeParse(remainder);
  if (second.success) {
    const others: string[] = [];
    transformConfig(second.data, resolve, others);
    const gone = refused.map((path) => path.map(String).join('.'));
    problems.push(...others.filter((problem) => !gone.some((path) => problem.startsWith(path))));
  }
  throw new ConfigurationError(problems);
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

function pathsOf(issue: { readonly path: readonly PropertyKey[]; readonly keys?: readonly string[] }): PropertyKey[][] {
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

function describeIssue(issue: {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
  readonly keys?: readonly string[];
}): string[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys' && issue.keys)
    return issue.keys.map((key) => `${path === '' ? key : `${path}.${key}`}: unknown key`);
  return [`${path === '' ? '(top)' : path}: ${issue.message}`];
}
