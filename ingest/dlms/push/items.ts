/**
 * The values of a notification body, whatever its shape. Operators change their lists, so the shape is read from the data:
 *
 *   (a) list    { object list, value, value, … }
 *   (b) flat    { OBIS, value, OBIS, value, … }, each value optionally followed by { scaler, unit }; or nested { OBIS, value, … } structures
 *   (c) bare    { value, value, … }: only a layout from the meter's profile can name them
 *
 * A date-time or a list name in front of (b) has no OBIS code and is given with its position alone.
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import type { CosemData } from '../axdr/data.ts';
import type { DlmsCode } from '../codes.ts';
import { looksLikeObis, obisText } from '../obis.ts';
import { type PushItem, readScalerUnit, readScalerUnitPair } from './item.ts';
import { pairWithObjects, readPushObjectList } from './object-list.ts';

export type PushShape = 'list' | 'flat' | 'bare';

/** OBIS codes of a bare push in their order, from the meter's profile; null for a value without one. */
export type BareLayout = readonly (string | null)[];

export interface PushItems {
  readonly shape: PushShape;
  readonly items: readonly PushItem[];
}

export function readPushItems(body: CosemData, layout?: BareLayout): Outcome<PushItems, DlmsCode> {
  const members = isContainer(body) ? body.members : [body];
  for (const [place, member] of members.entries()) {
    const objects = readPushObjectList(member);
    if (!objects) continue;
    const items = pairWithObjects(members, place, objects);
    return items.ok ? ok({ shape: 'list', items: withSeparateScalers(items.value) }) : items;
  }
  const items: PushItem[] = [];
  readFlat(members, items);
  if (items.some(({ obis }) => obis !== undefined)) return ok({ shape: 'flat', items });
  if (!layout) return ok({ shape: 'bare', items });
  if (layout.length !== items.length)
    return rejected('LAYOUT_MISMATCH', { expected: layout.length, actual: items.length });
  return ok({ shape: 'bare', items: items.map((item, index) => ({ ...item, obis: layout[index] ?? undefined })) });
}

function isContainer(data: CosemData): data is Extract<CosemData, { members: readonly CosemData[] }> {
  return data.type === 'structure' || data.type === 'array';
}

function readFlat(members: readonly CosemData[], items: PushItem[]): void {
  let at = 0;
  while (at < members.length) {
    const member = members[at]!;
    const value = members[at + 1];
    if (member.type === 'octet-string' && looksLikeObis(member.bytes) && value) {
      const inline = readScalerUnit(members[at + 2]);
      const pair = inline ? undefined : readScalerUnitPair(members[at + 2], members[at + 3]);
      const scalerUnit = inline ?? pair;
      items.push({
        obis: obisText(member.bytes),
        attribute: 2,
        position: items.length + 1,
        data: value,
        ...(scalerUnit ? { scalerUnit } : {}),
      });
      at += 2 + (inline ? 1 : pair ? 2 : 0);
    } else if (isContainer(member)) {
      readFlat(member.members, items);
      at += 1;
    } else {
      const scalerUnit = readScalerUnit(value);
      const position = items.length + 1;
      items.push({ obis: undefined, attribute: 2, position, data: member, ...(scalerUnit ? { scalerUnit } : {}) });
      at += scalerUnit ? 2 : 1;
    }
  }
}

/** A list may push scaler and unit (attribute 3 of a register) beside the value: they belong together. */
function withSeparateScalers(items: readonly PushItem[]): PushItem[] {
  const scalers = new Map(
    items.flatMap((item) => {
      const scalerUnit = item.attribute === 3 ? readScalerUnit(item.data) : undefined;
      return scalerUnit ? [[item.obis, scalerUnit] as const] : [];
    }),
  );
  return items
    .filter((item) => item.attribute !== 3 || !scalers.has(item.obis))
    .map((item) => {
      const scalerUnit = item.attribute === 2 ? scalers.get(item.obis) : undefined;
      return scalerUnit ? { ...item, scalerUnit } : item;
    });
}
