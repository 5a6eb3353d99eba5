/** CI 70: the slave reports an error instead of data, in one byte (EN 13757-3:2018, annex; MBDOC48, 6.6). */
import type { TelegramErrorCode } from '../errors.ts';

/** The code of the error byte; without one the error is unspecified. */
export function applicationError(code: number | undefined): TelegramErrorCode {
  return code === undefined ? 'APPLICATION_UNSPECIFIED' : (CODES[code] ?? 'APPLICATION_RESERVED');
}

const CODES: readonly (TelegramErrorCode | undefined)[] = [
  'APPLICATION_UNSPECIFIED',
  'APPLICATION_CI_UNKNOWN',
  'APPLICATION_BUFFER_TOO_LONG',
  'APPLICATION_TOO_MANY_RECORDS',
  'APPLICATION_PREMATURE_END',
  'APPLICATION_TOO_MANY_DIFES',
  'APPLICATION_TOO_MANY_VIFES',
  undefined,
  'APPLICATION_BUSY',
  'APPLICATION_TOO_MANY_READOUTS',
];
