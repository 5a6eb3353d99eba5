/** The meters of a configured building as slaves on one bus, with the registers of a simulation. */
import type { Building, Meter } from '../../domain/building.ts';
import { type Calendar, createCalendar } from '../../domain/calendar.ts';
import { identification } from './building.ts';
import type { Simulation } from './simulation.ts';
import { createSlave, type Slave } from './slave.ts';
import { alarm, type IndexCoding, type MeterClock, readout } from './telegram.ts';

export interface SlaveOptions {
  /** Only meters of this bus; default: all. */
  readonly bus?: string | undefined;
  /** Ids of meters that hear nothing, and of meters that acknowledge but give no data. */
  readonly dead?: readonly string[] | undefined;
  readonly silent?: readonly string[] | undefined;
  /** Ids of meters that have an alarm to give, once each. */
  readonly alarmed?: readonly string[] | undefined;
  readonly twoTelegrams?: boolean | undefined;
}

/** Meters without an address get their position in the configuration, from 1. */
export function buildingSlaves(simulation: Simulation, options: SlaveOptions = {}): Slave[] {
  const { building, seed } = simulation;
  const calendar = createCalendar(building.timezone);
  return building.meters.flatMap((meter, position) => {
    if (options.dead?.includes(meter.id)) return [];
    if (options.bus !== undefined && meter.source !== undefined && meter.source.bus !== options.bus) return [];
    const threePhase = meter.role === 'general';
    const coding: IndexCoding = threePhase ? 'integer48' : position % 2 === 0 ? 'integer32' : 'bcd';
    const identity = {
      identification: identificationOf(meter, seed, position),
      manufacturer: 'RLV',
      version: 1,
      medium: 2,
    };
    const readoutOptions = { coding, threePhase, twoTelegrams: options.twoTelegrams ?? false };
    return createSlave({
      primary: primaryOf(building, meter, position),
      identity,
      silent: options.silent?.includes(meter.id),
      ...(options.alarmed?.includes(meter.id) && { alarm: () => ({ raisedAt: 0, ...alarm(identity) }) }),
      readOut: (at, accessNumber) =>
        readout(identity, simulation.registersAt(meter.id, at), meterClock(calendar, at), accessNumber, readoutOptions),
    });
  });
}

function primaryOf(building: Building, meter: Meter, position: number): number {
  if (meter.source?.primary !== undefined) return meter.source.primary;
  // Reached by its secondary address: the primary one is still at the factory's 0.
  if (meter.source?.secondary !== undefined) return 0;
  return building.meters.length > 250 ? 0 : position + 1;
}

/** The configured secondary address or serial where it is one, else a number from the seed. */
function identificationOf(meter: Meter, seed: number, position: number): string {
  for (const known of [meter.source?.secondary, meter.serial]) {
    if (known !== undefined && /^\d{8}/.test(known)) return known.slice(0, 8);
  }
  return identification(seed, meter.source?.primary ?? position + 1);
}

/** Local wall time, an hour off during the hours around a change of the clocks: meters do that. */
function meterClock(calendar: Calendar, at: number): MeterClock {
  const window = calendar.windowOf('day', at);
  const minutes = Math.min(1439, Math.floor((at - window.start) / 60_000));
  const [year = 2000, month = 1, day = 1] = window.date.split('-').map(Number);
  return { year, month, day, hour: Math.floor(minutes / 60), minute: minutes % 60 };
}
