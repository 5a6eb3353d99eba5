/**
 * What is declared about meters while their readings are taken: read on from the journal every few seconds, and kept in a file for a start while
 * the journal is away.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Building } from '../domain/building.ts';
import { type DeclaredEvent, mergedEvents, parseDeclaredEvent } from '../domain/events.ts';
import type { JournalReader } from '../journal/port.ts';
import { reasonOf } from './reason.ts';

export interface DeclaredNow {
  /** Those of the configuration too; of one event in both the journal's counts. */
  eventsOf(building: string): readonly DeclaredEvent[];
  /** Reads what came since; the number of events that came or went. Rejects where the journal does not answer: what is known stays. */
  refresh(): Promise<number>;
}

/** A multiplier and another meter change what an answer means; the rest is for others. */
const wanted: ReadonlySet<DeclaredEvent['type']> = new Set<DeclaredEvent['type']>(['multiplier', 'replacement']);
const everyMs = 10_000;

export function createDeclaredNow(buildings: readonly Building[], journal: JournalReader, file?: string): DeclaredNow {
  const configured = new Map(buildings.map(({ id, events }) => [id, events]));
  /** By the record's key. */
  let declared = new Map(readKept(file));
  let next: number[] | undefined;
  let known = merged();

  function merged(): Map<string, readonly DeclaredEvent[]> {
    const events = [...declared.values()];
    return new Map(
      [...configured].map(([id, own]) => [
        id,
        mergedEvents(
          own,
          events.filter(({ building }) => building === id),
        ),
      ]),
    );
  }

  function take(into: Map<string, DeclaredEvent>, key: string, value: unknown): boolean {
    if (value === null) return into.delete(key);
    const event = value === undefined ? undefined : parseDeclaredEvent(value);
    if (!event?.ok || !wanted.has(event.value.type) || !configured.has(event.value.building)) return false;
    into.set(key, event.value);
    return true;
  }

  return {
    eventsOf: (building) => known.get(building) ?? [],
    async refresh() {
      let changes = 0;
      // The first time from the beginning: what the file has and the journal has no longer was withdrawn.
      const events = next ? declared : new Map<string, DeclaredEvent>();
      const offsets = [...(next ?? [])];
      for (let partition = 0; partition < (await journal.partitions('events')); partition++) {
        for await (const batch of journal.read('events', partition, offsets[partition] ?? 0)) {
          for (const { key, value, offset } of batch) {
            if (take(events, key, value)) changes++;
            offsets[partition] = offset + 1;
          }
        }
      }
      if (changes > 0 || !next) {
        declared = events;
        known = merged();
        if (file !== undefined) writeKept(file, declared);
      }
      next = offsets;
      return changes;
    },
  };
}

export interface KeepOptions {
  readonly signal: AbortSignal;
  readonly onChanged: (count: number) => void;
  /** Once for as long as it lasts. */
  readonly onFailed: (error: unknown) => void;
}

/** What a role says of it in its log. */
export function declaredLog(log: Pick<Logger, 'info' | 'warn'>): Pick<KeepOptions, 'onChanged' | 'onFailed'> {
  return {
    onChanged: (count) => log.info({ count }, 'declared events'),
    onFailed: (error) =>
      log.warn({ reason: reasonOf(error) }, 'declared events are not read: the last known ones hold'),
  };
}

/** Refreshes until the signal; `first` resolves after the first try, whatever came of it. */
export function keepDeclared(declared: DeclaredNow, options: KeepOptions): { readonly first: Promise<void> } {
  const { signal, onChanged, onFailed } = options;
  let isAway = false;
  const once = async (): Promise<void> => {
    try {
      const changes = await declared.refresh();
      isAway = false;
      if (changes > 0) onChanged(changes);
    } catch (error) {
      if (!isAway && !signal.aborted) onFailed(error);
      isAway = true;
    }
  };
  const first = once();
  void first.then(async () => {
    while (!signal.aborted) {
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await once();
    }
  });
  return { first };
}

/** Broken or missing: none, until the journal answers. */
function readKept(file: string | undefined): [string, DeclaredEvent][] {
  if (file === undefined || !existsSync(file)) return [];
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as [string, unknown][];
    return kept.flatMap(([key, value]) => {
      const event = parseDeclaredEvent(value);
      return event.ok ? [[key, event.value] as [string, DeclaredEvent]] : [];
    });
  } catch {
    return [];
  }
}

function writeKept(file: string, events: ReadonlyMap<string, DeclaredEvent>): void {
  writeFileSync(`${file}.new`, JSON.stringify([...events]), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
