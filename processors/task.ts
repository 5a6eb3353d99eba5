/**
 * A partition's life: records in, effects out, state remembered. Everything it returns is written in one transaction with its positions, so a
 * reading counts exactly once whatever dies.
 *
 *     process(batch)   events → reducer; publication only when it is time: results are told every `publishMs`, not every reading, and less often
 *                      while what is read is old
 *     tick             publication when nothing waits, the wall clock's minute
 *     every call       one delta a touched building, or a snapshot when the deltas have grown
 */
import type { Building } from '../domain/building.ts';
import { type Calendar, createCalendar } from '../domain/calendar.ts';
import { parseDeclaredEvent } from '../domain/events.ts';
import type { InFlight } from '../domain/in-flight.ts';
import { parseReading } from '../domain/reading.ts';
import type { BusHealth, Telemetry } from '../domain/telemetry.ts';
import type { TopicName } from '../domain/topics.ts';
import type { JournalRecord, OutgoingRecord, PartitionTask, Positions } from '../journal/port.ts';
import { type Account, accountOf, addAccounts, emptyAccount } from './account.ts';
import {
  deltaRecord,
  generationOf,
  positionRecord,
  type StoredGeneration,
  snapshotRecords,
  tombstones,
} from './changelog.ts';
import { effectRecords } from './effect-records.ts';
import { type Effects, noEffects, type RejectEffect } from './effects.ts';
import { type History, rebuild } from './rebuild.ts';
import { type RestoredState, replayDeltas, restoreState } from './restore.ts';
import { decodeState, encodeState } from './snapshot.ts';
import { createSnapshotKeeper, type SnapshotPace } from './snapshot-keeper.ts';
import { type BuildingEvent, BuildingProcessor } from './step.ts';
import { type BatchFacts, createTaskSpeed, publicationPaceMs } from './task-speed.ts';
import { Workspace } from './workspace.ts';

export interface TaskOptions {
  readonly partition: number;
  readonly buildings: readonly Building[];
  /** Changed results are told at most this often while readings keep coming; up to five times less often while a backlog is read. */
  readonly publishMs?: number;
  /** The wall clock makes days and silence (a live system), or not (a file brought in). */
  readonly watching?: boolean;
  /** Buildings that this partition answers for; all by default. */
  readonly owns?: (building: string) => boolean;
  /** What was stored, for buildings that must be replayed; without it such readings wait in the state for `recompute`. */
  readonly history?: History;
  /** The next offset of `readings` that the store has not got yet, where it is filled by another process. */
  readonly storedUpTo?: () => Promise<number>;
  /** A replay failed and will be tried again. */
  readonly onTrouble?: (facts: { building: string; reason: string }) => void;
  /** Called with the number of readings and the oldest reception of each batch, for metrics. */
  readonly onBatch?: (facts: BatchFacts) => void;
  readonly onTick?: (lag: number) => void;
  /** Where a copy of the state is kept for the next start, where the journal has offsets that last. */
  readonly snapshotPath?: string;
  readonly snapshotPace?: SnapshotPace;
  /** Runs restores and last snapshots a few at a time, so that not all partitions are in memory twice. */
  readonly gate?: InFlight;
  readonly onRestored?: (facts: Pick<RestoredState, 'source' | 'refused'> & { readonly buildings: number }) => void;
  /** A local snapshot was not written; the one before stands. */
  readonly onSnapshotTrouble?: (reason: string) => void;
}

/** Events since the snapshot that make a new one cheaper than another delta. */
const eventsASnapshot = 2000;
const minuteMs = 60_000;
/** Quarters of a minute. */
const phases = 4;
const storeWaitMs = 1000;
const storeRetryMs = 30_000;
/** A stop waits for the last snapshots of all partitions together. */
const leaveMs = 6000;

interface Member {
  readonly processor: BuildingProcessor;
  generation: number;
  chunks: number;
  deltas: number;
  /** Events in the deltas of this generation. */
  logged: number;
  pending: BuildingEvent[];
  publishedAt: number;
  dirty: boolean;
}

