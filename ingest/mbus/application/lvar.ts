/**
 * Data of variable length: the LVAR byte stands first (EN 13757-3:2018, table 5).
 *
 *   00-BF text of that many bytes    C0-C9 BCD of (n-C0) bytes    D0-D9 negative BCD of (n-D0) bytes
 *   E0-EF binary of (n-E0) bytes     F0-F4 binary of 4(n-EC)      F5 48 bytes    F6 64 bytes    others reserved
 */
import type { RecordErrorCode } from '../errors.ts';
import { readBcdDigits } from './bcd.ts';
import { narrow, readInteger } from './integer.ts';
import { readText } from './text.ts';

/** Bytes that follow this LVAR; -1 when it is reserved. */
export function lvarLength(lvar: number): number {
  if (lvar < 0xc0) return lvar;
  if (lvar <= 0xc9) return lvar - 0xc0;
  if (lvar >= 0xd0 && lvar <= 0xd9) return lvar - 0xd0;
  if (lvar >= 0xe0 && lvar <= 0xef) return lvar - 0xe0;
  if (lvar >= 0xf0 && lvar <= 0xf4) return 4 * (lvar - 0xec);
  if (lvar === 0xf5) return 48;
  return lvar === 0xf6 ? 64 : -1;
}

export interface LvarText {
  readonly text: string;
}
/** A text, an integer, or why there is none. The value is unsigned for BCD (its sign is the LVAR's). */
export function readLvar(
  bytes: Uint8Array,
  start: number,
  lvar: number,
  signed: boolean,
): LvarText | number | bigint | RecordErrorCode {
  const length = lvarLength(lvar);
  if (lvar < 0xc0) return { text: readText(bytes, start, length) };
  if (lvar >= 0xe0) return readInteger(bytes, start, length, signed);
  const digits = readBcdDigits(bytes, start, length);
  if (digits === null) return 'BCD_DIGIT';
  const magnitude = BigInt(digits);
  return narrow(lvar >= 0xd0 ? -magnitude : magnitude);
}
