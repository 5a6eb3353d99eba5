/**
 * Values of the instant that cannot be: a frame that was changed on its way and passes its checksum must not put megawatts into
 * results. The reading goes on without them; its index is judged by the processors, which know what came before.
 *
 *   power, apparent power   |P| ≤ the meter's maximum                   both may be negative: what flows back
 *   voltage                 0 ≤ U ≤ 2300 V                              ten times 230 V, per phase
 *   current                 |I| ≤ 10 × the meter's maximum / 230 V      per phase
 */

export interface InstantValues {
  readonly powerW?: number | undefined;
  readonly apparentPowerVa?: number | undefined;
  readonly voltageV?: readonly number[] | undefined;
  readonly currentA?: readonly number[] | undefined;
}

export type ImplausibleField = keyof InstantValues;

export interface Sifted<T> {
  /** The same object where everything can be. */
  readonly value: T;
  readonly dropped: readonly ImplausibleField[];
}

/** What is left of the values, and the names of those that were not believed; one phase that cannot be takes its three with it. */
export function sift<T extends InstantValues>(values: T, maxPowerW: number): Sifted<T> {
  const dropped = fields.filter((field) => !isPlausible(values, field, maxPowerW));
  if (dropped.length === 0) return { value: values, dropped };
  const value = { ...values };
  for (const field of dropped) delete value[field];
  return { value, dropped };
}

const fields: readonly ImplausibleField[] = ['powerW', 'apparentPowerVa', 'voltageV', 'currentA'];
const nominalV = 230;
const far = 10;

function isPlausible(values: InstantValues, field: ImplausibleField, maxPowerW: number): boolean {
  switch (field) {
    case 'powerW':
    case 'apparentPowerVa': {
      const value = values[field];
      // NaN is not within any bound.
      return value === undefined || Math.abs(value) <= maxPowerW;
    }
    case 'voltageV':
      return (values.voltageV ?? []).every((volts) => volts >= 0 && volts <= far * nominalV);
    case 'currentA':
      return (values.currentA ?? []).every((amperes) => Math.abs(amperes) <= (far * maxPowerW) / nominalV);
  }
}
