/** What a fault run is asked for, and what it has seen. */
import type { Account } from '../../../processors/account.ts';
import type { RoleName } from './crew.ts';

export interface FaultOptions {
  readonly seed: number;
  /** Half of them of `process`, the rest of `sink` and `ingest`. */
  readonly kills: number;
  /** How long InfluxDB is away. */
  readonly outageMs: number;
  /** Between two instants of the replay. */
  readonly pauseMs: number;
  /** The end is judged when what differs has not changed for this long. */
  readonly stuckMs: number;
  readonly say: (line: string) => void;
}

export interface FaultReport {
  readonly seed: number;
  readonly seconds: number;
  readonly kills: Record<RoleName, number>;
  /** Kills of `process` for which a transaction had to be aborted. */
  readonly inOpenTransaction: number;
  /** Journal events of all processes. */
  readonly events: Record<string, number>;
  /** The process that slept found out by itself that it had been replaced. */
  readonly zombieNoticed: boolean;
  readonly gracefulExits: readonly (number | string)[];
  /** Records of the topic `readings`. */
  readonly readings: number;
  readonly account: Account;
  /** Records that `ingest` had acknowledged when it was last asked before each kill, and what arrived. */
  readonly acknowledged: number;
  readonly arrived: number;
  readonly results: number;
  /** What differs from the uninterrupted run; empty when all is well. */
  readonly differences: readonly string[];
}
