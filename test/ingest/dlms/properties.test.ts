import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCosemData } from '../../../ingest/dlms/axdr/data.ts';
import { decodeDateTime } from '../../../ingest/dlms/axdr/date-time.ts';
import { decodeDlmsHex } from '../../../ingest/dlms/decode.ts';
import { toHex } from '../../../ingest/mbus/hex.ts';
import { encodeE450Push } from '../../../ingest/simulator/e450.ts';
import { fuzzDlms } from './fuzz-target.ts';
import { authKeyHex, cipher, keyHex } from './pushes.ts';

test('mutated streams: no exception, exact frames, the same in any chunks, no push that nobody sent', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 12 }), (dice) => fuzzDlms(dice)),
    { numRuns: 3000 },
  );
});

test('any bytes as a message give objects, and values only where the structure is whole', () => {
  const message = fc.tuple(fc.constantFrom(0x0f, 0xdb, 0xe0, 0x7e, 0x68), fc.uint8Array({ maxLength: 80 }));
  fc.assert(
    fc.property(message, ([first, rest]) => {
      for (const object of decodeDlmsHex(toHex(Uint8Array.of(first, ...rest)), { key: keyHex }))
        expect('error' in object || 'frame' in object).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('any bytes as a value: no exception, never more read than there is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const decoded = decodeCosemData(bytes, 0);
      if (decoded.ok) expect(decoded.value.next).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 3000 },
  );
});

test('a date is a date of the calendar, or none', () => {
  const any = fc.uint8Array({ minLength: 12, maxLength: 12 });
  const near = fc
    .tuple(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 33 }), fc.integer({ min: 0, max: 25 }))
    .map(([month, day, hour]) => Uint8Array.of(0x07, 0xea, month, day, 0xff, hour, 59, 59, 0xff, 0x80, 0, 0));
  fc.assert(
    fc.property(fc.oneof(any, near), (bytes) => {
      const clock = decodeDateTime(bytes);
      if (!clock.ok) return;
      const instant = new Date(`${clock.value.local}Z`);
      expect(instant.toISOString().slice(0, 19)).toBe(clock.value.local);
    }),
    { numRuns: 3000 },
  );
});

test('what the meter sends is what is decoded, in every shape, frame and cipher', () => {
  const codes = ['1-0:1.8.0', '1-1:2.8.0', '1-0:1.7.0', '1-0:3.8.2', '1-0:32.7.0'];
  const value = fc.record({
    obis: fc.constantFrom(...codes),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    width: fc.constant(64 as const),
  });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 40 }),
      fc.constantFrom('list' as const, 'flat' as const),
      fc.constantFrom('hdlc' as const, 'mbus' as const, 'none' as const),
      fc.constantFrom(cipher, undefined),
      fc.integer({ min: 0, max: 0xffffff }),
      fc.integer({ min: 20, max: 240 }),
      (values, shape, framing, secret, invocation, blockBytes) => {
        const secured = secret ? { cipher: secret } : {};
        const bytes = encodeE450Push({ values, shape, framing, invocation, blockBytes, ...secured });
        const decoded = decodeDlmsHex(toHex(bytes), { key: keyHex, authKey: authKeyHex });
        expect(decoded).toHaveLength(1);
        expect(decoded[0]).toMatchObject({
          invocation,
          authenticated: secret !== undefined,
          values: values.map(({ obis, value: sent }) => ({
            obis,
            value: sent <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sent) : String(sent),
          })),
        });
      },
    ),
    { numRuns: 300 },
  );
});
