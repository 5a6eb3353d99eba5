import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bcdData,
  currentARecord,
  dateData,
  dateTimeData,
  type EncodedHeader,
  encodeRecord,
  encodeResponse,
  energyWhRecord,
  integerData,
  plainTextVib,
  powerWRecord,
  rawData,
  realData,
  textData,
  voltageVRecord,
} from '../../../../ingest/mbus/application/encode.ts';
import { formatMoment } from '../../../../ingest/mbus/application/local-moment.ts';
import { type DataRecord, rawHex } from '../../../../ingest/mbus/application/record.ts';
import { toHex } from '../../../../ingest/mbus/hex.ts';
import { type Telegram, TelegramDecoder } from '../../../../ingest/mbus/telegram.ts';

const header: EncodedHeader = { id: '12345678', manufacturer: 'RLV', version: 3, mediumCode: 2, accessNumber: 7 };

function readBack(records: readonly Uint8Array[], options: { more?: boolean; key?: Uint8Array } = {}): Telegram {
  const { key } = options;
  const telegram = new TelegramDecoder(key === undefined ? {} : { key }).decode(
    encodeResponse(1, header, records, options),
  );
  if (telegram.kind !== 'telegram') throw new Error(telegram.code);
  return telegram;
}
const recordOf = (bytes: Uint8Array): DataRecord => readBack([bytes]).records[0]!;

describe('what the encoder writes the decoder reads', () => {
  test('the header', () => {
    expect(readBack([]).header).toMatchObject({
      id: '12345678',
      manufacturer: 'RLV',
      version: 3,
      medium: 'electricity',
      accessNumber: 7,
      status: 0,
      signature: 0,
    });
  });

  test('function, storage, tariff and subunit of any size', () => {
    const scope = fc.record({
      function: fc.constantFrom('instantaneous' as const, 'maximum' as const, 'minimum' as const, 'error' as const),
      storage: fc.integer({ min: 0, max: 2 ** 41 - 1 }),
      tariff: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
      subunit: fc.integer({ min: 0, max: 1023 }),
    });
    fc.assert(
      fc.property(scope, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (chosen, value) => {
        expect(recordOf(encodeRecord([0x03], integerData(value, 4), chosen))).toMatchObject({ ...chosen, value });
      }),
    );
  });

  test('integers of every length are exact, and so are their mantissa and exponent', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(1, 2, 3, 4, 6, 8)
          .chain((length) =>
            fc.tuple(
              fc.constant(length as 1 | 8),
              fc.bigInt({ min: -(1n << BigInt(8 * length - 1)), max: (1n << BigInt(8 * length - 1)) - 1n }),
            ),
          ),
        fc.integer({ min: 0, max: 7 }),
        ([length, value], vif) => {
          const record = recordOf(encodeRecord([vif], integerData(value, length)));
          expect(BigInt(record.mantissa!)).toBe(value);
          expect(record.exponent10).toBe(vif - 3);
          expect(Number(record.value)).toBe(Number(`${value}e${vif - 3}`));
        },
      ),
    );
  });

  test('decimals of every length', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(2, 4, 6, 8, 12)
          .chain((digits) =>
            fc.tuple(fc.constant(digits as 2 | 12), fc.integer({ min: 1 - 10 ** (digits - 1), max: 10 ** digits - 1 })),
          ),
        ([digits, value]) => {
          expect(recordOf(encodeRecord([0x2b], bcdData(value, digits)))).toMatchObject({
            value,
            mantissa: value,
            error: null,
          });
        },
      ),
    );
  });

  test('helpers for a meter of electricity', () => {
    const records = [
      energyWhRecord(123456),
      powerWRecord(-40.4, 2),
      voltageVRecord(231.4, 1),
      currentARecord(0.417, 3),
    ];
    expect(readBack(records).records).toMatchObject([
      { quantity: 'energy', unit: 'Wh', value: 123456, mantissa: 123456, exponent10: 0 },
      { quantity: 'power', unit: 'W', value: -40, meaning: { phase: 'L2' } },
      { quantity: 'voltage', unit: 'V', value: 231.4, meaning: { phase: 'L1' } },
      { quantity: 'current', unit: 'A', value: 0.417, meaning: { phase: 'L3' } },
    ]);
  });

  test('text, plain-text units, dates and floats', () => {
    expect(recordOf(encodeRecord([0xfd, 0x11], textData('Lot 12')))).toMatchObject({
      quantity: 'customer',
      value: 'Lot 12',
    });
    expect(recordOf(encodeRecord(plainTextVib('kW·h'), integerData(3, 2)))).toMatchObject({
      quantity: 'kW·h',
      value: 3,
    });
    expect(recordOf(encodeRecord([0x2b], realData(1.5))).value).toBe(1.5);
    const moment = { year: 2026, month: 3, day: 29, hour: 2, minute: 30 };
    const local = recordOf(encodeRecord([0x6d], dateTimeData(moment, { summerTime: true }))).value;
    expect(local).toMatchObject({ ...moment, summerTime: true });
    expect(recordOf(encodeRecord([0x6d], dateTimeData(moment, { invalid: true }))).error).toBe('DATE_INVALID');
    const date = recordOf(encodeRecord([0x6c], dateData(1998, 12, 31))).value;
    expect(formatMoment(date as never)).toBe('1998-12-31');
  });

  test('encrypted, and in several telegrams', () => {
    const key = Uint8Array.from({ length: 16 }, (_, index) => index);
    const secured = readBack([energyWhRecord(5)], { key, more: true });
    expect(secured.records[0]).toMatchObject({ quantity: 'energy', value: 5 });
    expect(secured.more).toBe(true);
    const frame = encodeResponse(1, header, [energyWhRecord(5)], { key });
    const other = new TelegramDecoder({ key: new Uint8Array(16) }).decode(frame);
    expect(other).toMatchObject({ error: 'ENCRYPTION_KEY_WRONG', records: [] });
    expect(() => encodeResponse(1, header, [new Uint8Array(239)], { key })).toThrow(RangeError);
  });
});

