/**
 * A partition's state in a file of one's own, so that a restart reads only the end of the changelog. Lines of JSON:
 *
 *     { format, version, stateVersion, identity, log, partition, offset, positions, rejected, strangers }
 *     [building, generation, chunks on the topic, deltas reflected, their events, state]                       one a building
 *     { buildings, sha256 of all that comes before }
 *
 * A building's line may be newer than `offset`: it says by its number of deltas what it holds. What is not whole, from another log or another
 * version is a tagged outcome and never used. A file is written beside the old one, forced to the disk and put in its place at once.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Positions } from '../journal/port.ts';
import { nothingStored, type StoredState } from './changelog.ts';
import { stateVersion } from './snapshot.ts';

export type SnapshotCode =
  | 'SNAPSHOT_MISSING'
  | 'SNAPSHOT_UNREADABLE'
  | 'SNAPSHOT_TRUNCATED'
  | 'SNAPSHOT_CORRUPT'
  | 'SNAPSHOT_VERSION'
  /** Another cluster, topic or partition, or a topic made anew. */
  | 'SNAPSHOT_OTHER_LOG'
  /** The topic ends before it. */
  | 'SNAPSHOT_AHEAD'
  /** The topic no longer has what came after it. */
  | 'SNAPSHOT_GAP'
  /** A building is configured again whose state the file does not hold. */
  | 'SNAPSHOT_STRANGER';

export interface SnapshotHeader {
  /** Cluster and topic. */
  readonly identity: string;
  /** Drawn when the log began. */
  readonly log: string;
  readonly partition: number;
  /** A position record of the topic: what comes before it is reflected. */
  readonly offset: number;
  readonly positions: Positions;
  readonly rejected: number;
  /** Buildings with a state on the topic that are not configured, and not in the file. */
  readonly strangers: readonly string[];
}

export interface SnapshotEntry {
  readonly building: string;
  readonly generation: number;
  readonly chunkCount: number;
  readonly deltas: number;
  readonly events: number;
  /** Base64 of `encodeState`, in one. */
  readonly state: string;
}

export type LoadedSnapshot =
  | { readonly ok: true; readonly header: SnapshotHeader; readonly stored: StoredState }
  | { readonly ok: false; readonly code: SnapshotCode; readonly reason?: string };

export interface SnapshotWriter {
  add(entries: readonly SnapshotEntry[]): Promise<void>;
  /** Forces it to the disk and puts it in the place of the old one. */
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

const format = 'releve-state';
const fileVersion = 1;
const forgottenMs = 3_600_000;
const newLine = 10;

/** Never rejects: what cannot be used is an outcome. */
export async function readSnapshot(path: string): Promise<LoadedSnapshot> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return refused(isMissing ? 'SNAPSHOT_MISSING' : 'SNAPSHOT_UNREADABLE', error);
  }
  const end = bytes.length - 1;
  const lastLine = bytes.lastIndexOf(newLine, Math.max(0, end - 1)) + 1;
  if (bytes[end] !== newLine || lastLine <= 0) return refused('SNAPSHOT_TRUNCATED');
  try {
    const footer = JSON.parse(bytes.toString('utf8', lastLine)) as { buildings?: unknown; sha256?: unknown };
    if (typeof footer.sha256 !== 'string') return refused('SNAPSHOT_TRUNCATED');
    const content = bytes.subarray(0, lastLine);
    if (createHash('sha256').update(content).digest('hex') !== footer.sha256) return refused('SNAPSHOT_CORRUPT');
    return decode(content);
  } catch (error) {
    return refused('SNAPSHOT_CORRUPT', error);
  }
}

/** @throws Error where the folder cannot be written */
export async function writeSnapshot(path: string, header: SnapshotHeader): Promise<SnapshotWriter> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true });
  await removeForgotten(path);
  const beside = `${path}.${crypto.randomUUID()}.new`;
  const file = await open(beside, 'wx', 0o600);
  const hash = createHash('sha256');
  let buildings = 0;
  const append = async (text: string): Promise<void> => {
    const bytes = Buffer.from(text);
    hash.update(bytes);
    await file.writeFile(bytes);
  };
  const abandon = async (): Promise<void> => {
    await file.close().catch(() => undefined);
    await rm(beside, { force: true }).catch(() => undefined);
  };
  await append(`${JSON.stringify({ format, version: fileVersion, stateVersion, ...header })}\n`);
  return {
    async add(entries) {
      buildings += entries.length;
      const lines = entries.map(({ building, generation, chunkCount, deltas, events, state }) =>
        JSON.stringify([building, generation, chunkCount, deltas, events, state]),
      );
      if (lines.length > 0) await append(`${lines.join('\n')}\n`);
    },
    async finish() {
      try {
        await file.writeFile(`${JSON.stringify({ buildings, sha256: hash.digest('hex') })}\n`);
        await file.sync();
        await file.close();
        await rename(beside, path);
        const folder = await open(directory);
        await folder.sync().finally(() => folder.close());
      } catch (error) {
        await abandon();
        throw error;
      }
    },
    abandon,
  };
}

type Line = [building: string, generation: number, chunkCount: number, deltas: number, events: number, state: string];

function decode(content: Buffer): LoadedSnapshot {
  const headerEnd = content.indexOf(newLine);
  const header = JSON.parse(content.toString('utf8', 0, headerEnd)) as SnapshotHeader & {
    format: string;
    version: number;
    stateVersion: number;
  };
  if (header.format !== format) return refused('SNAPSHOT_CORRUPT');
  if (header.version !== fileVersion || header.stateVersion > stateVersion)
    return refused('SNAPSHOT_VERSION', new Error(`${header.version}/${header.stateVersion}`));
  const stored = nothingStored();
  Object.assign(stored.positions, header.positions);
  stored.rejected = header.rejected;
  for (let from = headerEnd + 1; from < content.length; ) {
    const to = content.indexOf(newLine, from);
    const [building, generation, chunkCount, reflected, reflectedEvents, state] = JSON.parse(
      content.toString('utf8', from, to),
    ) as Line;
    stored.buildings.set(building, {
      generation,
      chunks: [state],
      chunkCount,
      isLocal: true,
      reflected,
      reflectedEvents,
      deltas: [],
    });
    from = to + 1;
  }
  return { ok: true, header, stored };
}

/** What a process that was killed amid its writing has left; another one may be writing now. */
async function removeForgotten(path: string): Promise<void> {
  const directory = dirname(path);
  for (const name of await readdir(directory)) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.new')) continue;
    const found = join(directory, name);
    const age = await stat(found).then(
      ({ mtimeMs }) => performance.timeOrigin + performance.now() - mtimeMs,
      () => 0,
    );
    if (age > forgottenMs) await rm(found, { force: true });
  }
}

function refused(code: SnapshotCode, error?: unknown): LoadedSnapshot {
  return error instanceof Error ? { ok: false, code, reason: error.message } : { ok: false, code };
}
