/**
 * The changelog of a partition on `releve.state`: a snapshot a building now and then, and the events since as deltas; every record carries the
 * input positions that it reflects.
 *
 *     snapshot/<building>/<generation>/<chunk>      { generation, chunk, chunks, data }
 *     delta/<building>/<generation>/<number>        { generation, number, events }
 *     position/<partition>                          { positions, rejected, log }, the last record of a transaction
 *
 * A new generation deletes the records of the old one in the same transaction. Replaying the deltas through the reducer restores the state
 * to the bit, revisions included.
 */
import type { DeclaredEvent } from '../domain/events.ts';
import type { Reading } from '../domain/reading.ts';
import type { BusHealth } from '../domain/telemetry.ts';
import type { TopicName } from '../domain/topics.ts';
import type { JournalRecord, OutgoingRecord, Positions } from '../journal/port.ts';
import type { BuildingEvent } from './step.ts';

/** Small forms of the events: `r` reading, `d` declared, `b` bus, `f` flush, `w` watch. */
export type PackedEvent =
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
  /** Which log this is, drawn when its first record was written: a topic made anew has another one. */
  readonly log?: string;
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
  log: string | undefined,
): OutgoingRecord {
  return {
    topic: 'state',
    key: `position/${partition}`,
    building,
    value: { v: 1, positions, rejected, ...(log !== undefined && { log }) } satisfies StateRecord,
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

/** What is stored of one building: a state, and the deltas since. */
export interface StoredGeneration {
  readonly generation: number;
  /** The state as `encodeState` cut it; none: a new one. */
  readonly chunks: string[];
  /** Its records on the topic. */
  chunkCount: number;
  /** From a file: the chunks are whole and go further than the topic's. */
  readonly isLocal: boolean;
  /** Deltas and their events that the chunks hold already; on the topic none. */
  readonly reflected: number;
  readonly reflectedEvents: number;
  /** From number `reflected` on. */
  readonly deltas: (readonly PackedEvent[])[];
}

export interface StoredState {
  readonly buildings: Map<string, StoredGeneration>;
  readonly positions: Partial<Record<TopicName, number>>;
  rejected: number;
  /** Which log it is; undefined: it does not say yet. */
  log: string | undefined;
  /** Offset of the last position record: everything before it is reflected. Undefined: there is none. */
  offset: number | undefined;
}

/** A generation as the topic holds it, without deltas yet. */
export function generationOf(generation: number, chunks: string[]): StoredGeneration {
  const chunkCount = chunks.length;
  return { generation, chunks, chunkCount, isLocal: false, reflected: 0, reflectedEvents: 0, deltas: [] };
}

export function nothingStored(): StoredState {
  return { buildings: new Map(), positions: {}, rejected: 0, log: undefined, offset: undefined };
}

/** Reads records of the partition's state topic into what is stored so far: the last generation of each building stays. */
export async function readChangelog(
  records: AsyncIterable<readonly JournalRecord[]>,
  stored = nothingStored(),
): Promise<StoredState> {
  for await (const batch of records) for (const record of batch) readRecord(record, stored);
  return stored;
}

/** False where a chunk or a delta is missing: what is stored is not the whole. */
export function isWhole({ chunks, chunkCount, isLocal, deltas }: StoredGeneration): boolean {
  if (!isLocal && Object.keys(chunks).length !== chunkCount) return false;
  return Object.keys(deltas).length === deltas.length;
}

/** The events of a delta. */
export function eventsOf(delta: readonly PackedEvent[], building: string): BuildingEvent[] {
  return delta.map((event) => unpackEvent(event, building));
}

function readRecord(record: JournalRecord, stored: StoredState): void {
  const value = record.value as StateRecord | null | undefined;
  if (value === null || value === undefined) return;
  const { positions } = stored;
  for (const [topic, offset] of Object.entries(value.positions) as [TopicName, number][])
    positions[topic] = Math.max(positions[topic] ?? 0, offset);
  stored.rejected = value.rejected ?? stored.rejected;
  if (value.generation === undefined) {
    stored.log = value.log ?? stored.log;
    stored.offset = record.offset;
    return;
  }
  const first = record.key.indexOf('/') + 1;
  const building = record.key.slice(first, record.key.lastIndexOf('/', record.key.lastIndexOf('/') - 1));
  let generation = stored.buildings.get(building);
  if (!generation || generation.generation < value.generation) {
    generation = generationOf(value.generation, []);
    stored.buildings.set(building, generation);
  }
  if (generation.generation !== value.generation) return;
  if (value.data !== undefined && value.chunk !== undefined && !generation.isLocal) {
    generation.chunks[value.chunk] = value.data;
    generation.chunkCount = value.chunks ?? 0;
  }
  if (value.events !== undefined && value.number !== undefined && value.number >= generation.reflected)
    generation.deltas[value.number - generation.reflected] = value.events;
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