describe('a bad record among good ones', () => {
  const good = [energyWhRecord(1), powerWRecord(2), voltageVRecord(3)];
  test.each([
    ['BCD_DIGIT', encodeRecord([0x03], rawData(0x0c, Uint8Array.of(0, 0xaa, 0, 0)))],
    ['FLOAT_NOT_A_NUMBER', encodeRecord([0x2b], realData(Number.POSITIVE_INFINITY))],
    ['DATE_NOT_SET', encodeRecord([0x6c], rawData(2, Uint8Array.of(0xff, 0xff)))],
    ['DATE_TYPE', encodeRecord([0x6d], bcdData(1, 8))],
    ['DATE_TYPE', encodeRecord([0x6d], realData(1))],
    ['METER_OVERFLOW', encodeRecord([0x83, 0x16], integerData(9, 4))],
    ['VIFE_COUNT', encodeRecord([0x83, ...new Array(10).fill(0xfd), 0x3b], integerData(9, 4))],
    ['DIFE_COUNT', Uint8Array.of(0x81, ...new Array(10).fill(0x80), 0x00, 0x03, 0x01)],
    ['BCD_DIGIT', encodeRecord([0x03], rawData(0x0d, Uint8Array.of(0xc2, 0x0a, 0x00)))],
  ])('%s keeps its bytes and costs only itself', (error, bad) => {
    const { records, error: telegramError } = readBack([good[0]!, bad, good[1]!, good[2]!]);
    expect(telegramError).toBe(error.endsWith('E_COUNT') ? error : null);
    expect(records.map((record) => record.error)).toEqual([null, error, null, null]);
    expect(records.map((record) => record.value)).toEqual([1, null, 2, 3]);
    expect(records[1]!.mantissa).toBeNull();
    const whole = toHex(records[1]!.bytes, records[1]!.start, records[1]!.end);
    expect(whole).toBe(toHex(bad));
    expect(whole.endsWith(rawHex(records[1]!))).toBe(true);
  });

  test.each([
    ['RECORD_TRUNCATED', Uint8Array.of(0x04, 0x03, 1, 2)],
    ['RECORD_TRUNCATED', Uint8Array.of(0x84)],
    ['RECORD_TRUNCATED', Uint8Array.of(0x04)],
    ['RECORD_TRUNCATED', Uint8Array.of(0x04, 0x83)],
    ['RECORD_TRUNCATED', Uint8Array.of(0x04, 0x7c, 0x05, 0x41)],
    ['RECORD_TRUNCATED', Uint8Array.of(0x0d, 0x03)],
    ['RECORD_TRUNCATED', Uint8Array.of(0x04, 0xfd)],
    ['RECORD_LVAR_RESERVED', Uint8Array.of(0x0d, 0x03, 0xf7, 1, 2)],
    ['RECORD_DIF_RESERVED', Uint8Array.of(0x4f, 1, 2)],
    ['RECORD_DIF_RESERVED', Uint8Array.of(0x8f, 1, 2)],
  ])('%s ends the reading; what came before stands', (error, rest) => {
    const telegram = readBack([...good, rest]);
    expect(telegram.error).toBe(error);
    expect(telegram.records.map((record) => record.value)).toEqual([1, 2, 3, null]);
    expect(rawHex(telegram.records[3]!)).toBe(toHex(rest));
  });
});
