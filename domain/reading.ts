/**
 * A reading: what one meter's register said at one instant.
 *
 * Source: EN 13757-3 or DLMS/COSEM telegrams, files, the simulator. The index I(t) is the cumulative active energy imported,
 * an integer number of Wh after exact conversion, multiplier and floor. The wire form is the topic `releve.readings`.
 */
import { type Outcome, ok, rejected } from './errors.ts';

export type ReadingSource = 'mbus' | 'dlms' | 'import' | 'simulator';

export interface Reading {
  readonly building: string;
  readonly meter: string;
  /** Epoch ms: the gateway's clock when the answer arrived. */
  readonly at: number;
  /** Cumulative imported active energy, integer Wh. */
  readonly energyImportWh: number;
  /** Step of the register in Wh, 1 if finer. */
  readonly resolutionWh?: number | undefined;
  /** Where the register wraps to 0, Wh after the multiplier, where the meter's profile knows it. */
  readonly registerLimitWh?: number | undefined;
  readonly powerW?: number | undefined;
  readonly apparentPowerVa?: number | undefined;
  readonly energyExportWh?: number | undefined;
  /** Phase voltages L1, L2, L3. */
  readonly voltageV?: readonly number[] | undefined;
  /** Phase currents L1, L2, L3. */
  readonly currentA?: readonly number[] | undefined;
  readonly source: ReadingSource;
  /** Epoch ms: when ingest took it in; lateness is judged by it. */
  readonly receivedAt: number;
  /** The meter's own local clock, ISO 8601 without offset. */
  readonly meterClock?: string | undefined;
  readonly serial?: string | undefined;
  /** EN 13757-3 status byte. */
  readonly status?: number | undefined;
}

/** A reading's clock may run ahead of its reception by this much; more is refused. */
export const maximumClockAheadMs = 5 * 60_000;

const sources: ReadonlySet<unknown> = new Set<ReadingSource>(['mbus', 'dlms', 'import', 'simulator']);

/**
 * Checks a decoded JSON value of the readings topic. Hand-written: it stands in the hot path of `process`.
 * `at` and `receivedAt` are truncated to the millisecond.
 */
export function parseReading(value: unknown): Outcome<Reading> {
  if (typeof value !== 'object' || value === null) return rejected('RECORD_MALFORMED', { reason: 'not an object' });
  const r = value as Record<string, unknown>;
  if (r.v !== 1) return rejected('RECORD_VERSION', { version: r.v });
  if (typeof r.building !== 'string' || r.building === '') return rejected('RECORD_MALFORMED', { field: 'building' });
  if (typeof r.meter !== 'string' || r.meter === '') return rejected('RECORD_MALFORMED', { field: 'meter' });
  if (!isFiniteNumber(r.at)) return rejected('INSTANT_INVALID', { at: r.at });
  if (!isFiniteNumber(r.receivedAt)) return rejected('RECORD_MALFORMED', { field: 'receivedAt' });
  if (!sources.has(r.source)) return rejected('RECORD_MALFORMED', { field: 'source' });
  const index = r.energyImportWh;
  if (typeof index !== 'number' || !Number.isSafeInteger(index))
    return rejected('INDEX_NOT_INTEGER', { energyImportWh: index });
  if (index < 0) return rejected('INDEX_NEGATIVE', { energyImportWh: index });
  if (r.resolutionWh != null && !(Number.isSafeInteger(r.resolutionWh) && (r.resolutionWh as number) >= 1))
    return rejected('RECORD_MALFORMED', { field: 'resolutionWh' });
  if (r.powerW != null && !isFiniteNumber(r.powerW)) return rejected('POWER_NOT_FINITE', { powerW: r.powerW });
  if (r.apparentPowerVa != null && !isFiniteNumber(r.apparentPowerVa))
    return rejected('POWER_NOT_FINITE', { apparentPowerVa: r.apparentPowerVa });
  const at = Math.floor(r.at);
  const receivedAt = Math.floor(r.receivedAt);
  if (at > receivedAt + maximumClockAheadMs) return rejected('INSTANT_IN_FUTURE', { at, receivedAt });
  return ok({
    building: r.building,
    meter: r.meter,
    at,
    energyImportWh: index,
    resolutionWh: (r.resolutionWh as number | null | undefined) ?? undefined,
    registerLimitWh: isPositiveInteger(r.registerLimitWh) ? r.registerLimitWh : undefined,
    powerW: (r.powerW as number | null | undefined) ?? undefined,
    apparentPowerVa: (r.apparentPowerVa as number | null | undefined) ?? undefined,
    energyExportWh: Number.isSafeInteger(r.energyExportWh) ? (r.energyExportWh as number) : undefined,
    voltageV: numbers(r.voltageV),
    currentA: numbers(r.currentA),
    source: r.source as ReadingSource,
    receivedAt,
    meterClock: typeof r.meterClock === 'string' ? r.meterClock : undefined,
    serial: typeof r.serial === 'string' ? r.serial : undefined,
    status: typeof r.status === 'number' ? r.status : undefined,
  });
}

/** The wire form: undefined members vanish in JSON. */
export function readingValue(reading: Reading): Reading & { readonly v: 1 } {
  return { v: 1, ...reading };
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isPositiveInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function numbers(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.every(isFiniteNumber) ? value : undefined;
}
