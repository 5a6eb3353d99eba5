/**
 * The frames of the decode benchmark: responses as meters on real buses give them, made by our encoder. Every peer reads
 * all of them; nothing that only we understand is among them.
 */
import {
  bcdData,
  dateData,
  dateTimeData,
  type EncodedHeader,
  encodeRecord,
  encodeResponse,
  energyWhRecord,
  integerData,
  rawData,
  textData,
} from '../ingest/mbus/application/encode.ts';

/** One response each of eight meters: 1 to 30 records, 27 to 201 bytes. */
export function benchmarkFrames(): Uint8Array[] {
  return [indexOnly(), singlePhase(), threePhase(), tariffs(), heat(), water(), history(), temperature()];
}

function header(mediumCode: number, manufacturer = 'RLV'): EncodedHeader {
  return { id: '05000231', manufacturer, version: 18, mediumCode, accessNumber: 19 };
}

const clock = dateTimeData({ year: 2026, month: 3, day: 14, hour: 13, minute: 9 });

function indexOnly(): Uint8Array {
  return encodeResponse(1, header(2), [energyWhRecord(17_744_330)]);
}

function singlePhase(): Uint8Array {
  return encodeResponse(2, header(2), [
    encodeRecord([0x78], bcdData(5000231, 8)),
    encodeRecord([0x04], bcdData(1252, 8)),
    encodeRecord([0x2b], integerData(790, 2)),
    encodeRecord([0xfd, 0x48], integerData(2372, 2)),
    encodeRecord([0xfd, 0x59], integerData(3417, 2)),
    encodeRecord([0x6d], clock),
    encodeRecord([0xfd, 0x17], integerData(0, 1)),
  ]);
}

function threePhase(): Uint8Array {
  const phases = [1, 2, 3].flatMap((phase) => [
    encodeRecord([0xfd, 0xc9, 0xff, phase], integerData(230 + phase, 2)),
    encodeRecord([0xfd, 0xdb, 0xff, phase], integerData(32 + phase, 2)),
    encodeRecord([0xac, 0xff, phase], integerData(79 * phase, 2)),
    encodeRecord([0xac, 0xff, phase], integerData(-18 * phase, 2), { subunit: 1 }),
  ]);
  return encodeResponse(3, header(2, 'SBC'), [
    encodeRecord([0x04], bcdData(1252, 8), { tariff: 1 }),
    encodeRecord([0x04], bcdData(1252, 8), { tariff: 1, storage: 2 }),
    encodeRecord([0x04], bcdData(1_774_433, 8), { tariff: 2 }),
    encodeRecord([0x04], bcdData(1_774_433, 8), { tariff: 2, storage: 2 }),
    ...phases,
    encodeRecord([0xff, 0x68], integerData(1, 2)),
    encodeRecord([0xac, 0xff, 0x00], integerData(320, 2)),
    encodeRecord([0xac, 0xff, 0x00], integerData(-65, 2), { subunit: 1 }),
    encodeRecord([0xff, 0x13], integerData(4, 1)),
  ]);
}

function tariffs(): Uint8Array {
  return encodeResponse(4, header(2), [
    ...[0, 1, 2, 3, 4].map((tariff) => encodeRecord([0x04], bcdData(123_456 * (tariff + 1), 12), { tariff })),
    ...[0, 1].map((tariff) => encodeRecord([0x04], bcdData(77_000 + tariff, 12), { tariff, subunit: 1 })),
    encodeRecord([0x2b], integerData(-4100, 4)),
  ]);
}

function heat(): Uint8Array {
  return encodeResponse(5, header(4), [
    encodeRecord([0x06], bcdData(19_969, 8)),
    encodeRecord([0x14], bcdData(2_649_218, 8)),
    encodeRecord([0x2d], bcdData(31, 6)),
    encodeRecord([0x3b], bcdData(117, 6)),
    encodeRecord([0x5a], bcdData(604, 4)),
    encodeRecord([0x5e], bcdData(411, 4)),
    encodeRecord([0x62], bcdData(193, 4)),
    encodeRecord([0x2d], bcdData(31_600, 6), { function: 'maximum' }),
    encodeRecord([0x22], integerData(6700, 4)),
    encodeRecord([0x27], integerData(730, 2)),
    encodeRecord([0x6d], clock),
    encodeRecord([0x06], bcdData(18_000, 8), { storage: 1 }),
    encodeRecord([0x14], bcdData(2_500_000, 8), { storage: 1 }),
    encodeRecord([0x6c], dateData(2025, 12, 31), { storage: 1 }),
    encodeRecord([0xfd, 0x17], integerData(0, 2)),
  ]);
}

function water(): Uint8Array {
  return encodeResponse(6, header(7), [
    encodeRecord([0x78], bcdData(12_000_071, 8)),
    encodeRecord([0xfd, 0x11], textData('TEST CYBLE')),
    encodeRecord([0x6d], clock),
    encodeRecord([0x14], integerData(12_349, 4)),
    encodeRecord([0x14], integerData(11_000, 4), { storage: 1 }),
    encodeRecord([0x6c], dateData(2025, 12, 31), { storage: 1 }),
    encodeRecord([0x3b], integerData(12, 2)),
    encodeRecord([], rawData(0x0f, Uint8Array.of(0x10, 0x01, 0x1f))),
  ]);
}

function history(): Uint8Array {
  const months = Array.from({ length: 13 }, (_, month) => [
    encodeRecord([0x6c], dateData(2025, 1 + (month % 12), 28), { storage: 16 + month }),
    encodeRecord([0x06], integerData(19_000 - 100 * month, 4), { storage: 16 + month }),
  ]).flat();
  const now = [encodeRecord([0x06], integerData(19_003, 4)), encodeRecord([0x13], integerData(74, 4))];
  const peak = [encodeRecord([0x3b], integerData(43, 4), { function: 'maximum', storage: 1 })];
  return encodeResponse(7, header(4), [...now, encodeRecord([0x6d], clock), ...peak, ...months]);
}

function temperature(): Uint8Array {
  return encodeResponse(8, header(0), [
    encodeRecord([0xfd, 0x1b], integerData(2, 1)),
    encodeRecord([0x65], integerData(2094, 2)),
    encodeRecord([0x65], integerData(1372, 2), { function: 'minimum' }),
    encodeRecord([0x65], integerData(2978, 2), { function: 'maximum' }),
    encodeRecord([0x72], integerData(24, 1)),
    encodeRecord([0x65], integerData(2092, 2), { storage: 1 }),
    encodeRecord([0x78], bcdData(24_011_561, 8)),
    encodeRecord([0xfd, 0x0f], integerData(1024, 3)),
  ]);
}
