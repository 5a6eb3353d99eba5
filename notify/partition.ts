/**
 * What the notifier knows of one partition of the journal, all of it read from there: what was decided and sent (`notifications`), who moved
 * in and out (`events`), and the anomalies that messages still to be sent are about (`results`).
 */
import type { Building } from '../domain/building.ts';
import { type Calendar, createCalendar } from '../domain/calendar.ts';
import { type DeclaredEvent, parseDeclaredEvent } from '../domain/events.ts';
import { applyOccupancyEvents } from '../domain/occupancy.ts';
import { type Anomaly, resultKey, severityOf } from '../domain/results.ts';
import type { JournalReader, JournalRecord } from '../journal/port.ts';
import { type NotificationRecord, parseNotification } from './records.ts';
import { applyRecord, createState, type NotificationState, openMessages, pruneState } from './state.ts';

export interface KnownBuilding {
  readonly building: Building;
  readonly calendar: Calendar;
}

export class Partition {
  readonly state: NotificationState = createState();
  /** The newest revision of recent anomalies, by result key. */
  readonly anomalies = new Map<string, Anomaly>();
  private readonly buildings: Map<string, KnownBuilding>;
  private readonly declared = new Map<string, DeclaredEvent>();
  private readonly maxAgeMs: number;
  private prunedAt = Number.NEGATIVE_INFINITY;

  constructor(buildings: readonly Building[], maxAgeMs: number) {
    this.maxAgeMs = maxAgeMs;
    this.buildings = new Map(
      buildings.map((building) => [building.id, { building, calendar: createCalendar(building.timezone) }]),
    );
  }

  /** With the occupancies declared so far; undefined: not configured here. */
  known(building: string): KnownBuilding | undefined {
    const known = this.buildings.get(building);
    if (!known || this.declared.size === 0) return known;
    const events = [...this.declared.values()].filter((event) => event.building === building);
    return { ...known, building: { ...known.building, lots: applyOccupancyEvents(known.building.lots, events) } };
  }

  /** False where a newer revision is known. */
  remember(anomaly: Anomaly): boolean {
    const key = resultKey(anomaly);
    if ((this.anomalies.get(key)?.revision ?? -1) > anomaly.revision) return false;
    this.anomalies.set(key, anomaly);
    return true;
  }

  declare({ key, value }: Pick<JournalRecord, 'key' | 'value'>): void {
    const event = value === null || value === undefined ? null : parseDeclaredEvent(value);
    if (
      event?.ok &&
      (event.value.type === 'move-in' || event.value.type === 'move-out' || event.value.type === 'vacancy')
    )
      this.declared.set(key, event.value);
    else if (value === null) this.declared.delete(key);
  }

  /** Once an hour: drops what can no longer be news; returns the unsubscriptions to write again before retention takes them. */
  prune(now: number): NotificationRecord[] {
    if (now < this.prunedAt + hourMs) return [];
    this.prunedAt = now;
    pruneState(this.state, now - this.maxAgeMs - 2 * dayMs);
    for (const [key, { start }] of this.anomalies) {
      if (start < now - 2 * this.maxAgeMs - 4 * dayMs) this.anomalies.delete(key);
    }
    const old = [...this.state.unsubscribed].filter(([, at]) => at < now - renewAfterMs);
    return old.map(([target]) => {
      const slash = target.indexOf('/');
      const recipient = target.slice(slash + 1);
      return { v: 1, kind: 'unsubscribed', building: target.slice(0, slash), recipient, at: now };
    });
  }
}

/** Rejects where the journal cannot be read. */
export async function loadPartition(
  journal: JournalReader,
  number: number,
  buildings: readonly Building[],
  maxAgeMs: number,
): Promise<Partition> {
  const partition = new Partition(buildings, maxAgeMs);
  for await (const batch of journal.read('notifications', number)) {
    for (const { value } of batch) {
      const record = parseNotification(value);
      if (record) applyRecord(partition.state, record);
    }
  }
  for await (const batch of journal.read('events', number)) for (const record of batch) partition.declare(record);
  const needed = new Set(openMessages(partition.state).flatMap(({ anomalies }) => anomalies));
  if (needed.size === 0) return partition;
  for await (const batch of journal.read('results', number)) {
    for (const { key, value } of batch) {
      if (!needed.has(key)) continue;
      const anomaly = parseAnomaly(value);
      if (anomaly) partition.anomalies.set(key, anomaly);
      else partition.anomalies.delete(key);
    }
  }
  return partition;
}

/** Null for every other result, and for what is none. */
export function parseAnomaly(value: unknown): Anomaly | null {
  const candidate = value as Partial<Anomaly> | null | undefined;
  if (candidate?.v !== 1 || candidate.kind !== 'anomaly') return null;
  const wellFormed =
    typeof candidate.building === 'string' &&
    typeof candidate.type === 'string' &&
    Object.hasOwn(severityOf, candidate.type) &&
    typeof candidate.start === 'number' &&
    typeof candidate.openedAt === 'number' &&
    typeof candidate.open === 'boolean' &&
    Array.isArray(candidate.lots);
  return wellFormed ? (candidate as Anomaly) : null;
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Half of the topic's retention. */
const renewAfterMs = 180 * dayMs;
