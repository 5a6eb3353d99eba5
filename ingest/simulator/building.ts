/** The configuration of a building that only the simulator knows: lots and meters as in the example configuration, bus and addresses added. */
import type { Building, Lot, Meter } from '../../domain/building.ts';
import { chance } from './random.ts';

export interface SimulatedBuildingOptions {
  readonly id?: string | undefined;
  /** 1 to 249, default 20. */
  readonly tenants?: number | undefined;
  readonly bus?: string | undefined;
  readonly timezone?: string | undefined;
  readonly intervalMs?: number | undefined;
}

/** LOC01 … and GLOBAL at primary addresses 1 …, with identification numbers that follow from the seed. */
export function simulatedBuilding(seed: number, options: SimulatedBuildingOptions = {}): Building {
  const tenants = options.tenants ?? 20;
  const bus = options.bus ?? 'bus-1';
  const installedAt = Date.UTC(2019, 11, 31, 23);
  const meter = (id: string, role: Meter['role'], lot: number | null, primary: number): Meter => ({
    id,
    role,
    lot,
    serial: identification(seed, primary),
    source: { bus, primary },
    multiplier: 1,
    maxPowerW: 36_000,
    installedAt,
  });
  const numbers = Array.from({ length: tenants }, (_, position) => position + 1);
  return {
    id: options.id ?? 'simulation',
    name: 'Immeuble simulé',
    address: '1 rue des Compteurs, 75000 Paris',
    syndic: 'Syndic simulé',
    timezone: options.timezone ?? 'Europe/Paris',
    contractedPowerKva: 36,
    cosPhi: 1,
    expectedCommonShare: 0.03,
    lots: numbers.map((number): Lot => ({ number, owner: `P${number}`, tantiemes: { generales: 50 }, occupancy: [] })),
    meters: [
      ...numbers.map((number) => meter(`LOC${String(number).padStart(2, '0')}`, 'tenant', number, number)),
      meter('GLOBAL', 'general', null, tenants + 1),
    ],
    thresholds: {
      classesKwh: [5, 10, 15],
      leakRatio: 0.95,
      incoherenceRatio: 1.05,
      powerRatio: 0.9,
      nightFloorRiseW: 200,
      overconsumptionKwh: 25,
      coefficientOfVariation: 0.3,
      busFailureShare: 0.05,
      silentIntervals: 3,
      frozenMs: 7_200_000,
      nightFloorShare: 0.2,
    },
    tariffs: [],
    invoices: [],
    charges: { mode: 'repartition', commonKey: 'generales', closeAfterMs: 10 * 86_400_000 },
    events: [],
    contacts: [],
    maxGapMs: 3_600_000,
    latenessMs: 172_800_000,
    intervalMs: options.intervalMs ?? 60_000,
  };
}

/** Eight decimal digits; consecutive meters share no more than the leading ones. */
export function identification(seed: number, position: number): string {
  return String(10_000_000 + Math.floor(chance(seed, position, 0x1d) * 80_000_000));
}

/** The same building with an address on the bus and an identification for every meter that has none. */
export function withSimulatedSources(building: Building, seed: number, bus = 'bus-1'): Building {
  const taken = new Set(building.meters.map((meter) => meter.source?.primary));
  let next = 1;
  const free = (): number => {
    while (taken.has(next)) next += 1;
    taken.add(next);
    return next;
  };
  return {
    ...building,
    meters: building.meters.map((meter) => {
      const primary = meter.source?.primary ?? (meter.source?.secondary === undefined ? free() : undefined);
      return {
        ...meter,
        serial: meter.serial ?? meter.source?.secondary?.slice(0, 8) ?? identification(seed, primary ?? 0),
        source: { bus, ...meter.source, primary },
      };
    }),
  };
}
