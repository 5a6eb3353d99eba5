/**
 * Boundary index by interpolation, in integers, never by extrapolation:
 *
 *   I(B) = Ia + floor((2·(Ib − Ia)·(B − ta) + (tb − ta)) / (2·(tb − ta)))        ta < B < tb
 *
 * so neighbouring windows share their boundary and days telescope to the Wh.
 */

/** Energies in Wh, instants in ms; exact for any safe integers. */
export function interpolateWh(ta: number, energyA: number, tb: number, energyB: number, at: number): number {
  const span = tb - ta;
  const twice = 2 * (energyB - energyA) * (at - ta);
  if (twice + span <= Number.MAX_SAFE_INTEGER) return energyA + Math.floor((twice + span) / (2 * span));
  const exact = (2n * BigInt(energyB - energyA) * BigInt(at - ta) + BigInt(span)) / (2n * BigInt(span));
  return energyA + Number(exact);
}
