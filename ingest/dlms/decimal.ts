/**
 * Exact decimal numbers, mantissa × 10^exponent: what an integer and a scaler are together. No counter goes through a float.
 */

export interface Decimal {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** The decimal that a finite number shows when printed: 0.1 is 1 × 10^-1. Undefined for NaN and infinities. */
export function decimalOf(value: number | bigint): Decimal | undefined {
  if (typeof value === 'bigint') return { mantissa: value, exponent: 0 };
  if (!Number.isFinite(value)) return undefined;
  const [, sign, whole, fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))!;
  return { mantissa: BigInt(`${sign}${whole}${fraction}`), exponent: Number(power) - fraction.length };
}

export function scaleDecimal(value: Decimal, exponent: number): Decimal {
  return { mantissa: value.mantissa, exponent: value.exponent + exponent };
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { mantissa: a.mantissa * b.mantissa, exponent: a.exponent + b.exponent };
}

/** The greatest integer not above the value. */
export function floorDecimal({ mantissa, exponent }: Decimal): bigint {
  if (exponent >= 0) return mantissa * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  const quotient = mantissa / divisor;
  return mantissa < 0n && quotient * divisor !== mantissa ? quotient - 1n : quotient;
}

/** The nearest double. */
export function decimalNumber({ mantissa, exponent }: Decimal): number {
  return Number(`${mantissa}e${exponent}`);
}

/** A number where JSON holds the value exactly (its shortest text gives the decimal back), else decimal text. */
export function decimalJson(value: Decimal): number | string {
  const number = decimalNumber(value);
  const back = decimalOf(number);
  return back && sameDecimal(back, value) && isExactInJson(number) ? number : decimalText(value);
}

/** Plain decimal text, without a power of ten: -0.05. */
export function decimalText({ mantissa, exponent }: Decimal): string {
  if (exponent >= 0) return String(mantissa * 10n ** BigInt(exponent));
  const sign = mantissa < 0n ? '-' : '';
  const text = String(mantissa < 0n ? -mantissa : mantissa).padStart(1 - exponent, '0');
  const fraction = text.slice(exponent).replace(/0+$/, '');
  return sign + text.slice(0, exponent) + (fraction === '' ? '' : `.${fraction}`);
}

function sameDecimal(a: Decimal, b: Decimal): boolean {
  const exponent = Math.min(a.exponent, b.exponent);
  return a.mantissa * 10n ** BigInt(a.exponent - exponent) === b.mantissa * 10n ** BigInt(b.exponent - exponent);
}

function isExactInJson(value: number): boolean {
  return !Number.isInteger(value) || Number.isSafeInteger(value);
}
