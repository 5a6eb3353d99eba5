/**
 * A meter model as data: which record is the import index, the power, the export index, the values of the phases.
 *
 * A selector names a record by the fields that a decoded record prints; what it leaves out must be the ordinary value:
 * instantaneous, storage 0, tariff 0, subunit 0, no direction, no phase. A profile file is YAML or JSON of this shape:
 *
 *   index: { tariff: 1 }                      # this record
 *   index: { sum: [{ tariff: 1 }, { tariff: 2 }] }   # or their sum
 *   power: { phase: L1 }                      # default: found as in `automatic`
 */
import { z } from 'zod';
import { ConfigurationError } from '../../domain/errors.ts';

const selector = z.strictObject({
  quantity: z.string().optional(),
  function: z.enum(['instantaneous', 'maximum', 'minimum', 'error']).default('instantaneous'),
  storage: z.int().min(0).default(0),
  tariff: z.int().min(0).default(0),
  subunit: z.int().min(0).default(0),
  direction: z.enum(['import', 'export', 'net', 'absolute']).nullable().default(null),
  phase: z.enum(['L1', 'L2', 'L3', 'N', 'L1-L2', 'L2-L3', 'L3-L1']).nullable().default(null),
  /** The whole value information block, for codes that only the manufacturer knows. */
  vib: z
    .string()
    .regex(/^([0-9A-Fa-f]{2})+$/)
    .transform((hex) => hex.toUpperCase())
    .optional(),
  /** Which of several that fit, from 0, in the order of the telegram. */
  position: z.int().min(0).optional(),
  /** Wh (W, V, A) of one unit of the register, where its value information block does not say it or is wrong. */
  unit_value: z.number().positive().optional(),
  /** Digits after which the register starts again at 0, where its coding does not say it: 6 for 0 to 999 999. */
  digits: z.int().min(1).max(15).optional(),
});

const profile = z.strictObject({
  index: z.union([z.strictObject({ sum: z.array(selector).min(1) }), selector]).optional(),
  power: selector.optional(),
  export: selector.optional(),
  apparent_power: selector.optional(),
  voltage: z.array(selector).max(3).optional(),
  current: z.array(selector).max(3).optional(),
});

export type RecordSelector = z.output<typeof selector>;
export type MeterProfile = z.output<typeof profile>;

/** Finds everything by itself and refuses what it cannot decide. */
export const automatic: MeterProfile = {};

/** Throws ConfigurationError with every problem as `path: message`. */
export function parseProfile(value: unknown, name: string): MeterProfile {
  const parsed = profile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    parsed.error.issues.map((issue) => `profile ${name}: ${issue.path.join('.') || '.'}: ${issue.message}`),
  );
}
