/** Exact decimal fractions for counters: numerator / denominator of big integers, so that no index passes through a float. */
export interface Fraction {
  readonly numerator: bigint;
  /** Above 0. */
  readonly denominator: bigint;
}

/** The decimal number as it is written (40, 0.1, 1.5e-3); RangeError where it is not finite. */
export function fractionOf(value: number): Fraction {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!match) throw new RangeError(`${value} is no finite number`);
  const [, sign = '', whole = '0', decimals = '', exponent = '0'] = match;
  const mantissa = BigInt(`${sign}${whole}${decimals}`);
  return scaled(mantissa, Number(exponent) - decimals.length);
}

/** mantissa × 10^exponent10. */
export function scaled(mantissa: bigint, exponent10: number): Fraction {
  return exponent10 >= 0
    ? { numerator: mantissa * 10n ** BigInt(exponent10), denominator: 1n }
    : { numerator: mantissa, denominator: 10n ** BigInt(-exponent10) };
}

/** The value of a double exactly: every finite one is an integer over a power of two. */
export function fractionOfDouble(value: number): Fraction {
  let numerator = value;
  let halvings = 0;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    halvings += 1;
  }
  return { numerator: BigInt(numerator), denominator: 2n ** BigInt(halvings) };
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

/** Greatest integer not above. */
export function floor({ numerator, denominator }: Fraction): bigint {
  const quotient = numerator / denominator;
  return numerator < 0n && quotient * denominator !== numerator ? quotient - 1n : quotient;
}

/** Smallest integer not below. */
export function ceil({ numerator, denominator }: Fraction): bigint {
  return -floor({ numerator: -numerator, denominator });
}
