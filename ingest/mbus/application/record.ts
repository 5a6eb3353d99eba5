/** The one record model: what `decode` prints and what meter profiles read. */
import type { RecordErrorCode } from '../errors.ts';
import { toHex } from '../hex.ts';
import type { LocalMoment } from './local-moment.ts';
import type { Meaning } from './meaning.ts';

export type RecordFunction = 'instantaneous' | 'maximum' | 'minimum' | 'error';

/**
 * One data record. `value` is in the base unit: a number; a decimal string when a number would not be exact; a text; a
 * local date; null when there is none (no data, manufacturer data, an error).
 *
 * For numbers that are not floats, value = mantissa × 10^exponent10 exactly; `mantissa` is null for everything else.
 * The bytes are those of the frame, not a copy: the record bytes[start, end), its data bytes[dataStart, end).
 */
export interface DataRecord {
  readonly function: RecordFunction;
  /** 0 is the current value; up to 2^41. */
  readonly storage: number;
  /** 0 is the total over all tariffs. */
  readonly tariff: number;
  readonly subunit: number;
  readonly quantity: string;
  readonly unit: string;
  readonly value: number | string | LocalMoment | null;
  readonly mantissa: number | bigint | null;
  readonly exponent10: number;
  readonly error: RecordErrorCode | null;
  /** Phase, direction, qualifiers, the scale of the register. */
  readonly meaning: Meaning;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly dataStart: number;
  readonly end: number;
}

/** The data bytes of a record as hex, as they came. */
export function rawHex(record: DataRecord): string {
  return toHex(record.bytes, record.dataStart, record.end);
}

/** Quantities of records that the DIF alone defines. */
export const MANUFACTURER_DATA = 'manufacturer data';
export const MORE_RECORDS_FOLLOW = 'manufacturer data, more records follow';
export const GLOBAL_READOUT = 'global readout request';
export const UNREADABLE = 'unreadable';
