/**
 * A pushed value with its unit: item × (override of the meter, else scaler and unit of the push, else the table by OBIS code).
 * One bad value never loses the others: it becomes an error with its raw bytes.
 */
import { toHex } from '../../mbus/hex.ts';
import type { CosemData } from '../axdr/cosem-data.ts';
import { decodeDate, decodeDateTime, decodeTime, type MeterClock } from '../axdr/date-time.ts';
import { printable } from '../bytes.ts';
import type { DlmsCode } from '../codes.ts';
import { type Decimal, decimalJson, decimalOf, multiplyDecimals } from '../decimal.ts';
import { looksLikeObis, obisText } from '../obis.ts';
import { overriddenScale, type ScaleOverrides, tableScale } from '../scales.ts';
import { baseUnit } from '../units.ts';
import { type PushItem, readScalerUnit, type ScalerUnit } from './item.ts';

export interface PushNumber {
  readonly kind: 'number';
  /** In `unit`, exact. */
  readonly amount: Decimal;
  readonly unit: string;
  /** What one count of the register is worth, in `unit`. */
  readonly step: Decimal;
  /** Width of an unsigned integer on the wire, undefined for other types. */
  readonly unsignedBits: number | undefined;
}

export type PushContent =
  | PushNumber
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'clock'; readonly clock: MeterClock }
  /** What has no unit and is no text: booleans, dates, times, structures, as JSON. */
  | { readonly kind: 'other'; readonly json: Json }
  | { readonly kind: 'error'; readonly code: DlmsCode; readonly facts: Readonly<Record<string, unknown>> };

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface PushValue {
  readonly obis: string | undefined;
  readonly attribute: number;
  readonly position: number;
  readonly content: PushContent;
}

export function evaluateItem(item: PushItem, overrides: ScaleOverrides = {}): PushValue {
  const { obis, attribute, position } = item;
  let { data, scalerUnit } = item;
  // Value and scaler in one structure.
  if (!scalerUnit && data.type === 'structure' && data.members.length === 2) {
    scalerUnit = readScalerUnit(data.members[1]);
    if (scalerUnit) data = data.members[0]!;
  }
  return { obis, attribute, position, content: evaluate(data, item, scalerUnit, overrides) };
}

function evaluate(
  data: CosemData,
  item: PushItem,
  scalerUnit: ScalerUnit | undefined,
  overrides: ScaleOverrides,
): PushContent {
  switch (data.type) {
    case 'integer':
      return number(data.value, data.signed ? undefined : data.width, item, scalerUnit, overrides);
    case 'float':
      return number(data.value, undefined, item, scalerUnit, overrides);
    case 'octet-string':
      return octets(data.bytes);
    case 'text':
      return { kind: 'text', text: data.value };
    case 'bit-string':
      return { kind: 'text', text: data.bits };
    case 'bcd':
      return { kind: 'text', text: toHex(data.bytes) };
    case 'null':
      return { kind: 'error', code: 'VALUE_NULL', facts: {} };
    case 'enum':
      return { kind: 'other', json: data.value };
    case 'boolean':
      return { kind: 'other', json: data.value };
    case 'date-time': {
      const clock = decodeDateTime(data.bytes);
      return clock.ok ? { kind: 'clock', clock: clock.value } : { kind: 'error', code: clock.code, facts: clock.facts };
    }
    case 'date':
    case 'time': {
      const text = data.type === 'date' ? decodeDate(data.bytes) : decodeTime(data.bytes);
      return text.ok
        ? { kind: 'other', json: { local: text.value } }
        : { kind: 'error', code: text.code, facts: text.facts };
    }
    default:
      return { kind: 'other', json: toJson(data) };
  }
}

function number(
  sent: bigint | number,
  unsignedBits: number | undefined,
  { obis, attribute }: PushItem,
  scalerUnit: ScalerUnit | undefined,
  overrides: ScaleOverrides,
): PushContent {
  const mantissa = decimalOf(sent);
  if (!mantissa) return { kind: 'error', code: 'VALUE_NOT_FINITE', facts: { raw: String(sent) } };
  if (scalerUnit && Math.abs(scalerUnit.scaler) > 24)
    return { kind: 'error', code: 'SCALER_RANGE', facts: { scaler: scalerUnit.scaler, raw: String(sent) } };
  const { unit, step } = scaleOf(obis, attribute, scalerUnit, overrides);
  return { kind: 'number', amount: multiplyDecimals(mantissa, step), unit, step, unsignedBits };
}

function scaleOf(
  obis: string | undefined,
  attribute: number,
  scalerUnit: ScalerUnit | undefined,
  overrides: ScaleOverrides,
): { readonly unit: string; readonly step: Decimal } {
  const named = obis === undefined || attribute !== 2 ? undefined : obis;
  const override = named === undefined ? undefined : overriddenScale(named, overrides);
  if (override) return { unit: override.unit, step: { mantissa: 1n, exponent: override.exponent } };
  if (scalerUnit) {
    const base = baseUnit(scalerUnit.unit);
    const step = { mantissa: BigInt(base?.factor ?? 1), exponent: scalerUnit.scaler + (base?.exponent ?? 0) };
    return { unit: base?.unit ?? '', step };
  }
  const table = named === undefined ? undefined : tableScale(named);
  return { unit: table?.unit ?? '', step: { mantissa: 1n, exponent: table?.exponent ?? 0 } };
}

/** Octet-strings hold text, codes, dates or plain bytes; what they are shows in the bytes. */
function octets(bytes: Uint8Array): PushContent {
  const text = printable(bytes);
  if (text !== undefined) return { kind: 'text', text };
  if (looksLikeObis(bytes) && bytes[5] === 255) return { kind: 'text', text: obisText(bytes) };
  const clock = bytes.length === 12 ? decodeDateTime(bytes) : undefined;
  if (clock?.ok) return { kind: 'clock', clock: clock.value };
  return { kind: 'text', text: toHex(bytes) };
}

function toJson(data: CosemData): Json {
  switch (data.type) {
    case 'structure':
    case 'array':
      return data.members.map(toJson);
    case 'integer':
      return decimalJson({ mantissa: data.value, exponent: 0 });
    case 'float':
      return Number.isFinite(data.value) ? data.value : null;
    case 'octet-string':
      return printable(data.bytes) ?? toHex(data.bytes);
    case 'bcd':
    case 'date-time':
    case 'date':
    case 'time':
      return toHex(data.bytes);
    case 'bit-string':
      return data.bits;
    case 'null':
      return null;
    default:
      return data.value;
  }
}
