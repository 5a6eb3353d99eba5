/**
 * What energy and months cost, in integer cents.
 *
 *     cents of a pool = Σ Wh × cents per kWh / 1000, exact in decimals, rounded once, half up
 *     standing charge and taxes: the tariff's cents for each calendar month of the period, of the tariff in force when the month begins
 *     (or of the first that begins in it); a month begun counts whole
 */
import type { Tariff } from '../../domain/building.ts';
import type { Calendar } from '../../domain/calendar.ts';
import { tariffAt } from './price-slots.ts';

/** Energy of one pool at one price; a price slot whose price changes within the period has two. */
export interface PricedEnergy {
  readonly energyWh: number;
  readonly centsPerKwh: number;
}

export function energyCents(parts: readonly PricedEnergy[]): number {
  const prices = parts.map(({ centsPerKwh }) => decimal(centsPerKwh));
  const scale = Math.max(0, ...prices.map((price) => price.scale));
  const exact = parts.reduce((sum, { energyWh }, i) => {
    const price = prices[i]!;
    return sum + BigInt(energyWh) * price.digits * 10n ** BigInt(scale - price.scale);
  }, 0n);
  return Number(roundHalfUp(exact, 1000n * 10n ** BigInt(scale)));
}

/** Months of `[start, end)`; give the elapsed end for a period under way. */
export function monthlyCharges(
  window: { readonly start: number; readonly end: number },
  tariffs: readonly Tariff[],
  calendar: Pick<Calendar, 'between'>,
): { standingChargeCents: number; taxesCents: number } {
  const charges = { standingChargeCents: 0, taxesCents: 0 };
  for (const month of calendar.between('month', window.start, window.end)) {
    const begins = [...tariffs]
      .sort((a, b) => a.from - b.from)
      .find(({ from }) => from > month.start && from < month.end);
    const tariff = tariffAt(tariffs, month.start) ?? begins;
    charges.standingChargeCents += tariff?.standingChargeCents ?? 0;
    charges.taxesCents += tariff?.taxesCents ?? 0;
  }
  return charges;
}

/** value = digits / 10^scale, as the shortest decimal that a person would have written. */
function decimal(value: number): { digits: bigint; scale: number } {
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** floor((2n + d) / 2d). */
function roundHalfUp(numerator: bigint, denominator: bigint): bigint {
  const doubled = 2n * numerator + denominator;
  const divisor = 2n * denominator;
  const quotient = doubled / divisor;
  return doubled < 0n && doubled % divisor !== 0n ? quotient - 1n : quotient;
}
