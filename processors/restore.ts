/**
 * Where a partition's state comes from: its local snapshot and the end of the changelog where the file proves to be of this very log, otherwise
 * the whole changelog. The file's offset is a position record's, and there is always one from there on, for each transaction
 * ends with one and compaction keeps the last: it names the log.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { JournalRecord, StateLog } from '../journal/port.ts';
import { eventsOf, isWhole, readChangelog, type StoredGeneration, type StoredState } from './changelog.ts';
import { readSnapshot, type SnapshotCode } from './local-snapshot.ts';
import type { BuildingEvent } from './step.ts';

export interface RestoredState {
  readonly stored: StoredState;
  readonly source: 'snapshot' | 'changelog';
  /** Buildings with a state that the configuration does not have. */
  readonly strangers: Set<string>;
  /** Why a snapshot was not taken. */
  readonly refused?: { readonly code: SnapshotCode; readonly reason?: string };
}

export interface RestoreOptions {
  readonly partition: number;
  readonly isConfigured: (building: string) => boolean;
  /** The partition's file. */
  readonly path?: string | undefined;
}

/** Rejects where the changelog cannot be read or is not whole. */
export async function restoreState(
  state: AsyncIterable<readonly JournalRecord[]>,
  log: StateLog | undefined,
  options: RestoreOptions,
): Promise<RestoredState> {
  const local =
    options.path !== undefined && log !== undefined ? await fromSnapshot(options.path, log, options) : undefined;
  if (local?.ok) return local.restored;
  const stored = await readChangelog(state);
  for (const [building, generation] of stored.buildings)
    if (!isWhole(generation)) throw new Error(`the changelog of building ${building} is not whole`);
  const { code, reason } = local ?? {};
  return {
    stored,
    source: 'changelog',
    strangers: strangersOf(stored, options),
    ...(code && { refused: { code, ...(reason !== undefined && { reason }) } }),
  };
}

/** Heartbeats must go on meanwhile. */
const turnMs = 20;

/**
 * Hands each building's deltas, in order, to what `begin` gives for it (null: not wanted), and lets go of them. Other work has its turn between.
 */
export async function replayDeltas(
  { buildings }: StoredState,
  begin: (building: string, stored: StoredGeneration) => ((events: readonly BuildingEvent[]) => void) | null,
): Promise<void> {
  let turnAt = performance.now() + turnMs;
  for (const [id, stored] of buildings) {
    const take = begin(id, stored);
    for (const delta of take ? stored.deltas : []) {
      take?.(eventsOf(delta, id));
      if (performance.now() > turnAt) turnAt = await given();
    }
    buildings.delete(id);
    if (performance.now() > turnAt) turnAt = await given();
  }
}

async function given(): Promise<number> {
  await turn();
  return performance.now() + turnMs;
}

type Local =
  | { readonly ok: true; readonly restored: RestoredState; readonly code?: undefined; readonly reason?: undefined }
  | { readonly ok: false; readonly code: SnapshotCode; readonly reason?: string };

async function fromSnapshot(path: string, log: StateLog, options: RestoreOptions): Promise<Local> {
  const file = await readSnapshot(path);
  if (!file.ok) return file;
  const { header, stored } = file;
  if (header.identity !== log.identity || header.partition !== options.partition)
    return { ok: false, code: 'SNAPSHOT_OTHER_LOG' };
  if (header.strangers.some(options.isConfigured)) return { ok: false, code: 'SNAPSHOT_STRANGER' };
  await readChangelog(log.read(header.offset), stored);
  if (stored.offset === undefined) return { ok: false, code: 'SNAPSHOT_AHEAD' };
  if (stored.log !== header.log) return { ok: false, code: 'SNAPSHOT_OTHER_LOG' };
  if (![...stored.buildings.values()].every(isWhole)) return { ok: false, code: 'SNAPSHOT_GAP' };
  const strangers = new Set([...header.strangers, ...strangersOf(stored, options)]);
  return { ok: true, restored: { stored, source: 'snapshot', strangers } };
}

function strangersOf({ buildings }: StoredState, { isConfigured }: RestoreOptions): Set<string> {
  return new Set([...buildings.keys()].filter((building) => !isConfigured(building)));
}
