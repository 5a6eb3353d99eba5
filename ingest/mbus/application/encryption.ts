/**
 * Encryption mode 5: AES-128-CBC with an initialisation vector that every telegram makes anew (EN 13757-7:2018, 7.7).
 *
 *   configuration word  BASM MMMM NNNN CCRH      M: mode, N: encrypted blocks of 16 bytes
 *   vector              manufacturer 2 | identification 4 | version | medium | 8 × access number
 *
 * The plain text must begin with 2F 2F; bytes behind the encrypted blocks are plain already. Where no key is known, data that begin
 * with 2F 2F and read to their end are plain too: a converter has opened them and left the configuration word as it was.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { TelegramErrorCode } from '../errors.ts';

export const MODE_NONE = 0;
export const MODE_CBC = 5;
export const BLOCK_LENGTH = 16;

export function encryptionMode(configuration: number): number {
  return (configuration >> 8) & 0x1f;
}

/** Whether somebody on the way may have deciphered bytes[start, end) already; one cipher text in 65 536 looks so. */
export function isOpened(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 2 && bytes[start] === FILLER && bytes[start + 1] === FILLER;
}

/** Configuration word of mode 5 for this many blocks. */
export function modeFiveConfiguration(blocks: number): number {
  return (MODE_CBC << 8) | (blocks << 4);
}

/** Identification, manufacturer, version and medium in the order of the long header in mode 1: eight bytes. */
export function meterAddress(bytes: Uint8Array, headerStart: number, highByteFirst: boolean): Uint8Array {
  const address = bytes.slice(headerStart, headerStart + 8);
  if (highByteFirst) {
    address.subarray(0, 4).reverse();
    address.subarray(4, 6).reverse();
  }
  return address;
}

/** The plain record bytes of bytes[start, end), or why there are none. `address` as `meterAddress` gives it. */
export function decryptModeFive(
  bytes: Uint8Array,
  start: number,
  end: number,
  configuration: number,
  accessNumber: number,
  address: Uint8Array,
  key: Uint8Array,
): Uint8Array | TelegramErrorCode {
  const length = ((configuration >> 4) & 0x0f) * BLOCK_LENGTH;
  if (length === 0) return bytes.slice(start, end);
  if (start + length > end) return 'ENCRYPTION_LENGTH';
  const decipher = createDecipheriv('aes-128-cbc', key, initialisationVector(address, accessNumber));
  decipher.setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(bytes.subarray(start, start + length)), decipher.final()]);
  if (plain[0] !== FILLER || plain[1] !== FILLER) return 'ENCRYPTION_KEY_WRONG';
  const whole = new Uint8Array(end - start);
  whole.set(plain);
  whole.set(bytes.subarray(start + length, end), length);
  return whole;
}

/** Records encrypted for a long header: 2F 2F in front, 2F up to whole blocks; with the configuration word to send. */
export function encryptModeFive(
  records: Uint8Array,
  accessNumber: number,
  address: Uint8Array,
  key: Uint8Array,
): { readonly configuration: number; readonly data: Uint8Array } {
  const blocks = Math.ceil((records.length + 2) / BLOCK_LENGTH);
  if (blocks > 15) throw new RangeError(`${blocks} blocks where the configuration word counts 15`);
  const plain = new Uint8Array(blocks * BLOCK_LENGTH).fill(FILLER);
  plain.set(records, 2);
  const cipher = createCipheriv('aes-128-cbc', key, initialisationVector(address, accessNumber));
  cipher.setAutoPadding(false);
  const data = new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final()]));
  return { configuration: modeFiveConfiguration(blocks), data };
}

function initialisationVector(address: Uint8Array, accessNumber: number): Uint8Array {
  const vector = new Uint8Array(BLOCK_LENGTH).fill(accessNumber, 8);
  vector.set(address.subarray(4, 6), 0);
  vector.set(address.subarray(0, 4), 2);
  vector.set(address.subarray(6, 8), 6);
  return vector;
}

const FILLER = 0x2f;
