/** Which records of a telegram a profile means, and what may be taken without one. */

import { isPlain } from '../mbus/application/meaning.ts';
import type { DataRecord } from '../mbus/application/record.ts';
import type { RecordSelector } from './profile.ts';

/** Records that fit a selector, in the order of the telegram; `quantity` where it names none. */
export function select(records: readonly DataRecord[], selector: RecordSelector, quantity: string): DataRecord[] {
  const wanted = selector.quantity ?? (selector.vib === undefined ? quantity : undefined);
  const found = records.filter(
    (record) =>
      record.function === selector.function &&
      record.storage === selector.storage &&
      record.tariff === selector.tariff &&
      record.subunit === selector.subunit &&
      (wanted === undefined || record.quantity === wanted) &&
      (selector.vib === undefined
        ? record.meaning.direction === selector.direction &&
          record.meaning.phase === selector.phase &&
          isOrdinary(record)
        : record.meaning.vib === selector.vib),
  );
  if (selector.position === undefined) return found;
  const chosen = found[selector.position];
  return chosen ? [chosen] : [];
}

/**
 * The present total of a quantity: instantaneous, storage 0, tariff 0, subunit 0, no limit, no mean, nothing of the
 * manufacturer's own, all phases. Those that say `import` come before those that say no direction.
 */
export function presentTotals(
  records: readonly DataRecord[],
  quantity: string,
  direction: 'import' | 'export',
): DataRecord[] {
  const present = records.filter(
    (record) =>
      isPresent(record) && record.quantity === quantity && record.meaning.phase === null && isOrdinary(record),
  );
  const named = present.filter((record) => record.meaning.direction === direction);
  if (named.length > 0 || direction === 'export') return named;
  return present.filter((record) => record.meaning.direction === null);
}

/** Present values of the phases L1 to L3; one value without a phase stands for L1. Undefined where a phase is missing or double. */
export function presentPhases(records: readonly DataRecord[], quantity: string): DataRecord[] | undefined {
  const present = records.filter(
    (record) => isPresent(record) && record.quantity === quantity && record.error === null && isOrdinary(record),
  );
  const phases = (['L1', 'L2', 'L3'] as const).map((phase) =>
    present.filter((record) => record.meaning.phase === phase),
  );
  if (phases.every((found) => found.length === 1)) return phases.flat();
  const whole = present.filter((record) => record.meaning.phase === null);
  const named = phases.flat();
  if (named.length === 0 && whole.length === 1) return whole;
  return named.length === 1 && named[0]?.meaning.phase === 'L1' ? named : undefined;
}

function isPresent(record: DataRecord): boolean {
  return record.function === 'instantaneous' && record.storage === 0 && record.tariff === 0 && record.subunit === 0;
}

function isOrdinary({ meaning }: DataRecord): boolean {
  return isPlain(meaning) && meaning.manufacturerVife === '';
}
