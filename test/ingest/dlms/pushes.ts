/** Pushes that several tests send: made by the simulator's encoders with keys of our own. */
import { decodeDlmsHex } from '../../../ingest/dlms/decode.ts';
import { toHex } from '../../../ingest/mbus/hex.ts';
import { type E450Push, type E450Value, encodeE450Push } from '../../../ingest/simulator/e450.ts';

export const systemTitle = Uint8Array.from(Buffer.from('4c475a1122334455', 'hex'));
export const keyHex = '000102030405060708090A0B0C0D0E0F';
export const authKeyHex = 'D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF';
export const key = Uint8Array.from(Buffer.from(keyHex, 'hex'));
export const authKey = Uint8Array.from(Buffer.from(authKeyHex, 'hex'));
export const cipher = { systemTitle, key, authKey };
export const clock = { local: '2026-03-01T12:00:05' };

/** As many values as the five-second list of an E450. */
export const values: readonly E450Value[] = [
  { obis: '0-0:96.1.0', value: '55667788' },
  { obis: '1-0:1.7.0', value: 1234 },
  { obis: '1-0:2.7.0', value: 0 },
  { obis: '1-1:1.8.0', value: 25_149_419 },
  { obis: '1-1:2.8.0', value: 4_422_366 },
  { obis: '1-0:31.7.0', value: 9, width: 16 },
  { obis: '1-0:32.7.0', value: 236, width: 16 },
  { obis: '1-0:13.7.0', value: 987, width: -16 },
];

export const listPush: E450Push = { shape: 'list', framing: 'hdlc', values, clock, invocation: 4711, cipher };

export function pushWith(change: Partial<E450Push>): Uint8Array {
  return encodeE450Push({ ...listPush, ...change });
}

export function decodeBytes(bytes: Uint8Array, options: Parameters<typeof decodeDlmsHex>[1] = {}) {
  return decodeDlmsHex(toHex(bytes), { key: keyHex, authKey: authKeyHex, ...options });
}

export const expectedValues = [
  { obis: '0-0:96.1.0', value: '55667788', unit: '' },
  { obis: '1-0:1.7.0', value: 1234, unit: 'W' },
  { obis: '1-0:2.7.0', value: 0, unit: 'W' },
  { obis: '1-1:1.8.0', value: 25149419, unit: 'Wh' },
  { obis: '1-1:2.8.0', value: 4422366, unit: 'Wh' },
  { obis: '1-0:31.7.0', value: 0.09, unit: 'A' },
  { obis: '1-0:32.7.0', value: 236, unit: 'V' },
  { obis: '1-0:13.7.0', value: 0.987, unit: '' },
];
