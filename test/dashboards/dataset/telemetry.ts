/**
 * What the parts said of themselves each minute of the last 26 hours: one silent and one frozen meter, one that was never read, a bus
 * with 8 % of failures, and a partition that was away for twelve minutes.
 */
import type { BusHealth, MeterState, MeterStateName, PipelineStats } from '../../../domain/telemetry.ts';
import { hour, minute, now } from './clock.ts';
import { building, meters, silentMeter, silentSince } from './load.ts';

export const minutes: readonly number[] = Array.from(
  { length: 26 * 60 },
  (_, index) => now - (26 * 60 - index) * minute,
);
export const frozenMeter = 'LOC05';
export const frozenAndSilentMeter = 'LOC15';
export const frozenSince = now - 5 * hour;
export const neverReadMeter = 'LOC18';

export function stateOf(meter: string, at: number): MeterStateName {
  if (meter === neverReadMeter) return 'jamais_lu';
  if (meter === silentMeter && at - silentSince > 45 * minute) return 'silencieux';
  // Its last minutes silent: it stays frozen for the alert.
  if (meter === frozenAndSilentMeter && at >= now - 10 * minute) return 'silencieux';
  return (meter === frozenMeter || meter === frozenAndSilentMeter) && at >= frozenSince ? 'fige' : 'actif';
}

/** Readings come each quarter of an hour, from the start of the data on. */
export function secondsSince(meter: string, at: number): number | null {
  if (meter === neverReadMeter) return null;
  const last = meter === silentMeter ? Math.min(at, silentSince) : at;
  return Math.floor((at - (last - (last % (15 * minute)))) / 1000);
}

export const failuresOf = (meter: string, at: number): number =>
  meter === silentMeter && at > silentSince ? Math.min(4, Math.floor((at - silentSince) / (15 * minute))) : 0;

export const meterStates: readonly MeterState[] = meters.flatMap((meter) =>
  minutes.map((at) => ({
    v: 1,
    kind: 'meter_state',
    building,
    meter,
    at,
    secondsSinceReading: secondsSince(meter, at),
    state: stateOf(meter, at),
    failures1h: failuresOf(meter, at),
  })),
);

export const buses: readonly BusHealth[] = ['bus-1', 'bus-2'].flatMap((bus) =>
  minutes.map((at, index): BusHealth => {
    const isBad = bus === 'bus-2' && index % 12 === 0;
    return {
      v: 1,
      kind: 'bus_health',
      building,
      bus,
      at,
      polls: 11,
      answers: isBad ? 1 : 11,
      timeouts: isBad ? 7 : 0,
      checksumErrors: isBad ? 3 : 0,
      discardedBytes: isBad ? 42 : 0,
      implausible: isBad ? 2 : 0,
      cycleMs: index % 7 === 0 ? null : 2000 + (index % 5) * 100,
    };
  }),
);

export const awayFrom = now - 2 * hour;
export const awayTo = awayFrom + 12 * minute;
const parts = [
  ['ingest', '0'],
  ['process', '0'],
  ['process', '1'],
  ['sink', '0'],
] as const;

export const pipeline: readonly PipelineStats[] = parts.flatMap(([component, partition], part) =>
  minutes.flatMap((at, index): PipelineStats[] => {
    if (component === 'process' && partition === '1' && at > awayFrom && at < awayTo) return [];
    return [
      {
        v: 1,
        kind: 'pipeline',
        component,
        partition,
        at,
        lag: component === 'process' && at >= awayTo && at < awayTo + 20 * minute ? 12_000 : part,
        used: 1000 + 22 * index,
        duplicates: Math.floor(index / 100),
        conflicts: Math.floor(index / 400),
        glitches: Math.floor(index / 500),
        quarantined: 0,
        late: component === 'process' ? Math.floor(index / 300) : 0,
        rejected: component === 'ingest' ? Math.floor(index / 4) : component === 'sink' && index > 1550 ? 1 : 0,
        throughput: 0.5 + part,
        latencyMs: index % 9 === 0 ? null : 120 + (index % 50),
      },
    ];
  }),
);
