/**
 * Doubt on a noisy line. The 8-bit checksum lets one broken answer in 256 pass; where answers have been broken lately, a reading that does not
 * follow from the one before is asked for a second time, and stands only if the second follows from the first.
 *
 *   follows: 0 ≤ ΔI ≤ P × Δt + step with P = 2 × the greater power + 1 kW, and power ≤ P, all at most the meter's maximum
 *
 * Where the second does not come through either, the first is held: a reading of a later cycle that follows from it confirms both.
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
  /** What may be passed on with this reading, in order: one held back before that it confirms, and itself. */
  believe(reading: Reading): readonly Reading[];
}

/** A line is noisy for so long after a broken answer. */
const noisyMs = 3_600_000;
const jumpW = 1000;
/** A second readout of the same visit takes less: its first is not passed on beside it. */
const heldMs = 10_000;

export function createDoubt(meters: readonly Meter[]): Doubt {
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  const believed = new Map<string, Reading>();
  const held = new Map<string, Reading>();
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

  function mustConfirm(reading: Reading): boolean {
    if (!isNoisy(reading.at)) return false;
    const before = [believed.get(reading.meter), held.get(reading.meter)];
    if (before.some((each) => each !== undefined && follows(each, reading))) return false;
    held.set(reading.meter, reading);
    return true;
  }

  return {
    broken(at) {
      brokenAt = at;
    },
    isNoisy,
    mustConfirm,
    confirms: (first, second) => follows(first, second) || !mustConfirm(second),
    believe(reading) {
      const earlier = held.get(reading.meter);
      held.delete(reading.meter);
      believed.set(reading.meter, reading);
      // A wrong power makes any later one possible: it must fit looking back as well.
      const isConfirmed =
        earlier !== undefined &&
        earlier.at < reading.at - heldMs &&
        follows(earlier, reading) &&
        (earlier.powerW === undefined) === (reading.powerW === undefined) &&
        Math.abs(earlier.powerW ?? 0) <= 2 * Math.abs(reading.powerW ?? 0) + jumpW;
      return isConfirmed ? [earlier, reading] : [reading];
    },
  };
}
