/** Revisions: a result is published again, with its revision raised, only when its content has changed. */
import { createHash } from 'node:crypto';
import type { Result } from '../domain/results.ts';
import type { Published } from './state.ts';

/** Content of a result without what may differ between equal runs. */
export function contentHash(result: Result): string {
  const { revision: _revision, ...content } = result;
  if (content.kind !== 'anomaly') return hashText(JSON.stringify(content));
  const { openedAt: _openedAt, updatedAt: _updatedAt, closedAt: _closedAt, ...facts } = content;
  return hashText(JSON.stringify(facts));
}

/** The result with its new revision, or null where nothing changed. */
export function revise<R extends Result>(registry: Map<string, Published>, key: string, result: R): R | null {
  const hash = contentHash(result);
  const known = registry.get(key);
  if (known?.hash === hash) return null;
  const revision = (known?.revision ?? 0) + 1;
  registry.set(key, { ...known, revision, hash });
  return { ...result, revision };
}

function hashText(text: string): string {
  return createHash('sha1').update(text).digest('base64').slice(0, 12);
}
