import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalJson, decimalNumber, decimalOf, decimalText, floorDecimal } from '../../../ingest/dlms/decimal.ts';

test.each([
  [9n, -2, 0.09],
  [236n, 0, 236],
  [987n, -3, 0.987],
  [12n, 3, 12_000],
  [-5n, -1, -0.5],
  [2n ** 53n, 0, '9007199254740992'],
  [2n ** 64n - 1n, 0, '18446744073709551615'],
  [2n ** 64n - 1n, -3, '18446744073709551.615'],
  [0n, -3, 0],
])('%s × 10^%s is %s in JSON', (mantissa, exponent, expected) => {
  expect(decimalJson({ mantissa, exponent })).toBe(expected);
});

test.each([
  [19n, -1, 1n],
  [-19n, -1, -2n],
  [-20n, -1, -2n],
  [3n, 2, 300n],
])('the floor of %s × 10^%s is %s', (mantissa, exponent, expected) => {
  expect(floorDecimal({ mantissa, exponent })).toBe(expected);
});

test('the decimal of a number gives the number back, and its text too', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const decimal = decimalOf(value)!;
      expect(decimalNumber(decimal)).toBe(value === 0 ? 0 : value);
      expect(Number(decimalText(decimal))).toBe(value === 0 ? 0 : value);
    }),
  );
  expect(decimalOf(Number.NaN)).toBeUndefined();
  expect(decimalOf(Number.POSITIVE_INFINITY)).toBeUndefined();
});

test('JSON never changes a value', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }),
      fc.integer({ min: -24, max: 24 }),
      (mantissa, exponent) => {
        const json = decimalJson({ mantissa, exponent });
        expect(
          decimalText(decimalOf(typeof json === 'number' ? json : 0)!) === decimalText({ mantissa, exponent }) ||
            json === decimalText({ mantissa, exponent }),
        ).toBe(true);
      },
    ),
  );
});
