/**
 * Bodies that were made already, with their validators (RFC 9110): a strong ETag of the content, and the instant it last changed. A body
 * is made once for all who ask at the same time, lives `lifetimeMs`, and is made anew after `invalidate`. Whoever asks within `staleMs` after its
 * life is given it still, while the next one is made: nobody waits for a store that takes its time. Bounded by bytes, the longest unused leave first.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

export interface Body {
  readonly type: string;
  readonly text: string;
}

export interface CachedBody {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
  /** Epoch ms, whole seconds. */
  readonly lastModified: number;
  /** The same bytes compressed (RFC 1952), once for all who take them so. */
  gzip(): Promise<Buffer>;
}

export interface AnswerCache {
  /** The body of a key; `make` is called where there is none that holds. */
  get(key: string, building: string, make: () => Promise<Body>): Promise<CachedBody>;
  /** What was made for a building (or for all) no longer holds. */
  invalidate(building?: string): void;
}

interface Entry {
  readonly building: string;
  readonly promise: Promise<CachedBody>;
  made: CachedBody | undefined;
  expiresAt: number;
  /** Until then a body whose life is over serves while the next one is made. */
  servesUntil: number;
  /** What serves until this one is made. */
  meanwhile: CachedBody | undefined;
}

export function createAnswerCache(options: {
  readonly now: () => number;
  readonly lifetimeMs: number;
  readonly staleMs?: number;
  readonly maximumBytes?: number;
}): AnswerCache {
  const { now, lifetimeMs, staleMs = 0, maximumBytes = 64 * 1024 * 1024 } = options;
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function refresh(key: string, building: string, make: () => Promise<Body>): Entry {
    const known = entries.get(key);
    const previous = known?.made;
    const promise = make().then((body) => keep(validated(body, previous, now())));
    const expiresAt = now() + lifetimeMs;
    const entry: Entry = {
      building,
      promise,
      made: previous,
      expiresAt,
      servesUntil: expiresAt + staleMs,
      meanwhile: known && now() < known.servesUntil ? previous : undefined,
    };
    function keep(made: CachedBody): CachedBody {
      entry.meanwhile = undefined;
      if (entries.get(key) !== entry) return made;
      bytes += made.bytes.length - (entry.made?.bytes.length ?? 0);
      entry.made = made;
      evict();
      return made;
    }
    return entry;
  }

  function evict(): void {
    for (const [key, entry] of entries) {
      if (bytes <= maximumBytes || entries.size === 1) return;
      remove(key, entry);
    }
  }

  function remove(key: string, entry: Entry): void {
    entries.delete(key);
    bytes -= entry.made?.bytes.length ?? 0;
  }

  return {
    get(key, building, make) {
      const known = entries.get(key);
      if (known && now() < known.expiresAt) {
        entries.delete(key);
        entries.set(key, known);
        return bodyOf(known);
      }
      const entry = refresh(key, building, make);
      entries.delete(key);
      entries.set(key, entry);
      entry.promise.catch(() => {
        if (entries.get(key) === entry) remove(key, entry);
      });
      return bodyOf(entry);
    },
    invalidate(building) {
      for (const entry of entries.values()) {
        if (building !== undefined && entry.building !== building) continue;
        entry.expiresAt = Number.NEGATIVE_INFINITY;
        entry.servesUntil = Number.NEGATIVE_INFINITY;
        entry.meanwhile = undefined;
      }
    },
  };
}

async function bodyOf({ meanwhile, promise }: Entry): Promise<CachedBody> {
  return meanwhile ?? promise;
}

/** The body with its validators; `previous` where its content is the same. `at`: epoch ms. */
export function validated(body: Body, previous: CachedBody | undefined, at: number): CachedBody {
  const bytes = Buffer.from(body.text);
  const etag = `"${createHash('sha1').update(body.type).update(bytes).digest('base64url')}"`;
  if (previous?.etag === etag) return previous;
  let compressed: Promise<Buffer> | undefined;
  return {
    type: body.type,
    bytes,
    etag,
    lastModified: Math.floor(at / 1000) * 1000,
    gzip() {
      compressed ??= gzip(bytes);
      return compressed;
    },
  };
}

const gzip = promisify(zlib.gzip);
