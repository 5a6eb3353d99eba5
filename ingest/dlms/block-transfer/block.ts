/**
 * One general-block-transfer APDU (DLMS Green Book 9.5, general-block-transfer):
 *
 *   E0 | control | block number u16 | acknowledged block u16 | length | block data
 *        bit 7 last block, bit 6 streaming, bits 5-0 window
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import { decodeAxdrLength } from '../axdr/length.ts';
import type { DlmsCode } from '../codes.ts';

export interface TransferBlock {
  readonly last: boolean;
  readonly streaming: boolean;
  readonly window: number;
  /** Counts from 1 within one message. */
  readonly number: number;
  readonly acknowledged: number;
  readonly data: Uint8Array;
}

export const blockTransferTag = 0xe0;

/** Reads the block at the start of the bytes; `next` is the offset behind it. */
export function decodeTransferBlock(
  bytes: Uint8Array,
): Outcome<{ readonly block: TransferBlock; readonly next: number }, DlmsCode> {
  if (bytes.length < 7 || bytes[0] !== blockTransferTag) return rejected('BLOCK_HEADER', { bytes: bytes.length });
  const control = bytes[1]!;
  const number = (bytes[2]! << 8) | bytes[3]!;
  const length = decodeAxdrLength(bytes, 6);
  if (!length.ok) return rejected('BLOCK_HEADER', { cause: length.code });
  const end = length.value.next + length.value.length;
  if (end > bytes.length) return rejected('BLOCK_HEADER', { expected: end, actual: bytes.length });
  if (number === 0) return rejected('BLOCK_HEADER', { number });
  const block = {
    last: (control & 0x80) !== 0,
    streaming: (control & 0x40) !== 0,
    window: control & 0x3f,
    number,
    acknowledged: (bytes[4]! << 8) | bytes[5]!,
    data: bytes.slice(length.value.next, end),
  };
  return ok({ block, next: end });
}
