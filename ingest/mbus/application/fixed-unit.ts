/** Units of the counters of a fixed data structure, by their six bits (MBDOC48, table 3). */
import { draftOf, type Meaning, meaningOf, SIGNED, type VifRow } from './meaning.ts';
import { RESERVED_ROW } from './vif-table.ts';

/** "Same unit as the other counter, but historic". */
export const FIXED_HISTORIC = 0x3e;

/** What a counter with this unit code means. */
export function fixedMeaning(unitCode: number): Meaning {
  return MEANINGS[unitCode & 0x3f]!;
}

/** Decades from `exponent10` on. */
function decades(first: number, count: number, quantity: string, unit: string, exponent10: number): [number, VifRow][] {
  return Array.from({ length: count }, (_, step) => [
    first + step,
    { quantity, unit, multiplier: 1, exponent10: exponent10 + step, kind: SIGNED, known: true },
  ]);
}

const ROWS: ReadonlyMap<number, VifRow> = new Map([
  ...decades(0x00, 1, 'time h,m,s', '', 0),
  ...decades(0x01, 1, 'date d,m,y', '', 0),
  ...decades(0x02, 9, 'energy', 'Wh', 0),
  ...decades(0x0b, 9, 'energy', 'J', 3),
  ...decades(0x14, 9, 'power', 'W', 0),
  ...decades(0x1d, 9, 'power', 'J/h', 3),
  ...decades(0x26, 9, 'volume', 'm^3', -6),
  ...decades(0x2f, 9, 'volume flow', 'm^3/h', -6),
  ...decades(0x38, 1, 'temperature', '°C', -3),
  ...decades(0x39, 1, 'heat cost allocator', '', 0),
  ...decades(0x3e, 1, 'historic', '', 0),
  ...decades(0x3f, 1, 'dimensionless', '', 0),
]);

const MEANINGS: readonly Meaning[] = Array.from({ length: 64 }, (_, code) =>
  meaningOf({ ...draftOf(ROWS.get(code) ?? RESERVED_ROW), vib: code.toString(16).padStart(2, '0').toUpperCase() }),
);
