/**
 * Type A: packed decimal, low byte first, two digits a byte. F in the top digit is the sign, the other digits are the
 * magnitude (EN 13757-3:2018, annex A); any other digit above 9 makes the value invalid.
 *
 *   61 18 00 F0  →  -1861
 */

/** Two digits of a byte, -1 where one is above 9. */
export const BCD_PAIRS: Int8Array = Int8Array.from({ length: 256 }, (_, byte) => {
  const high = byte >> 4;
  const low = byte & 15;
  return high > 9 || low > 9 ? -1 : high * 10 + low;
});

/** What an invalid digit reads as: no value of at most seven bytes. */
export const INVALID_BCD = -1e15;

/** The value of `length` bytes (at most seven) at `start`, INVALID_BCD for an invalid digit. Never -0. */
export function readBcd(bytes: Uint8Array, start: number, length: number): number {
  const top = bytes[start + length - 1]!;
  let value = BCD_PAIRS[top]!;
  const negative = value < 0;
  if (negative) {
    if (top < 0xf0 || top > 0xf9) return INVALID_BCD;
    value = top - 0xf0;
  }
  for (let at = start + length - 2; at >= start; at--) {
    const pair = BCD_PAIRS[bytes[at]!]!;
    if (pair < 0) return INVALID_BCD;
    value = value * 100 + pair;
  }
  return negative && value !== 0 ? -value : value;
}

/** What an invalid digit reads as in `readShortBcd`: no value of at most four bytes, and a 32-bit integer as they are. */
export const INVALID_SHORT_BCD = -0x8000_0000;

/** The same for at most four bytes, INVALID_SHORT_BCD for an invalid digit: all values stay 32-bit integers. */
export function readShortBcd(bytes: Uint8Array, start: number, length: number): number {
  const top = bytes[start + length - 1]!;
  let value = BCD_PAIRS[top]!;
  const negative = value < 0;
  if (negative) {
    if (top < 0xf0 || top > 0xf9) return INVALID_SHORT_BCD;
    value = top - 0xf0;
  }
  for (let at = start + length - 2; at >= start; at--) {
    const pair = BCD_PAIRS[bytes[at]!]!;
    if (pair < 0) return INVALID_SHORT_BCD;
    value = (value * 100 + pair) | 0;
  }
  return negative ? (0 - value) | 0 : value;
}

/** The digits of `length` bytes as text, for values of any size; null for a digit above 9. */
export function readBcdDigits(bytes: Uint8Array, start: number, length: number): string | null {
  let digits = '';
  for (let at = start + length - 1; at >= start; at--) {
    const pair = BCD_PAIRS[bytes[at]!]!;
    if (pair < 0) return null;
    digits += pair < 10 ? `0${pair}` : pair;
  }
  return digits;
}

/** `value` in `length` bytes; one that does not fit is a RangeError. */
export function writeBcd(value: number | bigint, length: number): Uint8Array {
  const negative = value < 0;
  const digits = BigInt(value).toString().replace('-', '');
  if (digits.length > 2 * length - (negative ? 1 : 0)) throw new RangeError(`${value} in ${2 * length} BCD digits`);
  const padded = (negative ? 'F' : '') + digits.padStart(2 * length - (negative ? 1 : 0), '0');
  return Uint8Array.from({ length }, (_, index) =>
    Number.parseInt(padded.slice(2 * (length - 1 - index), 2 * (length - index)), 16),
  );
}
