/** What a bus says of itself each minute: counts since the last point, duration of the last cycle, failures of each meter in the last hour. */
import type { BusHealth } from '../domain/telemetry.ts';
import type { PollEvent } from './poll.ts';

const hourMs = 3_600_000;
const nothing = { polls: 0, answers: 0, timeouts: 0, checksumErrors: 0, discardedBytes: 0, implausible: 0 };

export interface BusAccount {
  polled(event: PollEvent, at: number): void;
  /** One push, or what should have been one. */
  pushed(isGood: boolean): void;
  /** A frame with a wrong check sum or sequence. */
  checkFailed(): void;
  discarded(bytes: number): void;
  /** Values that were not believed. */
  implausible(values: number): void;
  meterFailed(meter: string, at: number): void;
  /** The point of this instant; counting begins anew. */
  take(at: number): BusHealth;
}

export function createBusAccount(building: string, bus: string): BusAccount {
  let counts = { ...nothing };
  let cycleMs: number | null = null;
  const failures = new Map<string, number[]>();

  function meterFailed(meter: string, at: number): void {
    const known = failures.get(meter);
    if (known) known.push(at);
    else failures.set(meter, [at]);
  }

  return {
    polled(event, at) {
      if (event.kind === 'cycle') {
        cycleMs = event.durationMs ?? cycleMs;
        return;
      }
      const { outcome, meter } = event;
      counts.polls += 1;
      counts.timeouts += outcome.counts.timeouts;
      counts.checksumErrors += outcome.counts.frameErrors;
      counts.discardedBytes += outcome.counts.discardedBytes;
      if (outcome.kind === 'read') counts.answers += 1;
      else meterFailed(meter, at);
    },
    pushed(isGood) {
      counts.polls += 1;
      if (isGood) counts.answers += 1;
    },
    checkFailed() {
      counts.checksumErrors += 1;
    },
    discarded(bytes) {
      counts.discardedBytes += bytes;
    },
    implausible(values) {
      counts.implausible += values;
    },
    meterFailed,
    take(at) {
      const failures1h: Record<string, number> = {};
      for (const [meter, instants] of failures) {
        const recent = instants.filter((instant) => instant > at - hourMs);
        if (recent.length > 0) {
          failures.set(meter, recent);
          failures1h[meter] = recent.length;
        } else failures.delete(meter);
      }
      const point: BusHealth = { v: 1, kind: 'bus_health', building, bus, at, ...counts, cycleMs, failures1h };
      counts = { ...nothing };
      return point;
    },
  };
}
