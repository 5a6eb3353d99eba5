/** The unsubscribe token and its handler: nobody else's, nothing by looking, tenants only. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createUnsubscribeToken,
  handleUnsubscribe,
  unsubscribeUrl,
  verifyUnsubscribeToken,
} from '../../notify/unsubscribe.ts';
import { openSqliteStore, type SqliteStore } from '../../results/sqlite/open.ts';
import { configuration, noonish } from './fixtures.ts';
import { notifications } from './harness.ts';

const target = { building: 'tilleuls', recipient: 'locataire/1/0' };
const { buildings } = configuration();

describe('the token', () => {
  test('gives back what it was made of, whatever that is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (building, recipient, secret) => {
        expect(verifyUnsubscribeToken(createUnsubscribeToken({ building, recipient }, secret), secret)).toEqual({
          building,
          recipient,
        });
      }),
    );
  });

  test('holds no address and fits a link', () => {
    const url = unsubscribeUrl('https://example.org/releve/', target, 'secret');
    expect(url).toMatch(/^https:\/\/example\.org\/releve\/desinscription\?jeton=[\w.-]+$/);
    expect(url).not.toContain('martin');
  });

  test('any change, another secret or an empty one: invalid', () => {
    const token = createUnsubscribeToken(target, 'secret');
    expect(verifyUnsubscribeToken(token, 'other')).toBeNull();
    expect(verifyUnsubscribeToken(createUnsubscribeToken(target, ''), '')).toBeNull();
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'Az09-_.'), (at, character) => {
        fc.pre(token[at] !== character);
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        // The last digit of base64url has bits that nobody reads.
        fc.pre(at !== token.length - 1);
        expect(verifyUnsubscribeToken(changed, 'secret')).toBeNull();
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => verifyUnsubscribeToken(text, 'secret') === null));
  });
});

describe('the handler', () => {
  let store: SqliteStore;
  beforeEach(() => {
    store = openSqliteStore(':memory:');
  });
  afterEach(() => store.close());

  const ask = (method: 'GET' | 'POST', recipient: string, action?: string) =>
    handleUnsubscribe(
      { method, token: createUnsubscribeToken({ building: 'tilleuls', recipient }, 'secret'), action },
      { secret: 'secret', buildings, journal: store.journal, now: noonish },
    );

  test('looking changes nothing, a POST does, and another takes it back', async () => {
    expect(await ask('GET', 'locataire/1/0')).toMatchObject({ status: 200, state: 'ask', lot: 1 });
    expect(await notifications(store.journal)).toEqual([]);
    expect(await ask('POST', 'locataire/1/0')).toMatchObject({ status: 200, state: 'unsubscribed', lot: 1 });
    expect(await ask('POST', 'locataire/1/0', 'inscription')).toMatchObject({ status: 200, state: 'subscribed' });
    expect(await notifications(store.journal)).toEqual([
      { v: 1, kind: 'unsubscribed', ...target, at: noonish },
      { v: 1, kind: 'subscribed', ...target, at: noonish },
    ]);
  });

  test.each(['syndic/0', 'maintenance/0', 'locataire/9/0', 'locataire/1/1'])('not for %s', async (recipient) => {
    expect(await ask('POST', recipient)).toEqual({ status: 400, state: 'invalid' });
    expect(await notifications(store.journal)).toEqual([]);
  });

  test('no token', async () => {
    const context = { secret: 'secret', buildings, journal: store.journal, now: noonish };
    expect(await handleUnsubscribe({ method: 'POST', token: undefined }, context)).toEqual({
      status: 400,
      state: 'invalid',
    });
  });
});
