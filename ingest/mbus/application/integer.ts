/** Types B and C: binary integers, low byte first, signed in two's complement or unsigned (EN 13757-3:2018, annex A). */

/** A binary integer of any length; a number when it is exact as one. */
export function readInteger(bytes: Uint8Array, start: number, length: number, signed: boolean): number | bigint {
  let value = 0n;
  for (let at = start + length - 1; at >= start; at--) value = (value << 8n) | BigInt(bytes[at]!);
  if (signed && length > 0 && bytes[start + length - 1]! >= 0x80) value -= 1n << BigInt(8 * length);
  return narrow(value);
}

/** `value` in `length` bytes, two's complement; one that does not fit is a RangeError. */
export function writeInteger(value: number | bigint, length: number): Uint8Array {
  const bits = BigInt(8 * length);
  const whole = BigInt(value);
  if (whole >= 1n << bits || whole < -(1n << (bits - 1n))) throw new RangeError(`${value} in ${length} bytes`);
  const pattern = BigInt.asUintN(Number(bits), whole);
  return Uint8Array.from({ length }, (_, index) => Number((pattern >> BigInt(8 * index)) & 0xffn));
}

/** A number where that is exact. */
export function narrow(value: bigint): number | bigint {
  return value >= MINIMUM_SAFE && value <= MAXIMUM_SAFE ? Number(value) : value;
}

const MAXIMUM_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MINIMUM_SAFE = -MAXIMUM_SAFE;
