/**
 * Pushes that carry their own object list (COSEM class 40, attribute 2 among the values): the list is an array of structures
 *
 *   { class u16, logical name octet-string(6), attribute i8, data index u16, … }
 *
 * and the other members are the values in the same order. Usually the list names itself, as the first of the objects.
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import type { CosemData } from '../axdr/cosem-data.ts';
import type { DlmsCode } from '../codes.ts';
import { obisText } from '../obis.ts';
import type { PushItem } from './item.ts';

export interface PushObject {
  readonly classId: number;
  readonly obis: string;
  /** 0: all attributes, as a structure. */
  readonly attribute: number;
}

/** The objects that a value lists, or undefined when it is no push object list. */
export function readPushObjectList(data: CosemData): readonly PushObject[] | undefined {
  if (data.type !== 'array' || data.members.length === 0) return undefined;
  const objects: PushObject[] = [];
  for (const member of data.members) {
    if (member.type !== 'structure' || member.members.length < 3) return undefined;
    const [classId, name, attribute, dataIndex] = member.members;
    if (classId?.type !== 'integer' || classId.width !== 16) return undefined;
    if (name?.type !== 'octet-string' || name.bytes.length !== 6) return undefined;
    if (attribute?.type !== 'integer' || attribute.width !== 8) return undefined;
    // Another type in the fourth place is a value: the entries describe themselves.
    if (dataIndex && (dataIndex.type !== 'integer' || dataIndex.width !== 16 || dataIndex.signed)) return undefined;
    objects.push({ classId: Number(classId.value), obis: obisText(name.bytes), attribute: Number(attribute.value) });
  }
  return objects;
}

/** Gives each value its object. `listAt` is the place of the list among the members. */
export function pairWithObjects(
  members: readonly CosemData[],
  listAt: number,
  objects: readonly PushObject[],
): Outcome<PushItem[], DlmsCode> {
  const listIncluded = objects.some(isPushSetupList);
  const selfInPlace = !listIncluded || isPushSetupList(objects[listAt]);
  if (objects.length !== members.length - (listIncluded ? 0 : 1) || !selfInPlace)
    return rejected('LIST_MISMATCH', { objects: objects.length, values: members.length - 1 });
  const items: PushItem[] = [];
  for (const [place, data] of members.entries()) {
    if (place === listAt) continue;
    const { obis, classId, attribute } = objects[listIncluded || place < listAt ? place : place - 1]!;
    if (attribute === 0 && data.type === 'structure')
      for (const [index, part] of data.members.entries())
        items.push({ obis, classId, attribute: index + 1, position: place + 1, data: part });
    else items.push({ obis, classId, attribute, position: place + 1, data });
  }
  return ok(items);
}

/** Class 40 (push setup), attribute 2: the push object list. */
function isPushSetupList(object: PushObject | undefined): boolean {
  return object?.classId === 40 && object.attribute === 2;
}
