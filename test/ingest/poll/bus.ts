/** A bus of the simulator and its poller on one virtual clock. */
import { takeUntil, timer, toArray, VirtualTimeScheduler } from 'rxjs';
import type { Building } from '../../../domain/building.ts';
import {
  type CycleEvent,
  type PollEvent,
  type PolledMeter,
  type PollOptions,
  poll,
  type ReadoutEvent,
} from '../../../ingest/poll.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';
import { createLine, type LineFaults } from '../../../ingest/simulator/line.ts';
import { createLineLink, type LineLink } from '../../../ingest/simulator/line-link.ts';
import { createSimulation, type Simulation } from '../../../ingest/simulator/simulation.ts';
import { buildingSlaves, type SlaveOptions } from '../../../ingest/simulator/slaves.ts';

export const epoch = Date.parse('2026-11-24T08:00:00Z');

export interface VirtualBus {
  readonly scheduler: VirtualTimeScheduler;
  readonly building: Building;
  readonly simulation: Simulation;
  readonly link: LineLink;
  /** Everything that the poller says in so long. */
  run(durationMs: number, options?: Partial<PollOptions>): PollEvent[];
  /** Telegrams of the master, hex, since the start. */
  readonly sent: readonly string[];
}

export function virtualBus(
  options: SlaveOptions &
    LineFaults & {
      baud?: number;
      tenants?: number;
      seed?: number;
      secondary?: boolean;
      start?: number;
      deaf?: (address: number, at: number) => boolean;
    } = {},
): VirtualBus {
  const seed = options.seed ?? 1;
  const scheduler = new VirtualTimeScheduler();
  scheduler.frame = options.start ?? epoch;
  const building = simulatedBuilding(seed, { tenants: options.tenants ?? 20 });
  const simulation = createSimulation(building, { seed });
  const line = createLine(buildingSlaves(simulation, options), { ...options, seed, scheduler });
  const sent: string[] = [];
  const link = createLineLink({
    bytes$: line.bytes$,
    write(bytes) {
      sent.push(Buffer.from(bytes).toString('hex'));
      if (!options.deaf?.(bytes[2]!, scheduler.now())) line.write(bytes);
    },
  });
  const meters: PolledMeter[] = building.meters.map((meter) =>
    options.secondary ? { id: meter.id, secondary: meter.serial } : { id: meter.id, primary: meter.source?.primary },
  );
  return {
    scheduler,
    building,
    simulation,
    link,
    sent,
    run(durationMs, pollOptions = {}) {
      let events: PollEvent[] = [];
      poll(link, meters, { intervalMs: 60_000, timeoutMs: 500, retries: 2, scheduler, ...pollOptions })
        .pipe(takeUntil(timer(durationMs, scheduler)), toArray())
        .subscribe((all) => {
          events = all;
        });
      scheduler.flush();
      return events;
    },
  };
}

export const cycles = (events: readonly PollEvent[]): CycleEvent[] => events.filter((event) => event.kind === 'cycle');
export const readouts = (events: readonly PollEvent[]): ReadoutEvent[] =>
  events.filter((event) => event.kind === 'readout');
