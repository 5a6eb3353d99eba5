/**
 * The values of a notification body, whatever its shape. Operators change their lists, so the shape is read from the data:
 *
 *   (a) list    { object list, value, value, … }
 *   (b) flat    { OBIS, value, OBIS, value, … }, each value optionally followed by { scaler, unit }; or nested { OBIS, value, … }
 *               and { class, OBIS, attribute, value } structures
 *   (c) bare    { value, value, … }: only a layout from the meter's profile can name them
 *
 * A date-time or a list name in front of (b) has no OBIS code and is given with its position alone.
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import type { CosemData } from '../axdr/cosem-data.ts';
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
  if (items.some(({ obis }) => obis !== undefined)) return ok({ shape: 'flat', items: withSeparateScalers(items) });
  if (!layout) return ok({ shape: 'bare', items });
  if (layout.length !== items.length)
    return rejected('LAYOUT_MISMATCH', { expected: layout.length, actual: items.length });
  return ok({ shape: 'bare', items: items.map((item, index) => ({ ...item, obis: layout[index] ?? undefined })) });
}

function isContainer(data: CosemData): data is Extract<CosemData, { members: readonly CosemData[] }> {
  return data.type === 'structure' || data.type === 'array';
}

/**
 * Entries [class u16] OBIS [i8] value [{ scaler, unit } or scaler, unit]. The i8 is there when a value without code follows it: the
 * attribute, or a scaler when it is not above 0.
 */
function readFlat(members: readonly CosemData[], items: PushItem[]): void {
  let at = 0;
  while (at < members.length) {
    const member = members[at]!;
    const codeAt = isClass(member) && isCode(members[at + 1]) ? at + 1 : at;
    const code = members[codeAt];
    const position = items.length + 1;
    if (isCode(code) && codeAt + 1 < members.length) {
      const selector = readSelector(members, codeAt + 1);
      const valueAt = codeAt + (selector === undefined ? 1 : 2);
      const following = readFollowingScaler(members, valueAt + 1);
      const scalerUnit =
        following?.scalerUnit ??
        (selector !== undefined && selector < 0 ? { scaler: selector, unit: noUnit } : undefined);
      items.push({
        obis: obisText(code.bytes),
        attribute: selector !== undefined && selector > 0 ? selector : 2,
        position,
        data: members[valueAt]!,
        ...(scalerUnit ? { scalerUnit } : {}),
      });
      at = valueAt + 1 + (following?.members ?? 0);
    } else if (isContainer(member)) {
      readFlat(member.members, items);
      at += 1;
    } else {
      const following = readFollowingScaler(members, at + 1);
      const scalerUnit = following ? { scalerUnit: following.scalerUnit } : {};
      items.push({ obis: undefined, attribute: 2, position, data: member, ...scalerUnit });
      at += 1 + (following?.members ?? 0);
    }
  }
}

/** Of the unit enumeration: no unit. */
const noUnit = 255;

function isCode(data: CosemData | undefined): data is Extract<CosemData, { type: 'octet-string' }> {
  return data?.type === 'octet-string' && looksLikeObis(data.bytes);
}

function isClass(data: CosemData | undefined): boolean {
  return data?.type === 'integer' && data.width === 16 && !data.signed;
}

function readSelector(members: readonly CosemData[], at: number): number | undefined {
  const [selector, value, after] = [members[at], members[at + 1], members[at + 2]];
  if (selector?.type !== 'integer' || selector.width !== 8 || !selector.signed) return undefined;
  if (value === undefined || value.type === 'enum' || isContainer(value) || isCode(value)) return undefined;
  return isClass(value) && isCode(after) ? undefined : Number(selector.value);
}

function readFollowingScaler(members: readonly CosemData[], at: number) {
  const structured = readScalerUnit(members[at]);
  if (structured) return { scalerUnit: structured, members: 1 };
  const paired = readScalerUnitPair(members[at], members[at + 1]);
  return paired ? { scalerUnit: paired, members: 2 } : undefined;
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
