/** Types B and C: binary integers, low byte first, signed in two's complement or unsigned (EN 13757-3:2018, annex A). */

/** Data fields 1 to 4: as many bytes, signed, low byte first. */
export function readInt32(bytes: Uint8Array, at: number, length: number): number {
  switch (length) {
    case 1:
      return (bytes[at]! << 24) >> 24;
    case 2:
      return ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16;
    case 3:
      return ((bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) << 8) >> 8;
    default:
      return word(bytes, at);
  }
}

/** Data fields 6 and 7: 6 and 8 bytes, low byte first. */
export function readLong(bytes: Uint8Array, at: number, dataField: number, unsigned: boolean): number | bigint {
  if (dataField === 6) {
    const high = ((bytes[at + 4]! | (bytes[at + 5]! << 8)) << 16) >> 16;
    return (unsigned && high < 0 ? high + 0x1_0000 : high) * 0x1_0000_0000 + (word(bytes, at) >>> 0);
  }
  const high = word(bytes, at + 4);
  if (high >= -0x20_0000 && high < 0x20_0000 && !(unsigned && high < 0)) {
    const whole = high * 0x1_0000_0000 + (word(bytes, at) >>> 0);
    if (Number.isSafeInteger(whole)) return whole;
  }
  return readInteger(bytes, at, 8, !unsigned);
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** What to add to a negative reading of data fields 1 to 4 that is unsigned. */
export const UNSIGNED_SPANS: Float64Array = Float64Array.of(0, 2 ** 8, 2 ** 16, 2 ** 24, 2 ** 32);

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
