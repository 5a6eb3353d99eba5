/**
 * general-glo-ciphering (DLMS Green Book 9.2.7, NIST SP 800-38D), suites with AES-128-GCM:
 *
 *   DB | 08 system title 8 | length | security control | invocation counter u32 | content | tag 12 (when authenticated)
 *                                     bit 4 authenticated, bit 5 encrypted, bit 7 compressed, bits 3-0 suite
 *
 * Initialisation vector = system title and invocation counter; additional data = security control and authentication key
 * (and the content where it is not encrypted). Without the authentication key the tag cannot be checked: the content is deciphered
 * as counter mode and its start is checked by the caller's `plausible`.
 */
import { createDecipheriv } from 'node:crypto';
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import { decodeAxdrLength } from '../axdr/length.ts';
import type { DlmsCode } from '../codes.ts';

export interface CipheredApdu {
  readonly systemTitle: Uint8Array;
  readonly securityControl: number;
  readonly invocation: number;
  readonly authenticated: boolean;
  readonly encrypted: boolean;
  readonly content: Uint8Array;
  readonly tag: Uint8Array;
  /** Offset behind the APDU. */
  readonly next: number;
}

/** The operator's keys, 16 bytes each: encryption (GUEK), authentication (GAK). */
export interface CipherKeys {
  readonly encryption?: Uint8Array | undefined;
  readonly authentication?: Uint8Array | undefined;
}

export interface Deciphered {
  readonly plain: Uint8Array;
  /** The tag was there and is right. */
  readonly authenticated: boolean;
}

export const generalGloCipheringTag = 0xdb;
const tagLength = 12;
const systemTitleLength = 8;

/** Reads the header and cuts the parts; nothing is deciphered. */
export function decodeGeneralGloCiphering(bytes: Uint8Array): Outcome<CipheredApdu, DlmsCode> {
  if (bytes[0] !== generalGloCipheringTag) return rejected('APDU_UNSUPPORTED', { tag: bytes[0] });
  if (bytes[1] !== systemTitleLength) return rejected('CIPHER_HEADER', { systemTitleLength: bytes[1] });
  const length = decodeAxdrLength(bytes, 2 + systemTitleLength);
  if (!length.ok) return rejected('APDU_TRUNCATED', { cause: length.code });
  const start = length.value.next;
  const next = start + length.value.length;
  if (next > bytes.length) return rejected('APDU_TRUNCATED', { expected: next, actual: bytes.length });
  if (length.value.length < 5) return rejected('CIPHER_HEADER', { length: length.value.length });
  const securityControl = bytes[start]!;
  const authenticated = (securityControl & 0x10) !== 0;
  const tagAt = authenticated ? next - tagLength : next;
  if (tagAt < start + 5) return rejected('CIPHER_HEADER', { length: length.value.length });
  return ok({
    systemTitle: bytes.slice(2, 2 + systemTitleLength),
    securityControl,
    invocation: new DataView(bytes.buffer, bytes.byteOffset).getUint32(start + 1),
    authenticated,
    encrypted: (securityControl & 0x20) !== 0,
    content: bytes.slice(start + 5, tagAt),
    tag: bytes.slice(tagAt, next),
    next,
  });
}

/** Deciphers and, where the authentication key is known, verifies. `plausible` judges plain bytes that no tag vouches for. */
export function decipher(
  apdu: CipheredApdu,
  keys: CipherKeys,
  plausible: (plain: Uint8Array) => boolean,
): Outcome<Deciphered, DlmsCode> {
  const suite = apdu.securityControl & 0x0f;
  if (suite > 1) return rejected('CIPHER_SUITE', { suite });
  if (apdu.securityControl & 0x80) return rejected('CIPHER_COMPRESSED', { securityControl: apdu.securityControl });
  const verify = apdu.authenticated && keys.authentication !== undefined;
  if (!apdu.encrypted && !verify) return ok({ plain: apdu.content, authenticated: false });
  if (keys.encryption === undefined) return rejected('CIPHER_KEY_MISSING', {});
  if (keys.encryption.length !== 16 || (verify && keys.authentication.length !== 16))
    return rejected('CIPHER_KEY_INVALID', {});

  const invocation = new Uint8Array(4);
  new DataView(invocation.buffer).setUint32(0, apdu.invocation);
  const vector = Buffer.concat([apdu.systemTitle, invocation]);
  if (!verify) {
    const plain = counterMode(keys.encryption, vector, apdu.content);
    return plausible(plain) ? ok({ plain, authenticated: false }) : rejected('CIPHER_PLAIN', { first: plain[0] });
  }
  const gcm = createDecipheriv('aes-128-gcm', keys.encryption, vector, { authTagLength: tagLength });
  const additional = [Uint8Array.of(apdu.securityControl), keys.authentication];
  gcm.setAAD(Buffer.concat(apdu.encrypted ? additional : [...additional, apdu.content]));
  gcm.setAuthTag(apdu.tag);
  const plain = apdu.encrypted ? gcm.update(apdu.content) : apdu.content;
  try {
    gcm.final();
  } catch {
    return rejected('CIPHER_TAG', { invocation: apdu.invocation });
  }
  return ok({ plain: Uint8Array.from(plain), authenticated: true });
}

/** GCM's own counter starts at 2 behind the 12 bytes of the vector. */
function counterMode(key: Uint8Array, vector: Uint8Array, content: Uint8Array): Uint8Array {
  const counter = Buffer.concat([vector, Uint8Array.of(0, 0, 0, 2)]);
  return Uint8Array.from(createDecipheriv('aes-128-ctr', key, counter).update(content));
}
