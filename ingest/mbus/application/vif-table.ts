/** How the VIF tables are written: a range of codes whose low bits are the exponent, or single codes. */
import { DATE, SIGNED, UNSIGNED, type ValueKind, type VifRow } from './meaning.ts';

/** Codes `first`, `first`+1 … with exponents `exponent10`, `exponent10`+1 … */
export interface ScaledRange {
  readonly first: number;
  readonly count: number;
  readonly quantity: string;
  readonly unit: string;
  readonly exponent10: number;
  readonly multiplier?: number;
}

/** Codes in a row, each with a unit of time. */
export interface TimeRange {
  readonly first: number;
  readonly quantity: string;
  readonly steps: readonly TimeStep[];
}
export type TimeStep = 's' | 'min' | 'h' | 'd' | 'month' | 'year';

export interface SingleCode {
  readonly code: number;
  readonly quantity: string;
  readonly unit?: string;
  readonly exponent10?: number;
  readonly multiplier?: number;
  readonly kind?: ValueKind;
}

/** Seconds of the steps that have a fixed length; months and years have none and stay units of their own. */
export const SECONDS_OF_STEP: Readonly<Record<TimeStep, number>> = {
  s: 1,
  min: 60,
  h: 3600,
  d: 86_400,
  month: 1,
  year: 1,
};

/** 128 rows by code; a code that no row names is `reserved`. */
export function buildVifTable(
  ranges: readonly ScaledRange[],
  times: readonly TimeRange[],
  singles: readonly SingleCode[],
): readonly VifRow[] {
  const table: VifRow[] = new Array(128).fill(RESERVED_ROW);
  for (const range of ranges) {
    for (let step = 0; step < range.count; step++) {
      const { quantity, unit, multiplier = 1 } = range;
      const exponent10 = range.exponent10 + step;
      table[range.first + step] = { quantity, unit, multiplier, exponent10, kind: SIGNED, known: true };
    }
  }
  for (const time of times) {
    for (const [index, step] of time.steps.entries()) {
      const unit = step === 'month' || step === 'year' ? step : 's';
      const multiplier = SECONDS_OF_STEP[step];
      table[time.first + index] = {
        quantity: time.quantity,
        unit,
        multiplier,
        exponent10: 0,
        kind: SIGNED,
        known: true,
      };
    }
  }
  for (const single of singles) {
    const { quantity, unit = '', multiplier = 1, exponent10 = 0, kind = SIGNED } = single;
    table[single.code] = { quantity, unit, multiplier, exponent10, kind, known: true };
  }
  return table;
}

export const RESERVED_ROW: VifRow = {
  quantity: 'reserved',
  unit: '',
  multiplier: 1,
  exponent10: 0,
  kind: SIGNED,
  known: false,
};
export const MANUFACTURER_ROW: VifRow = { ...RESERVED_ROW, quantity: 'manufacturer specific' };
export const PLAIN_TEXT_ROW: VifRow = { ...RESERVED_ROW, known: true };
export { DATE, SIGNED, UNSIGNED };
