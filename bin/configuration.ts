/** Finds and reads the configuration: a file, a folder of files, or the seed's building where none is named. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../domain/config/config.ts';
import { parseConfig } from '../domain/config/parse.ts';
import { ConfigurationError } from '../domain/errors.ts';

export const exampleConfigurationPath = fileURLToPath(new URL('../releve.example.yaml', import.meta.url));

/** Throws ConfigurationError with all problems at once. */
export function loadConfiguration(path: string | undefined): Config {
  const place = path ?? exampleConfigurationPath;
  let files: string[];
  try {
    files = statSync(place).isDirectory()
      ? readdirSync(place)
          .filter((name) => /\.ya?ml$/.test(name))
          .sort()
          .map((name) => join(place, name))
      : [place];
  } catch {
    throw new ConfigurationError([`${place}: cannot be read`]);
  }
  if (files.length === 0) throw new ConfigurationError([`${place}: holds no .yaml file`]);
  return parseConfig(
    files.map((name) => ({ name, text: readFileSync(name, 'utf8') })),
    resolveSecret,
  );
}

function resolveSecret(reference: string): string {
  const variable = /^\$\{([A-Z_][A-Z0-9_]*)\}$/.exec(reference)?.[1];
  if (variable !== undefined) {
    const value = process.env[variable];
    if (value === undefined || value === '') throw new Error(`the environment has no ${variable}`);
    return value;
  }
  const path = reference.replace(/^file:/, '');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    throw new Error(`the file ${path} cannot be read`);
  }
}
