/** What the parts say of themselves each wall-clock minute on `releve.telemetry`. */

export type MeterStateName = 'actif' | 'silencieux' | 'fige' | 'jamais_lu' | 'defaillant';

/** One registered meter, read or not. */
export interface MeterState {
  readonly v: 1;
  readonly kind: 'meter_state';
  readonly building: string;
  readonly meter: string;
  readonly at: number;
  /** Since the last accepted reading; null: never read. */
  readonly secondsSinceReading: number | null;
  readonly state: MeterStateName;
  readonly failures1h: number;
}

export interface BusHealth {
  readonly v: 1;
  readonly kind: 'bus_health';
  readonly building: string;
  readonly bus: string;
  readonly at: number;
  /** Since the last point. */
  readonly polls: number;
  readonly answers: number;
  readonly timeouts: number;
  readonly checksumErrors: number;
  readonly discardedBytes: number;
  /** Powers, voltages, currents that cannot be and were left out of their readings. */
  readonly implausible?: number | null | undefined;
  /** Duration of the last cycle; null: none ended. */
  readonly cycleMs: number | null;
  /** Failed polls of each meter in the last hour. */
  readonly failures1h?: Readonly<Record<string, number>> | undefined;
}

/** The account of measurement.md 2.7 and the speed of a component. Counts are cumulative since the state began. */
export interface PipelineStats {
  readonly v: 1;
  readonly kind: 'pipeline';
  readonly component: string;
  readonly partition: string;
  readonly at: number;
  readonly lag: number;
  readonly used: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly glitches: number;
  readonly quarantined: number;
  readonly late: number;
  readonly rejected: number;
  /** Readings a second. */
  readonly throughput: number;
  readonly latencyMs: number | null;
}

export type Telemetry = MeterState | BusHealth | PipelineStats;
