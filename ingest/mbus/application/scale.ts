/**
 * Raw integers to base values without a rounding that shows. mantissa × 10^exponent10 is exact; the value printed from it
 * is a number when its decimal form has at most 15 digits (a double gives those back unchanged) or is a safe integer,
 * and a decimal string otherwise.
 */
import { narrow } from './integer.ts';

/** 1, 10 … 10^22: the powers of ten that a double holds exactly. */
export const POWERS_OF_TEN: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Below this a mantissa has at most 15 digits. */
export const FIFTEEN_DIGITS = 1e15;

/** mantissa × 10^exponent10 with one rounding; |exponent10| up to 22 in tables, more after a long chain of VIFE. */
export function scaleNumber(mantissa: number, exponent10: number): number {
  if (exponent10 === 0) return mantissa;
  if (exponent10 < 0)
    return exponent10 >= -22 ? mantissa / POWERS_OF_TEN[-exponent10]! : Number(`${mantissa}e${exponent10}`);
  return exponent10 <= 22 ? mantissa * POWERS_OF_TEN[exponent10]! : Number(`${mantissa}e${exponent10}`);
}

/** The value of any mantissa: a number, or the exact decimal string where a number would not do. */
export function exactValue(mantissa: number | bigint, exponent10: number): number | string {
  if (typeof mantissa === 'number') {
    if (Math.abs(mantissa) < FIFTEEN_DIGITS || (exponent10 === 0 && Number.isSafeInteger(mantissa))) {
      return scaleNumber(mantissa, exponent10);
    }
  }
  const whole = BigInt(mantissa);
  if (exponent10 >= 0) {
    const value = narrow(whole * 10n ** BigInt(exponent10));
    return typeof value === 'number' ? value : value.toString();
  }
  const digits = (whole < 0n ? -whole : whole).toString().padStart(1 - exponent10, '0');
  const fraction = digits.slice(exponent10).replace(/0+$/, '');
  const integer = (whole < 0n ? '-' : '') + digits.slice(0, exponent10);
  return fraction === '' ? shorten(integer) : `${integer}.${fraction}`;
}

/** mantissa × multiplier and the sum with an offset, exact whatever the size. */
export function combine(
  raw: number | bigint,
  multiplier: number,
  exponent10: number,
  offset: { readonly mantissa: number; readonly exponent10: number } | null,
): { mantissa: number | bigint; exponent10: number } {
  let mantissa = BigInt(raw) * BigInt(multiplier);
  let exponent = exponent10;
  if (offset !== null) {
    exponent = Math.min(exponent10, offset.exponent10);
    mantissa *= 10n ** BigInt(exponent10 - exponent);
    mantissa += BigInt(offset.mantissa) * 10n ** BigInt(offset.exponent10 - exponent);
  }
  return { mantissa: narrow(mantissa), exponent10: exponent };
}

function shorten(integer: string): number | string {
  const value = narrow(BigInt(integer));
  return typeof value === 'number' ? value : integer;
}
