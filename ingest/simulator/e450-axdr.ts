/** COSEM values as bytes (A-XDR, DLMS Green Book 9.5), for the simulated E450: type byte, then the value, most significant byte first. */

export function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  return length <= 0xff ? [0x81, length] : [0x82, length >>> 8, length & 0xff];
}

/** Integers by width in bits; negative widths are signed: -8 is an integer 8. */
export function encodeInteger(value: number | bigint, width: IntegerWidth): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let index = 0; index < Math.abs(width) / 8; index++) {
    bytes.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  }
  return [integerTags[width], ...bytes];
}

export type IntegerWidth = 8 | 16 | 32 | 64 | -8 | -16 | -32 | -64;

export function encodeOctets(bytes: Uint8Array | readonly number[]): number[] {
  return [0x09, ...encodeLength(bytes.length), ...bytes];
}

export function encodeText(text: string): number[] {
  return [0x0a, ...encodeLength(text.length), ...Buffer.from(text, 'latin1')];
}

export function encodeEnum(value: number): number[] {
  return [0x16, value];
}

export function encodeStructure(members: readonly (readonly number[])[]): number[] {
  return [0x02, ...encodeLength(members.length), ...members.flat()];
}

export function encodeArray(members: readonly (readonly number[])[]): number[] {
  return [0x01, ...encodeLength(members.length), ...members.flat()];
}

/** The six bytes of `1-0:1.8.0` or `1-0:1.8.0*255`. */
export function encodeObis(obis: string): number[] {
  const bytes = obis.split(/[-:.*]/).map(Number);
  return bytes.length === 5 ? [...bytes, 255] : bytes;
}

export interface SimulatedClock {
  /** 2026-03-01T12:00:00 */
  readonly local: string;
  /** Minutes from local time to UTC; left out: not specified, as the E450 does. */
  readonly deviationMinutes?: number;
  /** Status byte: bit 7 summer time, bit 0 invalid. */
  readonly status?: number;
}

/** The 12 bytes of a date-time. */
export function encodeDateTime({ local, deviationMinutes = -0x8000, status = 0 }: SimulatedClock): number[] {
  const [year, month, day, hour, minute, second] = local.split(/[-T:]/).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
  const deviation = deviationMinutes & 0xffff;
  return [
    year >>> 8,
    year & 0xff,
    month,
    day,
    weekday,
    hour,
    minute,
    second,
    0xff,
    deviation >>> 8,
    deviation & 0xff,
    status,
  ];
}

const integerTags: Readonly<Record<IntegerWidth, number>> = {
  8: 0x11,
  16: 0x12,
  32: 0x06,
  64: 0x15,
  [-8]: 0x0f,
  [-16]: 0x10,
  [-32]: 0x05,
  [-64]: 0x14,
};
