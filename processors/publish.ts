/** Revisions: a result is published again, with its revision raised, only when its content has changed. */
import type { Result } from '../domain/results.ts';
import { type ContentMember, contentOf } from './content.ts';
import type { Published } from './published.ts';
import type { Registry } from './registry.ts';

/** 53 bits over a result's content; two revisions of one key are compared by it. */
export function contentHash(result: Result): number {
  const mixer = new Mixer();
  const members = contentOf[result.kind];
  for (let i = 0; i < members.length; i++) {
    const member = members[i] as ContentMember;
    const value = result[member.name as keyof Result] as unknown;
    if (value !== undefined) mixer.member(member, value);
  }
  return mixer.number();
}

/** The same for a meter's result, by the meter's name (or that of a stay) in the registry. */
export function reviseOfMeter<R extends Result>(registry: Registry, name: string, result: R): R | null {
  const revision = registry.raise(name, contentHash(result));
  if (revision === 0) return null;
  (result as { revision: number }).revision = revision;
  return result;
}

/** What was published, by key. */
export interface Revisions {
  get(key: string): Published | undefined;
  set(key: string, published: Published): unknown;
}

/** The same result with its new revision, or null where nothing changed. */
export function revise<R extends Result>(registry: Revisions, key: string, result: R): R | null {
  const hash = contentHash(result);
  const known = registry.get(key);
  if (known?.hash === hash) return null;
  const revision = (known?.revision ?? 0) + 1;
  registry.set(key, known ? Object.assign(known, { revision, hash }) : { revision, hash });
  (result as { revision: number }).revision = revision;
  return result;
}

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/** Two 32-bit multiplicative hashes in step (after cyrb53), begun anew for each member and added up: 53 bits. */
class Mixer {
  private high = 0;
  private low = 0;
  private highSum = 0;
  private lowSum = 0;

  member(of: ContentMember, value: unknown): void {
    this.high = of.high;
    this.low = of.low;
    this.value(value);
    const { high, low } = this;
    this.highSum =
      (this.highSum + (Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909))) | 0;
    this.lowSum =
      (this.lowSum + (Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909))) | 0;
  }

  number(): number {
    return (this.highSum & 0x1fffff) * 0x100000000 + (this.lowSum >>> 0);
  }

  private value(value: unknown): void {
    if (typeof value === 'number') {
      if ((value | 0) === value) this.word(value);
      else {
        bits[0] = value;
        this.word(words[0] as number);
        this.word(words[1] as number);
      }
    } else if (typeof value === 'string') {
      const even = value.length & -2;
      for (let i = 0; i < even; i += 2) this.word(value.charCodeAt(i) | (value.charCodeAt(i + 1) << 16));
      if (even < value.length) this.word(value.charCodeAt(even));
      this.word(-value.length);
    } else if (typeof value === 'boolean') this.word(value ? 0x10001 : 0x20002);
    else if (value === null || value === undefined) this.word(0x30003);
    else if (Array.isArray(value)) {
      for (const item of value) this.value(item);
      this.word(value.length);
    } else {
      const names = Object.keys(value);
      if (names.length > 1) names.sort();
      for (const member of names) {
        this.value(member);
        this.value((value as Record<string, unknown>)[member]);
      }
      this.word(0x40004);
    }
  }

  private word(word: number): void {
    this.high = Math.imul(this.high ^ word, 2654435761);
    this.low = Math.imul(this.low ^ (word >>> 7) ^ (word << 9), 1597334677);
  }
}
