/**
 * What a register means when the meter sends a bare number: unit and power of ten by OBIS code.
 *
 * The E450 sends no scaler and no unit. Seen on the wire: W, Wh, var, varh as they are; current in 0.01 A; voltage in whole volts; power
 * factor in 0.001. A scaler and unit in the push always win over this table, and an entry for the meter wins over both.
 * The channel B does not matter: 1-0 and 1-1 are used for the same registers.
 */
import { type Decimal, decimalNumber, multiplyDecimals } from './decimal.ts';
import { parseObis } from './obis.ts';

export interface Scale {
  readonly unit: string;
  /** value = number sent × 10^exponent */
  readonly exponent: number;
}

/** Scales of one meter by OBIS text; `1-*:31.7.0` stands for every channel. */
export type ScaleOverrides = Readonly<Record<string, Scale>>;

/** The scale that the meter's profile names for a code. */
export function overriddenScale(obis: string, overrides: ScaleOverrides): Scale | undefined {
  return overrides[obis] ?? overrides[obis.replace(/-\d+:/, '-*:')];
}

/** The scale by table, undefined when nothing is known of the register. */
export function tableScale(obis: string): Scale | undefined {
  const code = parseObis(obis);
  if (code?.[0] !== 1) return undefined;
  const [, , quantity, processing] = code;
  const phase = phaseOffsets.find((offset) => quantity >= offset + 1 && quantity <= offset + 16) ?? 0;
  const kind = quantityKinds[quantity - phase];
  if (!kind) return undefined;
  if (timeIntegrals.has(processing)) return kind.integral ? { unit: kind.integral, exponent: 0 } : undefined;
  return instantaneous.has(processing) ? { unit: kind.unit, exponent: kind.exponent } : undefined;
}

/**
 * Where a register of so many bits starts again at 0, in Wh: 2^bits × step × multiplier (unsigned 32 bits of Wh: 4 294 967 296).
 * Undefined above 32 bits, whose end no meter sees.
 */
export function registerLimitWh(bits: number, stepWh: Decimal, multiplier: Decimal): number | undefined {
  if (bits > 32) return undefined;
  const limit = decimalNumber(
    multiplyDecimals({ mantissa: 1n << BigInt(bits), exponent: 0 }, multiplyDecimals(stepWh, multiplier)),
  );
  const wholeWh = Math.ceil(limit);
  return Number.isSafeInteger(wholeWh) ? wholeWh : undefined;
}

interface QuantityKind {
  readonly unit: string;
  readonly exponent: number;
  /** Unit of the time integral. */
  readonly integral?: string;
}

const active: QuantityKind = { unit: 'W', exponent: 0, integral: 'Wh' };
const reactive: QuantityKind = { unit: 'var', exponent: 0, integral: 'varh' };
const apparent: QuantityKind = { unit: 'VA', exponent: 0, integral: 'VAh' };
const current: QuantityKind = { unit: 'A', exponent: -2 };
const voltage: QuantityKind = { unit: 'V', exponent: 0 };
const powerFactor: QuantityKind = { unit: '', exponent: -3 };

/** C of the sum; phases L1, L2, L3 are 20, 40, 60 higher. */
const quantityKinds: Readonly<Record<number, QuantityKind>> = {
  1: active,
  2: active,
  3: reactive,
  4: reactive,
  5: reactive,
  6: reactive,
  7: reactive,
  8: reactive,
  9: apparent,
  10: apparent,
  11: current,
  12: voltage,
  13: powerFactor,
  15: active,
  16: active,
  91: current,
};
const phaseOffsets = [20, 40, 60];
/** D: last average 5, maximum 6, instantaneous 7, current average 4, and their like. */
const instantaneous: ReadonlySet<number> = new Set([3, 4, 5, 6, 7, 13, 14, 15, 16, 24, 25, 26, 27]);
/** D: time integrals 1 (8), 2 (9), 5 (29), 7 (17), 8 (18), 3 (10) and 6 (30). */
const timeIntegrals: ReadonlySet<number> = new Set([8, 9, 10, 17, 18, 29, 30]);
