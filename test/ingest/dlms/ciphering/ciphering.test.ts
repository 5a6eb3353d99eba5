import { describe, expect, test } from 'vitest';
import { decipher, decodeGeneralGloCiphering } from '../../../../ingest/dlms/ciphering/general-glo-ciphering.ts';
import { acceptInvocation, noInvocations } from '../../../../ingest/dlms/ciphering/invocations.ts';
import { systemTitleText } from '../../../../ingest/dlms/ciphering/system-title.ts';
import { encipher } from '../../../../ingest/simulator/e450.ts';
import { authKey, cipher, key, systemTitle } from '../pushes.ts';

const plain = Uint8Array.from({ length: 40 }, (_, index) => index);
const keys = { encryption: key, authentication: authKey };
const always = () => true;

function open(bytes: Uint8Array) {
  const decoded = decodeGeneralGloCiphering(bytes);
  if (!decoded.ok) throw new Error(decoded.code);
  return decoded.value;
}

describe('deciphering', () => {
  const sealed = open(encipher(plain, cipher, 7));
  const untagged = open(encipher(plain, { systemTitle, key }, 7));
  test('with both keys the tag is verified', () => {
    expect(sealed).toMatchObject({ invocation: 7, authenticated: true, encrypted: true, securityControl: 0x30 });
    expect(decipher(sealed, keys, () => false)).toEqual({ ok: true, value: { plain, authenticated: true } });
  });
  test('without the authentication key the caller judges', () => {
    expect(decipher(sealed, { encryption: key }, always)).toEqual({ ok: true, value: { plain, authenticated: false } });
    expect(decipher(sealed, { encryption: key }, () => false)).toMatchObject({ ok: false, code: 'CIPHER_PLAIN' });
  });
  test('without a tag in the message nothing is authenticated', () => {
    expect(untagged.securityControl).toBe(0x20);
    expect(decipher(untagged, keys, always)).toEqual({ ok: true, value: { plain, authenticated: false } });
  });
  test('security control 21 is deciphered like 20', () => {
    expect(decipher({ ...untagged, securityControl: 0x21 }, keys, always)).toMatchObject({
      ok: true,
      value: { plain },
    });
  });
  test.each([
    ['a changed tag', { ...sealed, tag: sealed.tag.map((byte) => byte ^ 1) }, keys, 'CIPHER_TAG'],
    ['a changed content', { ...sealed, content: sealed.content.with(3, 0) }, keys, 'CIPHER_TAG'],
    ['a changed counter', { ...sealed, invocation: 8 }, keys, 'CIPHER_TAG'],
    ['the wrong authentication key', sealed, { encryption: key, authentication: key }, 'CIPHER_TAG'],
    ['no key', sealed, {}, 'CIPHER_KEY_MISSING'],
    ['a short key', sealed, { encryption: key.slice(1) }, 'CIPHER_KEY_INVALID'],
    ['suite 2', { ...sealed, securityControl: 0x32 }, keys, 'CIPHER_SUITE'],
    ['compression', { ...sealed, securityControl: 0xb0 }, keys, 'CIPHER_COMPRESSED'],
  ])('%s is refused', (_name, apdu, given, code) => {
    expect(decipher(apdu, given, always)).toMatchObject({ ok: false, code });
  });
});

describe('the header', () => {
  const bytes = encipher(plain, cipher, 7);
  test.each([
    ['another tag', bytes.with(0, 0xdc), 'APDU_UNSUPPORTED'],
    ['a title of seven bytes', bytes.with(1, 7), 'CIPHER_HEADER'],
    ['an end that is missing', bytes.slice(0, -1), 'APDU_TRUNCATED'],
    [
      'no room for the tag',
      Uint8Array.from([0xdb, 8, ...systemTitle, 9, 0x30, 0, 0, 0, 1, 1, 2, 3, 4]),
      'CIPHER_HEADER',
    ],
    ['no room for the counter', Uint8Array.from([0xdb, 8, ...systemTitle, 3, 0x20, 0, 0]), 'CIPHER_HEADER'],
  ])('%s', (_name, given, code) => {
    expect(decodeGeneralGloCiphering(given)).toMatchObject({ ok: false, code });
  });
});

test('an invocation counter only rises, for each system title of its own', () => {
  let state = noInvocations;
  const accept = (title: string, invocation: number) => {
    const step = acceptInvocation(state, title, invocation);
    state = step.invocations;
    return step.outcome.ok ? 'ok' : step.outcome.code;
  };
  expect(accept('LGZ1', 10)).toBe('ok');
  expect(accept('LGZ1', 10)).toBe('INVOCATION_REPLAYED');
  expect(accept('LGZ1', 9)).toBe('INVOCATION_FELL');
  expect(accept('LGZ2', 9)).toBe('ok');
  expect(accept('LGZ1', 4_294_967_295)).toBe('ok');
  expect(accept('LGZ1', 11)).toBe('INVOCATION_FELL');
  expect(state.refused).toBe(3);
});

test.each([
  ['4C475A677370B177', 'LGZ677370B177'],
  ['4B464D1020304050', 'KFM1020304050'],
  ['00475A677370B177', '00475A677370B177'],
])('system title %s reads %s', (hex, text) => {
  expect(systemTitleText(Uint8Array.from(Buffer.from(hex, 'hex')))).toBe(text);
});
