/**
 * COSEM data in A-XDR (DLMS Blue Book 4.1.5, Green Book 9.5 "Data"): one tag byte, then the value, most significant byte first.
 *
 *   00 null · 01 array · 02 structure · 03 boolean · 04 bit-string · 05/06 double-long(-unsigned) · 09 octet-string
 *   0A visible-string · 0C utf8-string · 0D bcd · 0F/11 integer/unsigned 8 · 10/12 long(-unsigned) 16 · 13 compact array
 *   14/15 long64(-unsigned) · 16 enum · 17/18 float32/64 · 19 date-time · 1A date · 1B time · FF do not care
 *
 * Depth, lengths and counts are bounded by what the message can hold; 64-bit integers are exact.
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import type { DlmsCode } from '../codes.ts';
import { compactArrayTag, decodeCompactArray } from './compact-array.ts';
import type { CosemData, DecodedData } from './cosem-data.ts';
import { decodeAxdrLength } from './length.ts';

export const maximumDepth = 16;

/** Reads one value, with all that it contains, at an offset. */
export function decodeCosemData(bytes: Uint8Array, at: number, depth = 0): Outcome<DecodedData, DlmsCode> {
  if (depth > maximumDepth) return rejected('AXDR_DEPTH', { at });
  const tag = bytes[at];
  if (tag === undefined) return rejected('AXDR_TRUNCATED', { at });
  if (tag === 0x01 || tag === 0x02) return decodeMembers(bytes, at, tag, depth);
  if (tag === compactArrayTag) return decodeCompactArray(bytes, at + 1, depth, maximumDepth, decodeSimple);
  return decodeSimple(bytes, at + 1, tag);
}

/** A value that holds no others, at the offset behind its tag. */
function decodeSimple(bytes: Uint8Array, at: number, tag: number): Outcome<DecodedData, DlmsCode> {
  const fixed = fixedTypes[tag];
  if (fixed) {
    const next = at + fixed.length;
    if (next > bytes.length) return rejected('AXDR_TRUNCATED', { at, tag });
    return ok({ data: fixed.read(bytes.subarray(at, next)), next });
  }
  const variable = variableTypes[tag];
  if (!variable) return rejected('AXDR_TYPE', { at, tag });
  const length = decodeAxdrLength(bytes, at);
  if (!length.ok) return length;
  const count = tag === 0x04 ? Math.ceil(length.value.length / 8) : length.value.length;
  const next = length.value.next + count;
  if (next > bytes.length) return rejected('AXDR_TRUNCATED', { at, tag });
  return ok({ data: variable(bytes.slice(length.value.next, next), length.value.length), next });
}

function decodeMembers(bytes: Uint8Array, at: number, tag: number, depth: number): Outcome<DecodedData, DlmsCode> {
  const count = decodeAxdrLength(bytes, at + 1);
  if (!count.ok) return count;
  // Every member takes at least its tag.
  if (count.value.length > bytes.length - count.value.next) return rejected('AXDR_TRUNCATED', { at, tag });
  const members: CosemData[] = [];
  let next = count.value.next;
  for (let index = 0; index < count.value.length; index++) {
    const member = decodeCosemData(bytes, next, depth + 1);
    if (!member.ok) return member;
    members.push(member.value.data);
    next = member.value.next;
  }
  return ok({ data: { type: tag === 0x01 ? 'array' : 'structure', members }, next });
}

interface FixedType {
  readonly length: number;
  read(bytes: Uint8Array): CosemData;
}

function integer(width: 8 | 16 | 32 | 64, signed: boolean): FixedType {
  return {
    length: width / 8,
    read(bytes) {
      let value = 0n;
      for (const byte of bytes) value = (value << 8n) | BigInt(byte);
      return { type: 'integer', value: signed ? BigInt.asIntN(width, value) : value, width, signed };
    },
  };
}

function float(length: 4 | 8): FixedType {
  return {
    length,
    read(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, length);
      return { type: 'float', value: length === 8 ? view.getFloat64(0) : shortestSingle(view.getFloat32(0)) };
    },
  };
}

/** The shortest decimal that is the same single precision value: 230.1, not 230.10000610351562. */
function shortestSingle(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value;
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return Number(value.toPrecision(9));
}

const fixedTypes: Readonly<Record<number, FixedType>> = {
  0: { length: 0, read: () => ({ type: 'null' }) },
  3: { length: 1, read: (bytes) => ({ type: 'boolean', value: bytes[0] !== 0 }) },
  5: integer(32, true),
  6: integer(32, false),
  13: { length: 1, read: (bytes) => ({ type: 'bcd', bytes: bytes.slice() }) },
  15: integer(8, true),
  16: integer(16, true),
  17: integer(8, false),
  18: integer(16, false),
  20: integer(64, true),
  21: integer(64, false),
  22: { length: 1, read: (bytes) => ({ type: 'enum', value: bytes[0]! }) },
  23: float(4),
  24: float(8),
  25: { length: 12, read: (bytes) => ({ type: 'date-time', bytes: bytes.slice() }) },
  26: { length: 5, read: (bytes) => ({ type: 'date', bytes: bytes.slice() }) },
  27: { length: 4, read: (bytes) => ({ type: 'time', bytes: bytes.slice() }) },
  255: { length: 0, read: () => ({ type: 'null' }) },
};

const variableTypes: Readonly<Record<number, (bytes: Uint8Array, length: number) => CosemData>> = {
  4: (bytes, length) => ({
    type: 'bit-string',
    bits: Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0'))
      .join('')
      .slice(0, length),
  }),
  9: (bytes) => ({ type: 'octet-string', bytes }),
  10: (bytes) => ({ type: 'text', value: Buffer.from(bytes).toString('latin1') }),
  12: (bytes) => ({ type: 'text', value: Buffer.from(bytes).toString('utf8') }),
};
