/**
 * Invocation counters of the meters that push, over a restart: a replay recorded before it is refused after it.
 *
 *   invocations.json   { "v": 1, "meters": { "<building>/<meter>": { "key": "<fingerprint>", "last": { "<system title>": counter } } } }
 *
 * Written beside and renamed (fsync of file and folder), a few seconds after the first change and at `close`: what a crash loses is those seconds.
 * A counter begins anew only with a new key (DLMS Green Book 9.2.3.3.7): an entry whose key is another one is left out.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { asyncScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import { type Invocations, noInvocations } from './dlms/ciphering/invocations.ts';

export interface InvocationStoreOptions {
  /** Its folder is made where it is missing. */
  readonly file: string;
  /** Longest time that a counter stands in memory only, default 5 s. */
  readonly writeAfterMs?: number | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

export interface InvocationStore {
  /** True: the file was there and could not be read; every counter begins anew. */
  readonly damaged: boolean;
  /** What was accepted from a meter before, with this key. */
  of(building: string, meter: string, key: Uint8Array | undefined): Invocations;
  /** What has been accepted from a meter so far. */
  keep(building: string, meter: string, key: Uint8Array | undefined, invocations: Invocations): void;
  /** Why the last write failed; null: it did not. Counters stay in memory and are tried again. */
  readonly failure: string | null;
  /** Writes what is not yet written. */
  close(): void;
}

export function openInvocationStore(options: InvocationStoreOptions): InvocationStore {
  const { file, writeAfterMs = 5000, scheduler = asyncScheduler } = options;
  const { entries, damaged } = read(file);
  let isDirty = false;
  let failure: string | null = null;
  let waiting: Subscription | undefined;

  function write(): void {
    waiting?.unsubscribe();
    waiting = undefined;
    if (!isDirty) return;
    try {
      replace(file, JSON.stringify({ v: 1, meters: Object.fromEntries(entries) }));
      isDirty = false;
      failure = null;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
  }

  function writeLater(): void {
    waiting ??= scheduler.schedule(() => {
      write();
      if (isDirty) writeLater();
    }, writeAfterMs);
  }

  return {
    damaged,
    get failure() {
      return failure;
    },
    of(building, meter, key) {
      const entry = entries.get(`${building}/${meter}`);
      if (entry === undefined || entry.key !== fingerprint(key)) return noInvocations;
      return { last: new Map(Object.entries(entry.last)), refused: 0 };
    },
    keep(building, meter, key, { last }) {
      entries.set(`${building}/${meter}`, { key: fingerprint(key), last: Object.fromEntries(last) });
      isDirty = true;
      writeLater();
    },
    close: write,
  };
}

interface Entry {
  readonly key: string;
  readonly last: Readonly<Record<string, number>>;
}

/** Tells two keys apart, and nothing of either. */
function fingerprint(key: Uint8Array | undefined): string {
  return key === undefined ? '' : createHash('sha256').update(key).digest('hex').slice(0, 8);
}

function read(file: string): { readonly entries: Map<string, Entry>; readonly damaged: boolean } {
  const entries = new Map<string, Entry>();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { entries, damaged: false };
    throw error;
  }
  try {
    const { v, meters } = JSON.parse(text) as { v?: unknown; meters?: unknown };
    if (v !== 1 || !isObject(meters)) return { entries, damaged: true };
    for (const [meter, entry] of Object.entries(meters)) {
      if (!isObject(entry) || typeof entry.key !== 'string' || !isObject(entry.last)) continue;
      const last = Object.entries(entry.last).filter((pair): pair is [string, number] => isCounter(pair[1]));
      entries.set(meter, { key: entry.key, last: Object.fromEntries(last) });
    }
    return { entries, damaged: false };
  } catch {
    return { entries, damaged: true };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCounter(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

function replace(file: string, text: string): void {
  const directory = dirname(file);
  mkdirSync(directory, { recursive: true });
  const beside = `${file}.new`;
  const descriptor = openSync(beside, 'w', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, file);
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
