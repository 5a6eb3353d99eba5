/**
 * Compact array (DLMS Green Book 9.5 "Data", tag 13): the type stands once in front, the values follow without tags.
 *
 *   13 | type description | length | contents, element behind element to their end
 *        01 count u16 type    array of so many        02 n type … structure        any other tag: that type
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import type { DlmsCode } from '../codes.ts';
import type { CosemData, DecodedData } from './cosem-data.ts';
import { decodeAxdrLength } from './length.ts';

/** Reads the value of a type whose tag is known, at the offset behind the tag. */
export type ReadValue = (bytes: Uint8Array, at: number, tag: number) => Outcome<DecodedData, DlmsCode>;

export const compactArrayTag = 0x13;

/** Reads type description and contents at the offset behind the tag; the elements come out as an array. */
export function decodeCompactArray(
  bytes: Uint8Array,
  at: number,
  depth: number,
  maximumDepth: number,
  readValue: ReadValue,
): Outcome<DecodedData, DlmsCode> {
  const described = readDescription(bytes, at, depth, maximumDepth);
  if (!described.ok) return described;
  const length = decodeAxdrLength(bytes, described.value.next);
  if (!length.ok) return length;
  const end = length.value.next + length.value.length;
  if (end > bytes.length) return rejected('AXDR_TRUNCATED', { at, tag: compactArrayTag });
  const contents = bytes.subarray(0, end);
  const members: CosemData[] = [];
  // Types without bytes could else make millions of values out of nothing.
  const budget = { values: 16 + 8 * length.value.length };
  let next = length.value.next;
  while (next < end) {
    const element = readElement(contents, next, described.value.type, readValue, budget);
    if (!element.ok) return element;
    if (element.value.next === next) return rejected('AXDR_COMPACT_ARRAY', { at, reason: 'elements without bytes' });
    members.push(element.value.data);
    next = element.value.next;
  }
  return ok({ data: { type: 'array', members }, next: end });
}

interface TypeDescription {
  readonly tag: number;
  readonly members: readonly TypeDescription[];
  /** Of an array. */
  readonly count: number;
}

function readDescription(
  bytes: Uint8Array,
  at: number,
  depth: number,
  maximumDepth: number,
): Outcome<{ readonly type: TypeDescription; readonly next: number }, DlmsCode> {
  if (depth > maximumDepth) return rejected('AXDR_DEPTH', { at });
  const tag = bytes[at];
  if (tag === undefined) return rejected('AXDR_TRUNCATED', { at });
  if (tag === 0x01) {
    if (at + 3 > bytes.length) return rejected('AXDR_TRUNCATED', { at, tag });
    const count = (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const element = readDescription(bytes, at + 3, depth + 1, maximumDepth);
    if (!element.ok) return element;
    return ok({ type: { tag, members: [element.value.type], count }, next: element.value.next });
  }
  if (tag !== 0x02) return ok({ type: { tag, members: [], count: 0 }, next: at + 1 });
  const length = decodeAxdrLength(bytes, at + 1);
  if (!length.ok) return length;
  if (length.value.length > bytes.length - length.value.next) return rejected('AXDR_TRUNCATED', { at, tag });
  const members: TypeDescription[] = [];
  let { next } = length.value;
  for (let index = 0; index < length.value.length; index++) {
    const member = readDescription(bytes, next, depth + 1, maximumDepth);
    if (!member.ok) return member;
    members.push(member.value.type);
    next = member.value.next;
  }
  return ok({ type: { tag, members, count: 0 }, next });
}

function readElement(
  bytes: Uint8Array,
  at: number,
  type: TypeDescription,
  readValue: ReadValue,
  budget: { values: number },
): Outcome<DecodedData, DlmsCode> {
  budget.values -= 1;
  if (budget.values < 0) return rejected('AXDR_COMPACT_ARRAY', { at, reason: 'too many values' });
  if (type.tag !== 0x01 && type.tag !== 0x02) return readValue(bytes, at, type.tag);
  const isArray = type.tag === 0x01;
  const count = isArray ? type.count : type.members.length;
  const members: CosemData[] = [];
  let next = at;
  for (let index = 0; index < count; index++) {
    const member = readElement(bytes, next, type.members[isArray ? 0 : index]!, readValue, budget);
    if (!member.ok) return member;
    members.push(member.value.data);
    next = member.value.next;
  }
  return ok({ data: { type: isArray ? 'array' : 'structure', members }, next });
}
