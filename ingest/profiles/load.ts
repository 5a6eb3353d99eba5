/** The profile that a meter's configuration names: one of the table, or a YAML or JSON file. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { ConfigurationError } from '../../domain/errors.ts';
import { automatic, type MeterProfile, parseProfile } from './profile.ts';
import { profiles } from './table.ts';

/** `name` as in `source.profile`; files are sought beside the configuration. Throws ConfigurationError. */
export function loadProfile(name: string | undefined, configurationFile?: string): MeterProfile {
  if (name === undefined) return automatic;
  const known = profiles.get(name);
  if (known) return known;
  if (!/\.(ya?ml|json)$/.test(name)) {
    throw new ConfigurationError([`profile ${name}: neither a file nor one of ${[...profiles.keys()].join(', ')}`]);
  }
  const path = configurationFile === undefined ? name : resolve(dirname(configurationFile), name);
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigurationError([`profile ${name}: ${error instanceof Error ? error.message : String(error)}`]);
  }
  return parseProfile(value, name);
}
