/**
 * A-XDR lengths (IEC 61334-6): 00-7F the length itself; 81 LL, 82 HH LL, 83 and 84 that many bytes, most significant first.
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import type { DlmsCode } from '../codes.ts';

export interface AxdrLength {
  readonly length: number;
  /** Offset of the byte after the length. */
  readonly next: number;
}

export function decodeAxdrLength(bytes: Uint8Array, at: number): Outcome<AxdrLength, DlmsCode> {
  const first = bytes[at];
  if (first === undefined) return rejected('AXDR_TRUNCATED', { at });
  if (first < 0x80) return ok({ length: first, next: at + 1 });
  const count = first & 0x7f;
  if (count === 0 || count > 4) return rejected('AXDR_LENGTH', { at, actual: first });
  if (at + 1 + count > bytes.length) return rejected('AXDR_TRUNCATED', { at });
  let length = 0;
  for (let index = 1; index <= count; index++) length = length * 256 + bytes[at + index]!;
  return ok({ length, next: at + 1 + count });
}
