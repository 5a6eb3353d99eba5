/**
 * The degree-day signature, solved plainly: least squares over base, heating below 18 °C and cooling above 24 °C by Gaussian elimination of the
 * normal equations, and R² from the residuals.
 */
export interface ClimateFacts {
  readonly date: string;
  readonly energyWh: number | null;
  readonly temperatureC: number | null;
}

export interface Signature {
  readonly baseWhPerDay: number;
  readonly heatingWhPerDegreeDay: number;
  readonly coolingWhPerDegreeDay: number;
  readonly r2: number | null;
}

/** Days in order, the last one the day in question: 56 at most enter, 14 at least; a kind of degree day that fewer than 5 have is left out with its days. */
export function signatureOf(days: readonly ClimateFacts[]): Signature | null {
  const known = days
    .slice(-56)
    .flatMap(({ energyWh, temperatureC: t }) =>
      energyWh === null || t === null ? [] : [{ y: energyWh, heat: Math.max(0, 18 - t), cool: Math.max(0, t - 24) }],
    );
  const heats = known.filter(({ heat }) => heat > 0).length >= 5;
  const cools = known.filter(({ cool }) => cool > 0).length >= 5;
  const rows = known.filter(({ heat, cool }) => (heats || heat === 0) && (cools || cool === 0));
  if (rows.length < 14) return null;
  const design = rows.map(({ heat, cool }) => [1, ...(heats ? [heat] : []), ...(cools ? [cool] : [])]);
  const solved = leastSquares(
    design,
    rows.map(({ y }) => y),
  );
  if (!solved) return null;
  const [base = 0, first = 0, second = 0] = solved;
  const heating = heats ? first : 0;
  const cooling = cools ? (heats ? second : first) : 0;
  const mean = rows.reduce((sum, { y }) => sum + y, 0) / rows.length;
  const total = rows.reduce((sum, { y }) => sum + (y - mean) ** 2, 0);
  const rest = rows.reduce((sum, { y, heat, cool }) => sum + (y - base - heating * heat - cooling * cool) ** 2, 0);
  return {
    baseWhPerDay: base,
    heatingWhPerDegreeDay: heating,
    coolingWhPerDegreeDay: cooling,
    r2: total === 0 || !(heats || cools) ? null : 1 - rest / total,
  };
}

/** Null where the columns depend on each other. */
function leastSquares(design: readonly number[][], y: readonly number[]): number[] | null {
  const n = design[0]?.length ?? 0;
  const matrix = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_, j) => sum(design.map((row) => (row[i] as number) * (row[j] as number)))),
    sum(design.map((row, k) => (row[i] as number) * (y[k] as number))),
  ]);
  for (let i = 0; i < n; i++) {
    const pivot = matrix[i] as number[];
    if (Math.abs(pivot[i] as number) < 1e-6) return null;
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const row = matrix[k] as number[];
      const factor = (row[i] as number) / (pivot[i] as number);
      for (let j = i; j <= n; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  }
  return matrix.map((row, i) => (row[n] as number) / (row[i] as number));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
