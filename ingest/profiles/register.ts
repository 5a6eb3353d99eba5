/**
 * A register's value as an exact number of Wh, its step and its end.
 *
 *   Wh = value × unit (1 Wh, 1 J = 1/3600 Wh) × multiplier        step = 1 digit of the register, in Wh
 *   end = 10^digits steps (BCD)
 */
import type { DataRecord } from '../mbus/application/record.ts';
import { ceil, type Fraction, fractionOf, fractionOfDouble, scaled, times } from './exact.ts';

export interface Register {
  readonly valueWh: Fraction;
  readonly stepWh: Fraction;
}

const perUnit: Readonly<Record<string, Fraction>> = {
  Wh: { numerator: 1n, denominator: 1n },
  J: { numerator: 1n, denominator: 3600n },
};

/**
 * The register of a record without error; null where it is no energy in Wh or J.
 * @param unitValueWh Wh of one unit of the register, from a profile: the record's own unit is then not looked at
 */
export function registerOf(record: DataRecord, multiplier: Fraction, unitValueWh?: number): Register | null {
  const { meaning } = record;
  const ownScale = scaled(BigInt(meaning.multiplier), meaning.exponent10);
  const unit = unitValueWh === undefined ? perUnit[record.unit] : { numerator: 1n, denominator: 1n };
  if (unit === undefined) return null;
  const factor = times(unit, multiplier);
  const scale = unitValueWh === undefined ? ownScale : fractionOf(unitValueWh);
  const value = exactValue(record);
  if (value === null) return null;
  // A profile's unit replaces the record's: back to the bare register first.
  const asRead =
    unitValueWh === undefined
      ? value
      : times(value, { numerator: ownScale.denominator, denominator: ownScale.numerator });
  const inUnits = unitValueWh === undefined ? asRead : times(asRead, scale);
  const step = record.mantissa === null ? times(floatStep(record), scale) : scale;
  return { valueWh: times(inUnits, factor), stepWh: times(step, factor) };
}

/**
 * Where an index of this record starts again at 0, in Wh; undefined where its coding has no end that a meter reaches: a binary
 * register is wider than the digits that the meter counts in.
 * @param status the header's status byte, which tells BCD from binary in the fixed data structure
 * @param shownDigits digits of the register, from a profile: they go before the coding
 */
export function registerLimitWh(
  record: DataRecord,
  stepWh: Fraction,
  status: number | undefined,
  shownDigits?: number,
): number | undefined {
  const digits = shownDigits ?? codedDigits(record, status);
  if (digits === undefined) return undefined;
  const limit = ceil(times(stepWh, scaled(1n, digits)));
  return limit <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(limit) : undefined;
}

function codedDigits(record: DataRecord, status: number | undefined): number | undefined {
  // A counter of the fixed structure has no data information block.
  if (record.dataStart === record.start) return status !== undefined && (status & 1) === 0 ? 8 : undefined;
  return bcdDigits[record.bytes[record.start]! & 0x0f];
}

/** Step in whole Wh, at least 1. */
export function resolutionWh(stepWh: Fraction): number {
  const step = Number(ceil(stepWh));
  return step > 1 ? step : 1;
}

function exactValue(record: DataRecord): Fraction | null {
  if (record.mantissa !== null) return scaled(BigInt(record.mantissa), record.exponent10);
  return typeof record.value === 'number' && Number.isFinite(record.value) ? fractionOfDouble(record.value) : null;
}

/** Distance of neighbouring single-precision numbers (24 bits) at this value, in units of the register. */
function floatStep(record: DataRecord): Fraction {
  const { meaning } = record;
  const scale = meaning.multiplier * 10 ** meaning.exponent10;
  const bare = Math.abs(typeof record.value === 'number' ? record.value / scale : 0);
  return fractionOfDouble(bare === 0 ? 2 ** -149 : 2 ** (Math.floor(Math.log2(bare)) - 23));
}

/** Digits of the BCD data fields 9 to C and E. */
const bcdDigits: Readonly<Record<number, number>> = { 9: 2, 10: 4, 11: 6, 12: 8, 14: 12 };
