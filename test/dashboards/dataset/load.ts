/**
 * What every meter of the building drew in each quarter of an hour: integer Wh, from a formula, so that indices, days, months and
 * powers follow from one thing and any question has an answer that can be counted by hand.
 */
import { firstDay, hour, now, quarterHour, yesterday } from './clock.ts';

export const building = 'TILLEULS';
export const tenants: readonly string[] = Array.from({ length: 20 }, (_, n) => `LOC${String(n + 1).padStart(2, '0')}`);
export const general = 'GLOBAL';
export const common = 'COM01';
export const meters: readonly string[] = [...tenants, common, general];

/** LOC03 has said nothing for three hours. */
export const silentMeter = 'LOC03';
export const silentSince = now - 3 * hour;
/** 300 W that nobody counts, since yesterday's first instant. */
const leakWhPerQuarter = 75;

export const quarters: readonly number[] = Array.from(
  { length: Math.floor((now - firstDay.start) / quarterHour) },
  (_, index) => firstDay.start + index * quarterHour,
);

/** Wh of every meter in every quarter of an hour. */
export const energies: ReadonlyMap<string, Int32Array> = makeEnergies();

/** Register readings at the start of each quarter of an hour: the sum of what came before, from 1 000 000 Wh on. */
export const indices: ReadonlyMap<string, Float64Array> = new Map(
  meters.map((meter) => {
    const drawn = energies.get(meter)!;
    const index = new Float64Array(drawn.length + 1);
    index[0] = 1_000_000;
    for (let at = 0; at < drawn.length; at++) index[at + 1] = index[at]! + drawn[at]!;
    return [meter, index];
  }),
);

/** Readings of a meter that there are: all, but for the silent one's last hours. */
export function readingCount(meter: string): number {
  return meter === silentMeter ? quarters.filter((at) => at <= silentSince).length : quarters.length;
}

function makeEnergies(): ReadonlyMap<string, Int32Array> {
  const found = new Map<string, Int32Array>();
  const total = new Int32Array(quarters.length);
  [...tenants, common].forEach((meter, n) => {
    const drawn = Int32Array.from(quarters, (at, index) => {
      const slot = Math.floor(at / quarterHour) % 96;
      const evening = slot >= 68 && slot < 88 ? 90 + 11 * (n % 7) : 0;
      return 25 + 4 * (n % 9) + evening + ((index * 7919 + n * 104_729) % 61);
    });
    drawn.forEach((energy, index) => {
      total[index]! += energy;
    });
    found.set(meter, drawn);
  });
  quarters.forEach((at, index) => {
    if (at >= yesterday.start) total[index]! += leakWhPerQuarter;
  });
  found.set(general, total);
  return found;
}
