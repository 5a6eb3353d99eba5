/**
 * The changelog of a partition on `releve.state`: a snapshot a building now and then, and the events since as deltas; every record carries the
 * input positions that it reflects.
 *
 *     snapshot/<building>/<generation>/<chunk>      { generation, chunk, chunks, data }
 *     delta/<building>/<generation>/<number>        { generation, number, events }
 *     position/<partition>                          { positions }
 *
 * A new generation deletes the records of the old one in the same transaction. Replaying the deltas through the reducer restores the state
 * to the bit, revisions included.
 */
import type { DeclaredEvent } from '../domain/events.ts';
import type { Reading } from '../domain/reading.ts';
import type { BusHealth } from '../domain/telemetry.ts';
import type { JournalRecord, OutgoingRecord, Positions } from '../journal/port.ts';
import type { BuildingEvent } from './step.ts';

/** Small forms of the events: `r` reading, `d` declared, `b` bus, `f` flush, `w` watch. */
type PackedEvent =
  | readonly [
      'r',
      meter: string,
      at: number,
      indexWh: number,
      powerW: number | null,
      apparentVa: number | null,
      resolutionWh: number | null,
      source: Reading['source'],
      receivedAt: number,
      registerLimitWh: number | null,
    ]
  | readonly ['d', DeclaredEvent, number]
  | readonly ['b', BusHealth]
  | readonly ['f', number, boolean]
  | readonly ['w', now: number, since: number];

export interface StateRecord {
  readonly v: 1;
  readonly positions: Positions;
  /** Records that were no reading or event at all. */
  readonly rejected?: number;
  readonly generation?: number;
  readonly chunk?: number;
  readonly chunks?: number;
  readonly data?: string;
  readonly number?: number;
  readonly events?: readonly PackedEvent[];
}

export function snapshotRecords(
  building: string,
  generation: number,
  chunks: readonly string[],
  positions: Positions,
): OutgoingRecord[] {
  return chunks.map((data, chunk) => ({
    topic: 'state',
    key: `snapshot/${building}/${generation}/${chunk}`,
    building,
    value: { v: 1, positions, generation, chunk, chunks: chunks.length, data } satisfies StateRecord,
  }));
}

export function deltaRecord(
  building: string,
  generation: number,
  number: number,
  events: readonly BuildingEvent[],
  positions: Positions,
): OutgoingRecord {
  return {
    topic: 'state',
    key: `delta/${building}/${generation}/${number}`,
    building,
    value: { v: 1, positions, generation, number, events: events.map(packEvent) } satisfies StateRecord,
  };
}

export function positionRecord(
  partition: number,
  building: string,
  positions: Positions,
  rejected: number,
): OutgoingRecord {
  return {
    topic: 'state',
    key: `position/${partition}`,
    building,
    value: { v: 1, positions, rejected } satisfies StateRecord,
  };
}

/** Deletes a generation. */
export function tombstones(building: string, generation: number, chunks: number, deltas: number): OutgoingRecord[] {
  const keys = [
    ...Array.from({ length: chunks }, (_, chunk) => `snapshot/${building}/${generation}/${chunk}`),
    ...Array.from({ length: deltas }, (_, number) => `delta/${building}/${generation}/${number}`),
  ];
  return keys.map((key) => ({ topic: 'state', key, building, value: null }));
}

/** What the state topic holds of one building. */
export interface StoredGeneration {
  generation: number;
  chunks: string[];
  deltas: BuildingEvent[][];
}

export interface StoredState {
  readonly buildings: Map<string, StoredGeneration>;
  readonly positions: Positions;
  readonly rejected: number;
}

/** Reads the partition's state topic to its end: the last generation of each building. */
export async function readChangelog(records: AsyncIterable<readonly JournalRecord[]>): Promise<StoredState> {
  const buildings = new Map<string, StoredGeneration>();
  const positions: Record<string, number> = {};
  let rejected = 0;
  for await (const batch of records) {
    for (const record of batch) {
      readRecord(record, buildings, positions);
      rejected = (record.value as StateRecord | null | undefined)?.rejected ?? rejected;
    }
  }
  return { buildings, positions, rejected };
}

function readRecord(
  record: JournalRecord,
  buildings: Map<string, StoredGeneration>,
  positions: Record<string, number>,
): void {
  const value = record.value as StateRecord | null | undefined;
  if (value === null || value === undefined) return;
  for (const [topic, offset] of Object.entries(value.positions))
    positions[topic] = Math.max(positions[topic] ?? 0, offset);
  if (value.generation === undefined) return;
  const first = record.key.indexOf('/') + 1;
  const building = record.key.slice(first, record.key.lastIndexOf('/', record.key.lastIndexOf('/') - 1));
  let stored = buildings.get(building);
  if (!stored || stored.generation < value.generation) {
    stored = { generation: value.generation, chunks: [], deltas: [] };
    buildings.set(building, stored);
  }
  if (stored.generation !== value.generation) return;
  if (value.data !== undefined && value.chunk !== undefined) stored.chunks[value.chunk] = value.data;
  if (value.events !== undefined && value.number !== undefined)
    stored.deltas[value.number] = value.events.map((event) => unpackEvent(event, building));
}

function packEvent(event: BuildingEvent): PackedEvent {
  switch (event.type) {
    case 'reading': {
      const { meter, at, energyImportWh, powerW, apparentPowerVa, resolutionWh, source, receivedAt, registerLimitWh } =
        event.reading;
      return [
        'r',
        meter,
        at,
        energyImportWh,
        powerW ?? null,
        apparentPowerVa ?? null,
        resolutionWh ?? null,
        source,
        receivedAt,
        registerLimitWh ?? null,
      ];
    }
    case 'declared':
      return ['d', event.event, event.now];
    case 'bus':
      return ['b', event.health];
    case 'flush':
      return ['f', event.now, event.settled];
    case 'watch':
      return ['w', event.now, event.since];
  }
}

function unpackEvent(packed: PackedEvent, building: string): BuildingEvent {
  switch (packed[0]) {
    case 'r': {
      const [, meter, at, energyImportWh, powerW, apparentPowerVa, resolutionWh, source, receivedAt, registerLimitWh] =
        packed;
      return {
        type: 'reading',
        reading: {
          building,
          meter,
          at,
          energyImportWh,
          powerW: powerW ?? undefined,
          apparentPowerVa: apparentPowerVa ?? undefined,
          resolutionWh: resolutionWh ?? undefined,
          registerLimitWh: registerLimitWh ?? undefined,
          source,
          receivedAt,
        },
      };
    }
    case 'd':
      return { type: 'declared', event: packed[1], now: packed[2] };
    case 'b':
      return { type: 'bus', health: packed[1] };
    case 'f':
      return { type: 'flush', now: packed[1], settled: packed[2] };
    case 'w':
      return { type: 'watch', now: packed[1], since: packed[2] };
  }
}
