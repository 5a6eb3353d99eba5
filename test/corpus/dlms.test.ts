/** The two public captures of E450 pushes decode to their values; left out where the corpus is not beside the project. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeDlmsHex } from '../../ingest/dlms/decode.ts';

interface Capture {
  readonly name: string;
  readonly frames_hex: string;
  readonly guek: string | null;
  readonly gak: string | null;
  readonly apdus: readonly {
    readonly cipher?: { readonly st: string; readonly ic: string };
    readonly invoke: string;
    readonly datetime: string;
    readonly values: readonly {
      readonly obis: string;
      readonly value: number | { readonly hex: string; readonly ascii: string | null };
    }[];
  }[];
}

interface Push {
  readonly frame: string;
  readonly systemTitle?: string;
  readonly invocation: number;
  readonly clock: { readonly local: string };
  readonly authenticated: boolean;
  readonly values: readonly { readonly obis: string; readonly value: unknown; readonly unit: string }[];
}

const corpus = process.env.RELEVE_CORPUS ?? new URL('../../../shared/corpus', import.meta.url).pathname;
const file = `${corpus}/e450/captures.json`;
const captures: readonly Capture[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];

describe.skipIf(captures.length === 0)('captures of E450 pushes', () => {
  test.each(captures)('$name', ({ frames_hex, guek, gak, apdus }) => {
    const pushes = decodeDlmsHex(frames_hex, { key: guek ?? undefined, authKey: gak ?? undefined }) as readonly Push[];
    expect(pushes).toHaveLength(apdus.length);
    for (const [index, push] of pushes.entries()) {
      const apdu = apdus[index]!;
      expect(push.frame).toBe('dlms-push');
      expect(push.authenticated).toBe(apdu.cipher !== undefined);
      expect(push.invocation).toBe(Number.parseInt(apdu.cipher?.ic ?? apdu.invoke, 16));
      expect(push.clock.local).toBe(localOf(apdu.datetime));
      expect(push.values.map(({ obis, value }) => [obis, value])).toEqual(
        apdu.values.map(({ obis, value }) => [
          obisOf(obis),
          typeof value === 'number' ? value : (value.ascii ?? obisOf(Buffer.from(value.hex, 'hex').join('.'))),
        ]),
      );
    }
  });

  test('units follow from the registers', () => {
    const units = captures.flatMap(({ frames_hex, guek, gak }) =>
      (decodeDlmsHex(frames_hex, { key: guek ?? undefined, authKey: gak ?? undefined }) as readonly Push[]).flatMap(
        ({ values }) =>
          values.filter(({ obis }) => obis.startsWith('1-')).map(({ obis, unit }) => [obis.slice(4), unit]),
      ),
    );
    for (const [register, unit] of units) {
      const [quantity, processing] = register!.split('.');
      const power = Number(quantity) <= 2 ? 'W' : 'var';
      expect([register, unit]).toEqual([register, processing === '7' ? power : `${power}h`]);
    }
  });

  test('without its authentication key the ciphered capture gives the same values, not authenticated', () => {
    for (const { frames_hex, guek, gak } of captures) {
      if (guek === null || gak === null) continue;
      const [verified] = decodeDlmsHex(frames_hex, { key: guek, authKey: gak });
      expect(decodeDlmsHex(frames_hex, { key: guek })).toEqual([{ ...verified, authenticated: false }]);
    }
  });

  test('no single wrong byte ever gives values', () => {
    for (const { frames_hex, guek, gak } of captures)
      for (let at = 0; at < frames_hex.length; at += 2) {
        const byte = Number.parseInt(frames_hex.slice(at, at + 2), 16) ^ 0x10;
        const broken = frames_hex.slice(0, at) + byte.toString(16).padStart(2, '0') + frames_hex.slice(at + 2);
        const good = decodeDlmsHex(frames_hex, { key: guek ?? undefined, authKey: gak ?? undefined })[0] as Push;
        for (const object of decodeDlmsHex(broken, { key: guek ?? undefined, authKey: gak ?? undefined }))
          if ('frame' in object) expect((object as Push).values).toEqual(good.values);
      }
  });
});

/** 1.0.1.8.0.255 → 1-0:1.8.0 */
function obisOf(dotted: string): string {
  const [a, b, c, d, e] = dotted.split('.');
  return `${a}-${b}:${c}.${d}.${e}`;
}

function localOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  const two = (at: number) => String(bytes[at]).padStart(2, '0');
  return `${bytes.readUInt16BE(0)}-${two(2)}-${two(3)}T${two(5)}:${two(6)}:${two(7)}`;
}
