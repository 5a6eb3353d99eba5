/** What a rule of anomalies finds: the part of an anomaly that is a function of the facts alone (the reducer adds day, revision and instants). */
import { type AnomalyType, type Severity, severityOf } from '../../domain/results.ts';

export interface Finding {
  readonly type: AnomalyType;
  readonly severity: Severity;
  /** Null for the building or a bus. */
  readonly meter: string | null;
  readonly bus: string | null;
  readonly value: number | null;
  readonly threshold: number | null;
  /** Integer Wh, where it has one. */
  readonly impactWh: number | null;
  /** French sentence. */
  readonly text: string;
  /** Lot numbers, ascending. */
  readonly lots: readonly number[];
}

type Details = Pick<Finding, 'value' | 'threshold' | 'text'> &
  Partial<Pick<Finding, 'meter' | 'bus' | 'impactWh' | 'lots'>>;

export function finding(type: AnomalyType, details: Details): Finding {
  return { type, severity: severityOf[type], meter: null, bus: null, impactWh: null, lots: [], ...details };
}

/** Products of configured decimals without the binary dust: 0.95 × 0.88 is 0.836, as a person reckons it. */
export function decimalProduct(...factors: readonly number[]): number {
  return Number(factors.reduce((product, factor) => product * factor, 1).toPrecision(12));
}

/** The lots of a list of meters: distinct, ascending, without null. */
export function lotsOf(meters: readonly { readonly lot: number | null }[]): number[] {
  const lots = new Set<number>();
  for (const { lot } of meters) if (lot !== null) lots.add(lot);
  return [...lots].sort((a, b) => a - b);
}
