/** Profiles that need no file, by the name that stands in `source.profile`. */
import { automatic, type MeterProfile, parseProfile } from './profile.ts';

/** Registers of `count` tariffs and no total: the index is their sum. */
function tariffSum(count: number): MeterProfile {
  const sum = Array.from({ length: count }, (_, position) => ({ tariff: position + 1 }));
  return parseProfile({ index: { sum } }, `tarifs-${count}`);
}

export const profiles: ReadonlyMap<string, MeterProfile> = new Map([
  ['auto', automatic],
  ['tarifs-2', tariffSum(2)],
  ['tarifs-3', tariffSum(3)],
  ['tarifs-4', tariffSum(4)],
  ['tarif-1', parseProfile({ index: { tariff: 1 } }, 'tarif-1')],
  ['import', parseProfile({ index: { direction: 'import' } }, 'import')],
]);
