/**
 * The data information block: DIF, then DIFE while the extension bit is set (EN 13757-3:2018, 6.3).
 *
 *   DIF   E S ff dddd        S lowest bit of the storage number, ff function, dddd data field
 *   DIFE  E U tt ssss        one more bit of the subunit, two of the tariff, four of the storage number; at most ten
 */
import type { RecordFunction } from './record.ts';

export const MAXIMUM_DIFE = 10;

/** Data field codes that are not a plain length. */
export const DATA_REAL = 0x5;
export const DATA_SELECTION = 0x8;
/** Decimals of 8 and of 12 digits; 9 to B have 2, 4 and 6. */
export const DATA_BCD_8 = 0xc;
export const DATA_BCD_12 = 0xe;
export const DATA_LVAR = 0xd;
export const DATA_SPECIAL = 0xf;

export const DIF_MANUFACTURER = 0x0f;
export const DIF_MORE_RECORDS = 0x1f;
export const DIF_FILLER = 0x2f;
export const DIF_GLOBAL_READOUT = 0x7f;

/** Data bytes by data field; LVAR and the special functions have their own rules. */
export const DATA_LENGTHS: Uint8Array = Uint8Array.of(0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, 0, 6, 0);

export const FUNCTIONS: readonly RecordFunction[] = ['instantaneous', 'maximum', 'minimum', 'error'];

/** The weight of the four storage bits of DIFE 0 to 9: 2^1, 2^5 … 2^37. */
export const STORAGE_WEIGHTS: Float64Array = Float64Array.from(
  { length: MAXIMUM_DIFE },
  (_, dife) => 2 ** (1 + 4 * dife),
);
