/**
 * Doubt on a noisy line. The 8-bit checksum lets one broken answer in 256 pass; where answers have been broken lately, a reading that does not
 * follow from the one before is asked for a second time, and stands only if the second follows from the first.
 *
 *   follows: 0 ≤ ΔI ≤ P × Δt + step with P = 2 × the greater power + 1 kW, and power ≤ P, all at most the meter's maximum
 *
 * This decides what is read again, not what is plausible: a meter that says the same twice is believed here, and judged by the processors.
 */
import type { Meter } from '../domain/building.ts';
import type { Reading } from '../domain/reading.ts';

export interface Doubt {
  /** An answer was broken on its way. */
  broken(at: number): void;
  isNoisy(at: number): boolean;
  /** True: ask again before you believe it. */
  mustConfirm(reading: Reading): boolean;
  /** True: the second reading, taken at once, says what the first said. */
  confirms(first: Reading, second: Reading): boolean;
  believe(reading: Reading): void;
}

/** A line is noisy for so long after a broken answer. */
const noisyMs = 3_600_000;
const jumpW = 1000;

export function createDoubt(meters: readonly Meter[]): Doubt {
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  const believed = new Map<string, Reading>();
  let brokenAt = Number.NEGATIVE_INFINITY;

  const isNoisy = (at: number): boolean => at - brokenAt <= noisyMs;

  function follows(before: Reading, after: Reading): boolean {
    const greatestW = byId.get(after.meter)?.maxPowerW ?? Number.POSITIVE_INFINITY;
    const hours = Math.max(0, after.at - before.at) / 3_600_000;
    const step = Math.max(before.resolutionWh ?? 1, after.resolutionWh ?? 1);
    const rise = after.energyImportWh - before.energyImportWh;
    // Without a power the rise itself tells, over a time long enough for the step.
    const knownW = Math.max(
      Math.abs(before.powerW ?? 0),
      before.powerW === undefined ? (after.powerW ?? greatestW) : 0,
    );
    const possibleW = Math.min(greatestW, 2 * knownW + jumpW);
    if (rise < 0 || rise > possibleW * hours + step) return false;
    const meanW = hours > 0 ? Math.max(0, rise - step) / hours : 0;
    // A value that a meter gives it does not give up giving.
    if (before.powerW !== undefined && after.powerW === undefined) return false;
    return Math.abs(after.powerW ?? 0) <= Math.min(greatestW, Math.max(possibleW, 2 * meanW + jumpW));
  }

  return {
    broken(at) {
      brokenAt = at;
    },
    isNoisy,
    mustConfirm(reading) {
      if (!isNoisy(reading.at)) return false;
      const before = believed.get(reading.meter);
      return before === undefined || !follows(before, reading);
    },
    confirms: follows,
    believe(reading) {
      believed.set(reading.meter, reading);
    },
  };
}
