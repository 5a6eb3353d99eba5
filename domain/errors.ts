/**
 * The closed list of codes for what can go wrong with data and configuration.
 *
 * Expected bad input is data (`Ok | Rejected`); exceptions are for bugs and configuration. Every code says what an operator does.
 * Codes of frames (M-Bus, DLMS) are closed lists of their own in ingest.
 */

export const rejectCodes = {
  RECORD_MALFORMED: 'The record is not what the topic carries: look at its producer.',
  RECORD_VERSION: 'The record has an unknown version: upgrade this side first.',
  RECORD_ERROR: 'The meter marked the value as wrong or missing: read the meter, look at its status.',
  INDEX_NOT_INTEGER: 'The index is not an integer number of Wh: correct the source.',
  INDEX_NEGATIVE: 'The index is negative: correct the source.',
  INDEX_UNDECIDED: 'The frame holds no single import index: write a profile for this meter model.',
  POWER_NOT_FINITE: 'The power is not a finite number: correct the source.',
  METER_UNKNOWN: 'No such meter in the configuration: add it, or correct the address.',
  METER_MISMATCH:
    'Another meter answers than the configured one: correct its address or serial, or declare the replacement.',
  BUILDING_UNKNOWN: 'No such building in the configuration: add it, or correct the source.',
  INSTANT_INVALID: 'The instant is not a date with an offset: correct the source.',
  INSTANT_IN_FUTURE: 'The instant is more than 5 minutes after reception: set the clock of the gateway.',
  BEFORE_INSTALLATION: 'The instant is before the installation of the meter: correct installed_at or the source.',
  COLUMNS_MISMATCH: 'The line has not the columns of the header: correct the file.',
  LATE: 'It arrived after its day end plus lateness: replay the range with recompute.',
  STATE_CLOSED: 'Its day has left the live state: replay the range with recompute.',
  EVENT_INVALID: 'The declared event is not valid: correct it and declare it again.',
  STORE_REFUSED:
    'The results store refuses the point for good: look at the reason, correct its producer or the retention.',
  SPOOL_FULL: 'The broker was away longer than the spool holds: readings were lost and counted.',
} as const;

export type RejectCode = keyof typeof rejectCodes;

export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}
export interface Rejected<C extends string = RejectCode> {
  readonly ok: false;
  readonly code: C;
  readonly facts: Readonly<Record<string, unknown>>;
}
export type Outcome<T, C extends string = RejectCode> = Ok<T> | Rejected<C>;

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

export function rejected<C extends string = RejectCode>(
  code: C,
  facts: Readonly<Record<string, unknown>> = {},
): Rejected<C> {
  return { ok: false, code, facts };
}

/** Wrong usage or configuration: all problems at once; exit code 2. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}
