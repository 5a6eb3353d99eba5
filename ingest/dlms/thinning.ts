/**
 * One reading an interval out of pushes that come every few seconds: the last index of the interval with its instant, and the
 * greatest power of the interval. Index and power may come in different pushes. Pure: time is an argument.
 *
 *   |··p··p·P·p··i|···      p, P pushes, P the greatest power, i the last with an index: { at: i, index: i, power: P }
 */
import type { Observation } from './observation.ts';

/** What an interval has brought so far. */
export interface ThinnedInterval {
  /** floor(at / interval) */
  readonly interval: number;
  readonly pushes: number;
  /** Instant of the last push with an index, epoch ms. */
  readonly indexAt: number | undefined;
  /** The latest of each field, and the greatest power. */
  readonly observation: Observation;
}

export interface ThinningStep {
  readonly current: ThinnedInterval | undefined;
  /** The interval that this step ended. */
  readonly ended: ThinnedInterval | undefined;
}

/** Adds what a push said at `at`; an older interval ends. */
export function thin(
  current: ThinnedInterval | undefined,
  observation: Observation,
  at: number,
  intervalMs: number,
): ThinningStep {
  const { current: running, ended } = advance(current, at, intervalMs);
  const before = running ?? { interval: Math.floor(at / intervalMs), pushes: 0, indexAt: undefined, observation: {} };
  const powers = [before.observation.powerW, observation.powerW].filter((power) => power !== undefined);
  const powerW = powers.length > 0 ? { powerW: Math.max(...powers) } : {};
  return {
    current: {
      interval: before.interval,
      pushes: before.pushes + 1,
      indexAt: observation.energyImportWh === undefined ? before.indexAt : at,
      observation: { ...before.observation, ...observation, ...powerW },
    },
    ended,
  };
}

/** Ends the interval when `at` is no longer inside it. */
export function advance(current: ThinnedInterval | undefined, at: number, intervalMs: number): ThinningStep {
  if (current && current.interval !== Math.floor(at / intervalMs)) return { current: undefined, ended: current };
  return { current, ended: undefined };
}
