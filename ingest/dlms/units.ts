/**
 * Units of the COSEM unit enumeration (DLMS Blue Book 4.3.2, table "Values of the unit attribute"), brought to the base units
 * that every decoder here speaks. Units outside the table are left out: the value is then given without a unit.
 */

export interface BaseUnit {
  readonly unit: string;
  /** Power of ten from the enumerated unit to the base unit. */
  readonly exponent: number;
  /** Factor where no power of ten does it (minutes to seconds). */
  readonly factor?: number;
}

export function baseUnit(enumerated: number): BaseUnit | undefined {
  return units[enumerated];
}

const units: Readonly<Record<number, BaseUnit>> = {
  4: { unit: 's', exponent: 0, factor: 86_400 },
  5: { unit: 's', exponent: 0, factor: 3_600 },
  6: { unit: 's', exponent: 0, factor: 60 },
  7: { unit: 's', exponent: 0 },
  8: { unit: '°', exponent: 0 },
  9: { unit: '°C', exponent: 0 },
  13: { unit: 'm^3', exponent: 0 },
  14: { unit: 'm^3', exponent: 0 },
  15: { unit: 'm^3/h', exponent: 0 },
  16: { unit: 'm^3/h', exponent: 0 },
  19: { unit: 'm^3', exponent: -3 },
  20: { unit: 'kg', exponent: 0 },
  24: { unit: 'bar', exponent: -5 },
  25: { unit: 'bar', exponent: 0 },
  26: { unit: 'J', exponent: 0 },
  27: { unit: 'W', exponent: 0 },
  28: { unit: 'VA', exponent: 0 },
  29: { unit: 'var', exponent: 0 },
  30: { unit: 'Wh', exponent: 0 },
  31: { unit: 'VAh', exponent: 0 },
  32: { unit: 'varh', exponent: 0 },
  33: { unit: 'A', exponent: 0 },
  35: { unit: 'V', exponent: 0 },
  44: { unit: 'Hz', exponent: 0 },
  52: { unit: 'K', exponent: 0 },
};
