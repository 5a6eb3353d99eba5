/**
 * Where results are kept and asked. Two implementations: InfluxDB (distributed) and SQLite (embedded), one contract suite: the same
 * questions, the same answers. Writes are idempotent: the same key is overwritten.
 */
import type { Reading } from '../domain/reading.ts';
import type {
  Adjustment,
  Anomaly,
  BuildingDay,
  BuildingPeriod,
  Climate,
  MeterDay,
  MeterPeriod,
  Recommendation,
  Result,
} from '../domain/results.ts';
import type { BusHealth, MeterState, PipelineStats, Telemetry } from '../domain/telemetry.ts';
import type { PeriodKind } from '../domain/window.ts';

/** A record the store refuses for good, with the store's reason. */
export interface RefusedPoint {
  readonly item: Result | Reading | Telemetry;
  readonly reason: string;
}

/** `done`: stored but for the refused; `retry`: nothing is known to be stored, try again after; `stop`: configuration or rights, alarm. */
export type WriteOutcome =
  | { readonly outcome: 'done'; readonly refused: readonly RefusedPoint[] }
  | { readonly outcome: 'retry'; readonly reason: string; readonly afterMs: number }
  | { readonly outcome: 'stop'; readonly reason: string };

export interface ResultsWriter {
  /** Items in order; the last of one key wins. Resolves after the store has answered. */
  write(items: readonly (Result | Reading | Telemetry)[]): Promise<WriteOutcome>;
}

/** Starts of windows in `[from, to)`, epoch ms; answers sorted by start, then meter, type or code. */
export interface RangeQuery {
  readonly building: string;
  readonly from: number;
  readonly to: number;
  readonly meter?: string | undefined;
}
export interface PeriodQuery extends RangeQuery {
  readonly period: PeriodKind;
}

export interface ReadingsQuery extends RangeQuery {
  /**
   * All that was ever stored of an instant, where the store keeps it (SQLite does; InfluxDB keeps the last). Otherwise the last one stored.
   */
  readonly every?: boolean | undefined;
}

/** A point of a load curve: mean over a step, or the readings themselves where no step is asked. */
export interface StoredReading {
  readonly meter: string;
  readonly at: number;
  readonly energyImportWh: number;
  readonly resolutionWh: number | null;
  readonly powerW: number | null;
  readonly apparentPowerVa: number | null;
  readonly energyExportWh: number | null;
}

export interface ResultsReader {
  meterDays(query: RangeQuery): Promise<readonly MeterDay[]>;
  buildingDays(query: RangeQuery): Promise<readonly BuildingDay[]>;
  /** Open and closed ones. */
  anomalies(query: RangeQuery): Promise<readonly Anomaly[]>;
  recommendations(query: RangeQuery): Promise<readonly Recommendation[]>;
  climate(query: RangeQuery): Promise<readonly Climate[]>;
  meterPeriods(query: PeriodQuery): Promise<readonly MeterPeriod[]>;
  buildingPeriods(query: PeriodQuery): Promise<readonly BuildingPeriod[]>;
  adjustments(query: RangeQuery): Promise<readonly Adjustment[]>;
  /** Readings of one meter or of all, sorted by (at, meter). */
  readings(query: ReadingsQuery): AsyncIterable<readonly StoredReading[]>;
  /** The newest of each meter. */
  meterStates(building: string): Promise<readonly MeterState[]>;
  /** In order of time. */
  meterStateHistory(query: RangeQuery): Promise<readonly MeterState[]>;
  busHealth(query: RangeQuery): Promise<readonly BusHealth[]>;
  pipeline(from: number, to: number): Promise<readonly PipelineStats[]>;
}

export interface ResultsEraser {
  /** Removes what was stored of a meter between two instants (readings, days, periods of an occupant). Resolves with the number of items where the store tells. */
  forget(query: { building: string; meter: string; from: number; to: number }): Promise<number | null>;
}

export interface ResultsStore extends ResultsWriter, ResultsReader, ResultsEraser {
  /** Resolves when reachable; rejects with the reason. */
  check(): Promise<void>;
  close(): Promise<void>;
}
