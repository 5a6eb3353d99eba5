/**
 * Each lot's share of a period, in percent with two decimals, adding up to exactly 100.00:
 *
 *     share     = energy / Σ energies          largest remainder at 0.01 %; all 0 where there is nothing to share
 *     equal     = 1 / number of active lots    largest remainder at 0.01 %; 0 for inactive lots, whatever was consumed
 *     deviation = share − equal
 *
 * All arithmetic is in hundredths of a percent; the results are hundredths / 100.
 */
import { apportion } from './largest-remainder.ts';

export interface ShareEntry {
  readonly number: number;
  /** 0 where unknown. */
  readonly energyWh: number;
  readonly active: boolean;
}

export interface Share {
  readonly number: number;
  readonly sharePct: number;
  readonly equalSharePct: number;
  readonly deviationPct: number;
}

/** One share a lot, in the order of the input; lot numbers are distinct. */
export function shareOut(lots: readonly ShareEntry[]): Share[] {
  const numbers = lots.map(({ number }) => number);
  const shares = apportion(
    wholeHundredths,
    lots.map(({ energyWh }) => energyWh),
    numbers,
  );
  const equal = apportion(
    wholeHundredths,
    lots.map(({ active }) => (active ? 1 : 0)),
    numbers,
  );
  return numbers.map((number, index) => percent(number, shares[index]!, equal[index]!));
}

/**
 * The shares of the stays (or meters) of one lot, adding up to the lot's: its share by their energies, its equal share by their
 * durations, ties to the earlier entry of the input.
 */
export function splitShare(
  lot: Share,
  parts: readonly { readonly energyWh: number; readonly durationMs: number }[],
): Share[] {
  const order = parts.map((_, index) => index);
  const shares = apportion(
    hundredths(lot.sharePct),
    parts.map(({ energyWh }) => energyWh),
    order,
  );
  const equal = apportion(
    hundredths(lot.equalSharePct),
    parts.map(({ durationMs }) => durationMs),
    order,
  );
  return order.map((index) => percent(lot.number, shares[index]!, equal[index]!));
}

function percent(number: number, share: number, equal: number): Share {
  return { number, sharePct: share / 100, equalSharePct: equal / 100, deviationPct: (share - equal) / 100 };
}

function hundredths(pct: number): number {
  return Math.round(pct * 100);
}

const wholeHundredths = 10_000;
