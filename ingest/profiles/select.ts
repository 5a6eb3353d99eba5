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
          isPlain(record.meaning)
        : record.meaning.vib === selector.vib),
  );
  const meant = selector.vib === undefined ? understood(found) : found;
  if (selector.position === undefined) return meant;
  const chosen = meant[selector.position];
  return chosen ? [chosen] : [];
}

/**
 * The present total of a quantity: instantaneous, storage 0, tariff 0, subunit 0, no limit, no mean, all phases. Those that
 * say `import` come before those that say no direction.
 */
export function presentTotals(
  records: readonly DataRecord[],
  quantity: string,
  direction: 'import' | 'export',
): DataRecord[] {
  const present = understood(presentOf(records, quantity).filter((record) => record.meaning.phase === null));
  const named = present.filter((record) => record.meaning.direction === direction);
  if (named.length > 0 || direction === 'export') return named;
  return present.filter((record) => record.meaning.direction === null);
}

/**
 * Present values of the phases L1 to L3, exported power left out; one value without a phase stands for L1. Undefined where a phase is
 * missing or double.
 */
export function presentPhases(records: readonly DataRecord[], quantity: string): DataRecord[] | undefined {
  const present = understood(
    presentOf(records, quantity).filter(
      ({ error, meaning: { direction } }) => error === null && (direction === null || direction === 'import'),
    ),
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

/** Present values of a quantity of which only the manufacturer knows what they are. */
export function manufacturersOwn(records: readonly DataRecord[], quantity: string): DataRecord[] {
  return presentOf(records, quantity).filter((record) => manufacturersPart(record) === 'unknown');
}

function presentOf(records: readonly DataRecord[], quantity: string): DataRecord[] {
  return records.filter(
    (record) =>
      record.function === 'instantaneous' &&
      record.storage === 0 &&
      record.tariff === 0 &&
      record.subunit === 0 &&
      record.quantity === quantity &&
      isPlain(record.meaning),
  );
}

/**
 * What lies behind a VIFE FF is the manufacturer's, and the VIF keeps its meaning (EN 13757-3, table of combinable VIFE): a record
 * without one goes before, a neutral one or a phase that is known stands in for it, any other may be a phase, a quadrant, a part.
 */
function understood(records: readonly DataRecord[]): DataRecord[] {
  const ordinary = records.filter((record) => manufacturersPart(record) === 'none');
  return ordinary.length > 0 ? ordinary : records.filter((record) => manufacturersPart(record) === 'known');
}

/** Makers that number phases give 00 to the total; the first code of a record with a phase is that phase. */
function manufacturersPart({ meaning }: DataRecord): 'none' | 'known' | 'unknown' {
  if (meaning.manufacturerVife === '') return 'none';
  const codes = meaning.manufacturerVife.match(/../g)?.map((byte) => Number.parseInt(byte, 16) & 0x7f) ?? [];
  const others = meaning.phase === null ? codes : codes.slice(1);
  return others.every((code) => code === 0) ? 'known' : 'unknown';
}
