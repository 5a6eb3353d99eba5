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
  const joined: Record<string, unknown> = {};
  for (const { name, text } of texts) {
    const document = parseDocument(text);
    for (const error of document.errors) problems.push(`${name}: ${error.message}`);
    const value = migrate(document.toJS() as unknown);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      problems.push(`${name}: not a mapping`);
      continue;
    }
    for (const [key, member] of Object.entries(value)) {
      const present = joined[key];
      if (Array.isArray(present) && Array.isArray(member)) joined[key] = [...present, ...member];
      else if (present !== undefined && key !== 'version') problems.push(`${name}: ${key}: stands in another file too`);
      else joined[key] = member;
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  const parsed = configSchema.safeParse(joined);
  if (!parsed.success) throw new ConfigurationError(parsed.error.issues.flatMap(describeIssue));
  const config = transformConfig(parsed.data, resolve, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return config;
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
