/** What the reducer asks for: results to publish, records to set aside, telemetry to send. The task writes them; the rules never do. */
import type { RejectCode } from '../domain/errors.ts';
import type { Reading } from '../domain/reading.ts';
import type { Result } from '../domain/results.ts';
import type { Telemetry } from '../domain/telemetry.ts';

export interface LateEffect {
  readonly reading: Reading;
  readonly code: 'LATE' | 'STATE_CLOSED';
  /** By how much it missed its day's end plus lateness, ms; negative: it did not. */
  readonly lateMs: number;
}

export interface RejectEffect {
  readonly code: RejectCode;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly record: unknown;
}

export interface Effects {
  readonly results: Result[];
  readonly late: LateEffect[];
  readonly rejects: RejectEffect[];
  readonly telemetry: Telemetry[];
}

export function noEffects(): Effects {
  return { results: [], late: [], rejects: [], telemetry: [] };
}