export interface BuildingTask extends PartitionTask {
  account(): Account;
  /** Days kept because something can still change them. */
  openDays(): number;
}

export function createBuildingTask(options: TaskOptions): BuildingTask {
  const { partition, publishMs = 1000, watching = false } = options;
  const configured = new Map(options.buildings.map((building) => [building.id, building]));
  const members = new Map<string, Member>();
  const calendars = new Map<string, Calendar>();
  const workspace = new Workspace();
  const positions: Partial<Record<TopicName, number>> = {};
  let paceMs = publishMs;
  let lastMinute = Number.NEGATIVE_INFINITY;
  let watchAt = Number.NEGATIVE_INFINITY;
  let maintainAt = Number.NEGATIVE_INFINITY;
  let since = Number.POSITIVE_INFINITY;
  let rejected = 0;
  let readings = 0;
  const speed = createTaskSpeed();
  /** Drawn for a log that does not say yet which one it is. */
  let log: string | undefined;
  let stateOffset: number | undefined;
  let identity: string | undefined;
  let strangers: ReadonlySet<string> = new Set();
  const gate: InFlight = options.gate ?? ((work) => work());
  const keeper =
    options.snapshotPath === undefined
      ? undefined
      : createSnapshotKeeper({
          path: options.snapshotPath,
          pace: options.snapshotPace,
          onTrouble: (reason) => options.onSnapshotTrouble?.(reason),
          kept: {
            header: () =>
              identity === undefined || log === undefined || stateOffset === undefined
                ? null
                : { identity, log, partition, offset: stateOffset, positions, rejected, strangers: [...strangers] },
            buildings: () => [...members.keys()],
            entry(building) {
              const member = members.get(building);
              if (!member) return null;
              const { generation, chunks: chunkCount, deltas, logged: events, processor } = member;
              const state = encodeState(processor.state).join('');
              return { building, generation, chunkCount, deltas, events, state };
            },
          },
        });

  function calendarOf(timezone: string): Calendar {
    let calendar = calendars.get(timezone);
    if (!calendar) {
      calendar = createCalendar(timezone);
      calendars.set(timezone, calendar);
    }
    return calendar;
  }

  function memberOf(building: Building, stored?: StoredGeneration): Member {
    let member = members.get(building.id);
    if (!member) {
      const state = stored && stored.chunks.length > 0 ? decodeState(stored.chunks) : undefined;
      const processor = new BuildingProcessor(building, workspace, state, calendarOf(building.timezone));
      member = {
        processor,
        generation: stored?.generation ?? 0,
        chunks: stored?.chunkCount ?? 0,
        deltas: stored?.reflected ?? 0,
        logged: stored?.reflectedEvents ?? 0,
        pending: [],
        publishedAt: Number.NEGATIVE_INFINITY,
        dirty: false,
      };
      members.set(building.id, member);
    }
    return member;
  }

  /** Takes the deltas since the stored state. */
  function restoreMember(member: Member): (events: readonly BuildingEvent[]) => void {
    member.dirty = true;
    return (events) => {
      const dropped = noEffects();
      for (const event of events) member.processor.step(event, dropped);
      member.deltas++;
      member.logged += events.length;
    };
  }

  function apply(member: Member, event: BuildingEvent, effects: Effects): void {
    member.processor.step(event, effects);
    member.pending.push(event);
    if (event.type === 'flush' || event.type === 'watch') member.dirty = false;
    else member.dirty = true;
  }

  function publish(member: Member, now: number, settled: boolean, effects: Effects): void {
    apply(member, { type: 'flush', now, settled }, effects);
    member.publishedAt = now;
  }

  function route(record: JournalRecord, now: number, effects: Effects): void {
    positions[record.topic] = record.offset + 1;
    if (record.value === null) return;
    const event = record.value === undefined ? null : decode(record, now, effects);
    if (record.value === undefined) {
      reject(effects, { code: 'RECORD_MALFORMED', facts: origin(record), record: record.raw });
      return;
    }
    if (!event) return;
    const id =
      event.type === 'reading'
        ? event.reading.building
        : event.type === 'declared'
          ? event.event.building
          : (event as { health: BusHealth }).health.building;
    const building = configured.get(id);
    if (!building) {
      reject(effects, { code: 'BUILDING_UNKNOWN', facts: { ...origin(record), building: id }, record: record.value });
      return;
    }
    if (event.type === 'reading') readings++;
    apply(memberOf(building), event, effects);
  }

  function reject(effects: Effects, effect: RejectEffect): void {
    rejected++;
    effects.rejects.push(effect);
  }

  function decode(record: JournalRecord, now: number, effects: Effects): BuildingEvent | null {
    if (record.topic === 'readings') {
      const reading = parseReading(record.value);
      if (reading.ok) return { type: 'reading', reading: reading.value };
      reject(effects, { code: reading.code, facts: { ...origin(record), ...reading.facts }, record: record.value });
      return null;
    }
    if (record.topic === 'events') {
      const event = parseDeclaredEvent(record.value);
      if (event.ok) return { type: 'declared', event: event.value, now };
      reject(effects, { code: event.code, facts: { ...origin(record), ...event.facts }, record: record.value });
      return null;
    }
    const telemetry = record.value as Telemetry;
    return telemetry.kind === 'bus_health' ? { type: 'bus', health: telemetry } : null;
  }

  /** The records of the effects, and of the state that they leave behind. */
  function commit(effects: Effects): OutgoingRecord[] {
    const records = effectRecords(effects, partition);
    let building: string | undefined;
    for (const [id, member] of members) {
      if (member.pending.length === 0) continue;
      building ??= id;
      records.push(...logMember(id, member));
    }
    const owner = building ?? options.buildings.find(({ id }) => options.owns?.(id) ?? true)?.id;
    if (owner !== undefined) records.push(position(owner));
    return records;
  }

  /** The last record of every transaction: a snapshot is known by it. */
  function position(building: string): OutgoingRecord {
    log ??= crypto.randomUUID();
    return positionRecord(partition, building, { ...positions }, rejected, log);
  }

  function logMember(id: string, member: Member): OutgoingRecord[] {
    const events = member.pending;
    member.pending = [];
    if (member.logged + events.length <= eventsASnapshot) {
      member.logged += events.length;
      return [deltaRecord(id, member.generation, member.deltas++, events, { ...positions })];
    }
    return snapshot(id, member);
  }

  function snapshot(id: string, member: Member): OutgoingRecord[] {
    const old = tombstones(id, member.generation, member.chunks, member.deltas);
    const chunks = encodeState(member.processor.state);
    Object.assign(member, { generation: member.generation + 1, chunks: chunks.length, deltas: 0, logged: 0 });
    return [...old, ...snapshotRecords(id, member.generation, chunks, { ...positions })];
  }

  /** A replay that has to wait for the store, or fails with it, is tried again later: the partition reads on. */
  async function maintainMember(id: string, member: Member, history: History, now: number): Promise<OutgoingRecord[]> {
    try {
      const isStored = ((await options.storedUpTo?.()) ?? Number.POSITIVE_INFINITY) >= (positions.readings ?? 0);
      if (isStored) return await rebuildMember(id, member, history, now);
      maintainAt = now + storeWaitMs;
    } catch (error) {
      maintainAt = now + storeRetryMs;
      options.onTrouble?.({ building: id, reason: error instanceof Error ? error.message : String(error) });
    }
    return [];
  }

  /** The building replayed from the store; what came meanwhile is impossible, because the journal waits for it. */
  async function rebuildMember(id: string, member: Member, history: History, now: number): Promise<OutgoingRecord[]> {
    const { configured: building, state } = member.processor;
    const rebuilt = await rebuild(building, state, history, now, workspace, calendarOf(building.timezone));
    const old = tombstones(id, member.generation, member.chunks, member.deltas);
    const chunks = encodeState(rebuilt.state);
    const generation = member.generation + 1;
    members.delete(id);
    memberOf(building, generationOf(generation, chunks));
    const effects = { ...noEffects(), results: [...rebuilt.results] };
    const records = [...effectRecords(effects, partition), ...old];
    return [...records, ...snapshotRecords(id, generation, chunks, { ...positions }), position(id)];
  }

  function account(): Account {
    return addAccounts(
      { ...emptyAccount(), rejected },
      ...[...members.values()].map(({ processor }) => accountOf(processor, workspace)),
    );
  }

  function pipeline(now: number, lag: number): Telemetry {
    return {
      v: 1,
      kind: 'pipeline',
      component: 'process',
      partition: String(partition),
      at: now,
      lag,
      ...account(),
      ...speed.since(lastMinute, now),
    };
  }

  return {
    restore: (state, stateLog) =>
      gate(async () => {
        const { snapshotPath: path } = options;
        const isConfigured = (building: string): boolean => configured.has(building);
        const restored = await restoreState(state, stateLog, { partition, isConfigured, path });
        const { stored } = restored;
        identity = stateLog?.identity;
        ({ log, offset: stateOffset, rejected } = stored);
        ({ strangers } = restored);
        Object.assign(positions, stored.positions);
        await replayDeltas(stored, (id, generation) => {
          const building = configured.get(id);
          return building ? restoreMember(memberOf(building, generation)) : null;
        });
        const { source, refused } = restored;
        options.onRestored?.({ source, buildings: members.size, ...(refused && { refused }) });
      }),
    positions: (): Positions => ({ ...positions }),
    process(batch, now) {
      const effects = noEffects();
      const before = readings;
      for (const record of batch) route(record, now, effects);
      const facts = speed.take(batch, readings - before, now);
      paceMs = publicationPaceMs(facts, publishMs);
      for (const member of members.values())
        if (member.dirty && (now - member.publishedAt >= paceMs || member.pending.length > eventsASnapshot))
          publish(member, now, false, effects);
      options.onBatch?.(facts);
      return commit(effects);
    },
    tick(now, lag) {
      options.onTick?.(lag);
      const effects = noEffects();
      const settled = lag === 0;
      for (const member of members.values()) {
        const due = member.dirty || member.processor.isDue(now);
        if (due && (settled || now - member.publishedAt >= paceMs)) publish(member, now, settled, effects);
      }
      if (watching && now >= watchAt) {
        since = Math.min(since, now);
        if (settled)
          for (const building of options.buildings)
            if (options.owns?.(building.id) ?? true) apply(memberOf(building), { type: 'watch', now, since }, effects);
        effects.telemetry.push(pipeline(now, lag));
        // Partitions that began together do not tell all their meters' states at once, minute after minute.
        watchAt =
          now + minuteMs - (lastMinute === Number.NEGATIVE_INFINITY ? (partition % phases) * (minuteMs / phases) : 0);
        lastMinute = now;
      }
      const touched = [...members.values()].some((member) => member.pending.length > 0);
      return touched || effects.telemetry.length > 0 ? commit(effects) : [];
    },
    maintain(now) {
      const { history } = options;
      if (!history || now < maintainAt) return null;
      const waiting = [...members].find(([, member]) => member.processor.state.rebuildFrom !== null);
      return waiting ? maintainMember(waiting[0], waiting[1], history, now) : null;
    },
    committed(offset) {
      stateOffset = offset;
    },
    save: (now) => keeper?.step(now) ?? null,
    async leave() {
      const until = performance.now() + leaveMs;
      if (keeper) await gate(() => keeper.finish(until));
    },
    account,
    openDays: () => [...members.values()].reduce((sum, { processor }) => sum + processor.state.days.size, 0),
  };
}

function origin(record: JournalRecord): Record<string, unknown> {
  return { topic: record.topic, partition: record.partition, offset: record.offset };
}
