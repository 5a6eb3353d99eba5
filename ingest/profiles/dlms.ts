/** The profile of a meter that pushes DLMS: `0-1:24.2.1` names the index, a YAML or JSON file names more. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from '../../domain/errors.ts';
import type { DlmsProfile } from '../dlms/observation.ts';

const obis = z.string().regex(/^\d{1,3}-\d{1,3}:\d{1,3}\.\d{1,3}\.\d{1,3}$/, 'an OBIS code like 1-0:1.8.0');
const schema = z.strictObject({
  index: obis.optional(),
  power: obis.optional(),
  export: obis.optional(),
  scales: z.record(z.string(), z.strictObject({ unit: z.string(), exponent: z.int().min(-24).max(24) })).optional(),
  layout: z.array(obis.nullable()).optional(),
});

/** Throws ConfigurationError. */
export function loadDlmsProfile(name: string | undefined, configurationFile?: string): DlmsProfile {
  if (name === undefined || name === 'auto') return {};
  if (obis.safeParse(name).success) return { index: name };
  let value: unknown;
  try {
    value = parse(readFileSync(configurationFile ? resolve(dirname(configurationFile), name) : name, 'utf8'));
  } catch (error) {
    throw new ConfigurationError([`profile ${name}: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new ConfigurationError(
      parsed.error.issues.map((issue) => `profile ${name}: ${issue.path.join('.') || '.'}: ${issue.message}`),
    );
  }
  return parsed.data;
}
