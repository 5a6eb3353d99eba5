/**
 * Numbers as French readers write them: comma, non-breaking space before the unit (U+00A0), narrow one between thousands (U+202F).
 * Shared by every user-facing text: anomalies, recommendations, statements, mails, page.
 */

/** A number with so many decimals: `1 234,5`. */
export function frenchNumber(value: number, decimals: number): string {
  const format = formats[decimals];
  if (!format) throw new RangeError(`decimals ${decimals}`);
  return format.format(value);
}

/** Wh as kWh with one decimal: 12 345 → `12,3 kWh`. */
export function frenchKwh(energyWh: number): string {
  return `${frenchNumber(energyWh / 1000, 1)}\u00a0kWh`;
}

/** A ratio as percent with one decimal: 0.93 → `93,0 %`. */
export function frenchPercent(ratio: number): string {
  return `${frenchNumber(ratio * 100, 1)}\u00a0%`;
}

/** W without decimals: 34200 → `34 200 W`. */
export function frenchWatts(powerW: number): string {
  return `${frenchNumber(powerW, 0)}\u00a0W`;
}

/** VA without decimals: 34200 → `34 200 VA`. */
export function frenchVoltAmperes(apparentPowerVa: number): string {
  return `${frenchNumber(apparentPowerVa, 0)}\u00a0VA`;
}

/** Integer cents as euros: 123457 → `1 234,57 €`. */
export function frenchEuros(cents: number): string {
  return `${frenchNumber(cents / 100, 2)}\u00a0€`;
}

/** A duration in its two greatest units, whole minutes below: `2 j 3 h`, `3 h 12 min`, `7 min`. */
export function frenchDuration(durationMs: number): string {
  const minutes = Math.floor(durationMs / 60_000);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const parts = days > 0 ? [`${days}\u00a0j`, `${hours % 24}\u00a0h`] : [`${hours}\u00a0h`, `${minutes % 60}\u00a0min`];
  return parts.filter((part) => !part.startsWith('0\u00a0')).join('\u00a0') || '0\u00a0min';
}

/** One word or the other: French plurals begin at 2. */
export function frenchPlural(count: number, singular: string, plural: string): string {
  return Math.abs(count) < 2 ? singular : plural;
}

const formats = [0, 1, 2, 3].map(
  (decimals) =>
    new Intl.NumberFormat('fr-FR', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      signDisplay: 'negative',
    }),
);
