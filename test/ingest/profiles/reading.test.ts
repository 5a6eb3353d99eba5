/** Records as a meter sends them (hex), and the reading or the reject that follows. Expected numbers are worked out by hand beside them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Meter } from '../../../domain/building.ts';
import { encodeLong } from '../../../ingest/mbus/frame/long.ts';
import { TelegramDecoder } from '../../../ingest/mbus/telegram.ts';
import { ceil, floor, fractionOf, fractionOfDouble, times } from '../../../ingest/profiles/exact.ts';
import { automatic, type MeterProfile, parseProfile } from '../../../ingest/profiles/profile.ts';
import { readingOf, type TelegramAt } from '../../../ingest/profiles/reading.ts';
import { registerLimitWh, registerOf } from '../../../ingest/profiles/register.ts';
import { profiles } from '../../../ingest/profiles/table.ts';

const meter: Meter = {
  id: 'LOC01',
  role: 'tenant',
  lot: 1,
  multiplier: 1,
  maxPowerW: 36_000,
  installedAt: 0,
};
/** Identification 12345678, manufacturer ABC, medium electricity, status 0. */
const header = '78563412 4304 01 02 2A 00 0000';

function telegram(records: string, head = header): TelegramAt['telegram'] {
  const data = Uint8Array.from(Buffer.from(`${head}${records}`.replaceAll(' ', ''), 'hex'));
  const decoded = new TelegramDecoder().decode(encodeLong(0x08, 1, 0x72, data));
  if (decoded.kind === 'rejected') throw new Error(decoded.code);
  return decoded;
}

const read = (
  records: string | readonly string[],
  change: Partial<Meter> = {},
  profile: MeterProfile = automatic,
  head = header,
) =>
  readingOf(
    'B1',
    { ...meter, ...change },
    profile,
    [records].flat().map((each, position) => ({ at: 1000 + position, telegram: telegram(each, head) })),
    5000,
  );

describe('the index without a profile', () => {
  test.each([
    ['32-bit Wh', '04 03 E8 03 00 00', 1000, 1],
    ['BCD of 8 digits, kWh', '0C 06 78 56 34 12', 12_345_678_000, 1000],
    ['BCD, 10 Wh', '0C 04 78 56 34 12', 123_456_780, 10],
    ['mWh: floored, step finer than 1 Wh', '04 00 CF 07 00 00', 1, 1],
    ['0.1 Wh', '04 02 0B 00 00 00', 1, 1],
    ['0.1 MWh (FB 00)', '04 FB 00 07 00 00 00', 700_000, 100_000],
    ['J: 7 200 J are 2 Wh', '04 08 20 1C 00 00', 2, 1],
    ['kJ: 10 kJ are 2.777 Wh', '04 0B 0A 00 00 00', 2, 1],
    ['MJ: 5 MJ are 1 388.88 Wh, step 277.7 Wh', '04 0E 05 00 00 00', 1388, 278],
    ['GJ (FB 08 is 0.1 GJ): 0.1 GJ are 27 777.7 Wh', '04 FB 08 01 00 00 00', 27_777, 27_778],
    ['64-bit', '07 03 FF FF FF FF FF FF 0F 00', 4_503_599_627_370_495, 1],
    ['marked as import (3B)', '04 83 3B 10 27 00 00', 10_000, 1],
    ['with a multiplying VIFE 7D (× 1000)', '04 83 7D 05 00 00 00', 5000, 1000],
    ['float 1234.5 Wh', '05 03 00 50 9A 44', 1234, 1],
    ['float kWh 16 777 216: its step is 1 kWh × 2', '05 06 00 00 80 4B', 16_777_216_000, 2000],
    [
      'beside the last month, a tariff, a subunit, a maximum',
      '04 03 64000000 44 03 32000000 84 10 03 0A000000 84 40 03 0B000000 14 03 FF000000',
      100,
      1,
    ],
    ['beside the export index', '04 03 64 00 00 00 04 83 3C 05 00 00 00', 100, 1],
    ['import and export both marked', '04 83 3B 64 00 00 00 04 83 3C 05 00 00 00', 100, 1],
    ['the same register in kWh and in Wh: the finer one', '04 06 01 00 00 00 04 03 E7 07 00 00', 2023, 1, 'differ'],
    ['the same register in kWh and in Wh, agreeing', '04 06 02 00 00 00 04 03 E7 07 00 00', 2023, 1],
    ['a broken neighbour', '0C 03 A0 00 00 00 04 83 3B 07 00 00 00', 7, 1],
  ] as const)('%s', (_name, records, index, resolution, verdict?: string) => {
    const reading = read(records);
    if (verdict === 'differ') {
      expect(reading).toMatchObject({ ok: false, code: 'INDEX_UNDECIDED', facts: { reason: 'several' } });
      return;
    }
    expect(reading).toMatchObject({ ok: true, value: { energyImportWh: index, resolutionWh: resolution } });
  });
});

describe('what cannot be decided is refused with its reason', () => {
  test.each([
    ['no energy at all', '04 2B 64 00 00 00', 'INDEX_UNDECIDED', { reason: 'none' }],
    [
      'tariffs without a total',
      '84 10 03 0A000000 84 20 03 0B000000',
      'INDEX_UNDECIDED',
      { reason: 'tariffs without a total' },
    ],
    ['only the export index', '04 83 3C 05 00 00 00', 'INDEX_UNDECIDED', { reason: 'none' }],
    ['only the last month', '44 03 05 00 00 00', 'INDEX_UNDECIDED', { reason: 'none' }],
    [
      'two totals that differ',
      '04 03 05000000 04 03 06000000 04 03 09000000',
      'INDEX_UNDECIDED',
      { reason: 'several' },
    ],
    ['a limit of the energy (VIFE 40)', '04 83 40 05 00 00 00', 'INDEX_UNDECIDED', { reason: 'none' }],
    ['a manufacturer’s own VIFE (FF)', '04 83 FF 01 05 00 00 00', 'INDEX_UNDECIDED', { reason: 'manufacturer VIFE' }],
    ['one phase only', '04 83 FC 01 05 00 00 00', 'INDEX_UNDECIDED', { reason: 'none' }],
    ['energy per hour', '04 83 22 05 00 00 00', 'INDEX_UNDECIDED', { reason: 'none' }],
    ['reactive energy', '04 FB 02 05 00 00 00', 'INDEX_UNDECIDED', { reason: 'none' }],
    ['invalid BCD digits', '0C 03 A0 00 00 00', 'RECORD_ERROR', { error: 'BCD_DIGIT' }],
    ['the meter says: no data (VIFE 15)', '04 83 15 00 00 00 00', 'RECORD_ERROR', { error: 'METER_NO_DATA' }],
    ['a float that is no number', '05 03 00 00 C0 7F', 'RECORD_ERROR', { error: 'FLOAT_NOT_A_NUMBER' }],
    ['a negative index', '04 03 FF FF FF FF', 'INDEX_NEGATIVE', {}],
    ['negative BCD', '0C 03 18 00 00 F0', 'INDEX_NEGATIVE', {}],
    ['an index beyond exact numbers', '07 06 FF FF FF FF FF FF FF 0F', 'INDEX_NOT_INTEGER', {}],
  ] as const)('%s', (_name, records, code, facts) => {
    expect(read(records)).toMatchObject({ ok: false, code, facts });
  });

  test('a heat meter at the address', () => {
    const heat = header.replace('01 02', '01 04');
    expect(read('04 03 05 00 00 00', {}, automatic, heat)).toMatchObject({
      code: 'INDEX_UNDECIDED',
      facts: { reason: 'medium' },
    });
  });
});

describe('the multiplier is exact', () => {
  test.each([
    [40, '04 03 E8 03 00 00', 40_000, 40],
    [0.1, '04 03 09 00 00 00', 0, 1],
    [0.1, '04 03 1E 00 00 00', 3, 1],
    [1.1, '04 03 0A 00 00 00', 11, 2],
    [1.15, '04 03 64 00 00 00', 115, 2],
    [0.29, '04 03 64 00 00 00', 29, 1],
    [30, '0C 06 78 56 34 12', 370_370_340_000, 30_000],
  ])('%d', (multiplier, records, index, resolution) => {
    expect(read(records, { multiplier })).toMatchObject({ value: { energyImportWh: index, resolutionWh: resolution } });
  });

  test('law: floor(register × multiplier), whatever the decimals', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99_999_999 }),
        fc.integer({ min: 1, max: 100_000 }),
        (register, thousandths) => {
          const exact = (BigInt(register) * BigInt(thousandths)) / 1000n;
          expect(floor(times(fractionOf(register), fractionOf(thousandths / 1000)))).toBe(exact);
        },
      ),
    );
  });

  test('law: doubles are taken exactly, floor and ceil are neighbours', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (value) => {
        const fraction = fractionOfDouble(value);
        expect(floor(fraction)).toBe(BigInt(Math.floor(value)));
        expect(ceil(fraction)).toBe(BigInt(Math.ceil(value)));
      }),
    );
  });
});

describe('the other values', () => {
  test('power in W and J/h, apparent power, export, phases, clock and status', () => {
    const outcome = read(
      [
        '04 03 64000000',
        '02 2B B8 0B',
        '04 FB 34 10 27 00 00',
        '04 83 3C 07000000',
        '02 FD C8 FC 01 FE 08 02 FD C8 FC 02 FF 08 02 FD C8 FC 03 00 09',
        '02 FD D9 FC 01 D0 07 02 FD D9 FC 02 D1 07 02 FD D9 FC 03 D2 07',
        '04 6D 1E 2A 78 3B',
      ].join(''),
      { multiplier: 2 },
      automatic,
      header.replace('2A 00', '2A 04'),
    );
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        energyImportWh: 200,
        // 3000 W × 2
        powerW: 6000,
        apparentPowerVa: 20_000,
        energyExportWh: 14,
        voltageV: [230.2, 230.3, 230.4],
        currentA: [4, 4.002, 4.004],
        meterClock: '2027-11-24T10:30',
        status: 4,
        serial: '12345678',
        source: 'mbus',
        at: 1000,
        receivedAt: 5000,
      },
    });
    expect(read('04 03 64000000 04 30 20 BF 02 00')).toMatchObject({ value: { powerW: 50 } });
  });

  test('a power that is marked as maximum, as a mean or twice there is left out, the reading stands', () => {
    for (const power of ['14 2B 64000000', '04 AB 22 64000000', '04 2B 64000000 04 2B 65000000', '04 AB 15 00000000']) {
      const outcome = read(`04 03 64000000 ${power}`);
      expect(outcome).toMatchObject({ ok: true, value: { energyImportWh: 100 } });
      expect(outcome.ok && outcome.value.powerW).toBe(undefined);
    }
  });

  test('without a total the power is the sum of the phases, and L1 alone is a meter of one phase', () => {
    const phase = (code: string, tenths: string) => `02 AB ${code} ${tenths}`;
    const three = phase('FC 01', '64 00') + phase('FC 02', 'C8 00') + phase('FC 03', 'F6 FF');
    // 100 W + 200 W - 10 W
    expect(read(`04 03 64000000 ${three}`, { multiplier: 2 })).toMatchObject({ value: { powerW: 580 } });
    expect(read(`04 03 64000000 ${phase('FC 01', '64 00')}`)).toMatchObject({ value: { powerW: 100 } });
    for (const undecided of [
      phase('FC 01', '64 00') + phase('FC 02', 'C8 00'),
      three + phase('FC 03', '05 00'),
      phase('FC 02', '64 00'),
      phase('FC 81 3C', '64 00'),
    ]) {
      const outcome = read(`04 03 64000000 ${undecided}`);
      expect(outcome).toMatchObject({ ok: true, value: { energyImportWh: 100 } });
      expect(outcome.ok && outcome.value.powerW).toBe(undefined);
    }
    // A total that is there in error is not replaced by its parts.
    const inError = read(`04 03 64000000 04 AB 15 00000000 ${three}`);
    expect(inError.ok && inError.value.powerW).toBe(undefined);
  });

  test('the instant is that of the telegram with the index', () => {
    expect(read(['04 2B 64000000 1F', '04 03 64000000'])).toMatchObject({ value: { at: 1001, powerW: 100 } });
  });
});

describe('who answers', () => {
  test.each([
    [{ serial: '12345678' }, true],
    [{ serial: '0012345678' }, true],
    [{ serial: '12345679' }, false],
    // Not comparable: letters beyond hexadecimal are on the case only.
    [{ serial: 'LGZ-99/1' }, true],
    [{ source: { bus: 'b', secondary: '12345678' } }, true],
    [{ source: { bus: 'b', secondary: '1234FFFF' } }, true],
    [{ source: { bus: 'b', secondary: '12345670' } }, false],
    [{ source: { bus: 'b', secondary: '1234567843040102' } }, true],
  ] as const)('%j', (change, fits) => {
    const outcome = read('04 03 64000000', change);
    if (fits) expect(outcome).toMatchObject({ ok: true });
    else expect(outcome).toMatchObject({ ok: false, code: 'METER_MISMATCH', facts: { answered: '12345678' } });
  });

  test('a total that the second telegram shows again may have counted on between them, and no further', () => {
    // The telegrams come 1 ms apart: 36 kW count at most 0.01 Wh, one Wh is possible.
    const first = '04 03 64000000 02 2B 64 00 1F';
    const again = (index: string) => [first, `04 03 ${index} 02 2B 65 00`];
    expect(read(again('65000000'))).toMatchObject({ ok: true, value: { energyImportWh: 100, powerW: 100, at: 1000 } });
    expect(read(again('67000000'))).toMatchObject({ code: 'INDEX_UNDECIDED', facts: { reason: 'several' } });
    expect(read(again('62000000'))).toMatchObject({ code: 'INDEX_UNDECIDED', facts: { reason: 'several' } });
    // A finer register in the second telegram: 100.9 Wh.
    expect(read([first, '04 02 F1030000'])).toMatchObject({ ok: true, value: { energyImportWh: 100, at: 1001 } });
  });

  test('two meters that answer in one readout are no reading', () => {
    const outcome = readingOf(
      'B1',
      meter,
      automatic,
      [header, header.replace('78563412', '79563412')].map((head, at) => ({
        at,
        telegram: telegram(at === 0 ? '02 2B 64 00 1F' : '04 03 64000000', head),
      })),
      5000,
    );
    expect(outcome).toMatchObject({
      ok: false,
      code: 'METER_MISMATCH',
      facts: { answered: ['12345678', '12345679'] },
    });
  });

  test('the fabrication number counts as well', () => {
    expect(read('04 03 64000000 0C 78 99 88 77 66', { serial: '66778899' })).toMatchObject({ ok: true });
  });
});

describe('profiles', () => {
  test.each([
    ['a tariff', { index: { tariff: 1 } }, 10],
    ['a sum', { index: { sum: [{ tariff: 1 }, { tariff: 2 }] } }, 21],
    ['a stored value', { index: { storage: 1 } }, 50],
    ['a subunit', { index: { subunit: 1 } }, 12],
    ['a position of several', { index: { position: 1 } }, 101],
    ['a block of the manufacturer', { index: { vib: '83ff09' } }, 13],
    ['the unit by the profile: 10 Wh a digit', { index: { tariff: 1, unit_value: 10 } }, 100],
  ])('%s', (_name, shape, index) => {
    const records =
      '04 03 64000000 04 03 65000000 44 03 32000000 84 10 03 0A000000 84 20 03 0B000000 84 40 03 0C000000 04 83 FF 09 0D000000';
    expect(read(records, {}, parseProfile(shape, 'test'))).toMatchObject({
      ok: true,
      value: { energyImportWh: index },
    });
  });

  test('a sum has the steps of its parts; one part in error spoils it', () => {
    const sum = profiles.get('tarifs-2')!;
    expect(read('84 10 04 0A000000 84 20 04 0B000000', {}, sum)).toMatchObject({
      value: { energyImportWh: 210, resolutionWh: 20 },
    });
    expect(read('8C 10 04 0A000000 8C 20 04 0B000000', {}, sum)).toMatchObject({ code: 'RECORD_ERROR' });
    expect(read('84 10 04 0A000000', {}, sum)).toMatchObject({
      code: 'INDEX_UNDECIDED',
      facts: { reason: 'none of the profile' },
    });
  });

  test('a profile that fits several records is undecided', () => {
    expect(read('04 03 64000000 04 03 65000000', {}, parseProfile({ index: {} }, 'test'))).toMatchObject({
      code: 'INDEX_UNDECIDED',
      facts: { reason: 'several of the profile', count: 2 },
    });
  });

  test('mistakes in a profile file are all named', () => {
    expect(() => parseProfile({ index: { tariff: -1 }, powr: {}, power: { phase: 'L4' } }, 'abb')).toThrow(
      /abb[\s\S]*abb[\s\S]*abb/,
    );
  });
});

describe('the end of a register', () => {
  test.each([
    ['0C 03 01000000', 100_000_000],
    ['0C 06 01000000', 100_000_000_000],
    ['0B 04 010000', 10_000_000],
    ['0E 03 010000000000', 1_000_000_000_000],
    ['04 03 01000000', undefined],
  ])('%s', (records, limit) => {
    const [record] = telegram(records).records;
    const register = registerOf(record!, fractionOf(1));
    expect(registerLimitWh(record!, register!.stepWh, 0)).toBe(limit);
  });
});

describe('the register limit that goes with a reading', () => {
  test.each([
    ['BCD of 8 digits, Wh', '0C 03 78 56 34 12', 1, 100_000_000],
    ['BCD of 8 digits, kWh, transformers 40:1', '0C 06 78 56 34 12', 40, 4_000_000_000_000],
    ['BCD of 6 digits, 10 Wh', '0B 04 56 34 12', 1, 10_000_000],
    ['a binary register is wider than its digits', '04 03 E8 03 00 00', 1, undefined],
  ] as const)('%s', (_name, records, multiplier, limit) => {
    expect(read(records, { multiplier })).toMatchObject({ ok: true, value: { registerLimitWh: limit } });
  });

  test('a profile gives the digits of a binary register; a sum of registers has no end of its own', () => {
    const digits = parseProfile({ index: { digits: 6 } }, 'six digits');
    expect(read('04 06 E8 03 00 00', {}, digits)).toMatchObject({ value: { registerLimitWh: 1_000_000_000 } });
    const sum = read('8C 10 03 01 00 00 00 8C 20 03 02 00 00 00', {}, profiles.get('tarifs-2'));
    expect(sum).toMatchObject({ ok: true, value: { energyImportWh: 3, registerLimitWh: undefined } });
  });

  test('the fixed structure tells BCD from binary in its status', () => {
    const fixed = (status: string, medium: string) => {
      const data = Uint8Array.from(
        Buffer.from(`785634120A${status}${medium}090000000000000000`, 'hex').subarray(0, 16),
      );
      const decoded = new TelegramDecoder().decode(encodeLong(0x08, 1, 0x73, data));
      if (decoded.kind === 'rejected') throw new Error(decoded.code);
      return readingOf('B1', meter, automatic, [{ at: 1, telegram: decoded }], 2);
    };
    // Unit 02 of the first counter is Wh, medium 2 electricity: bits 6 and 7 of the two bytes.
    expect(fixed('00', '823F')).toMatchObject({ ok: true, value: { registerLimitWh: 100_000_000 } });
    expect(fixed('01', '823F')).toMatchObject({ ok: true, value: { registerLimitWh: undefined } });
    // Medium 4: heat.
    expect(fixed('00', '027F')).toMatchObject({ ok: false, code: 'INDEX_UNDECIDED', facts: { reason: 'medium' } });
  });
});

describe('what lies behind a VIFE FF is the manufacturer’s', () => {
  test.each([
    ['a neutral code stands in for the total', '04 83 FF 00 E8 03 00 00', 1000],
    ['an ordinary record goes before', '04 83 FF 00 E7 03 00 00 04 03 E8 03 00 00', 1000],
    ['whatever else competes', '04 83 FF 05 E7 03 00 00 04 03 E8 03 00 00', 1000],
  ])('%s', (_name, records, energyImportWh) => {
    expect(read(records)).toMatchObject({ ok: true, value: { energyImportWh } });
  });

  test('an unknown code may be a phase: the index is not guessed', () => {
    expect(read('04 83 FF 01 E8 03 00 00')).toMatchObject({
      ok: false,
      code: 'INDEX_UNDECIDED',
      facts: { reason: 'manufacturer VIFE' },
    });
  });

  test('the total power and the voltages of the phases of a Saia-Burgess meter', () => {
    // 19 3 in the manufacturer code 4C43 are S, B, C.
    const records =
      '04 03 E8 03 00 00 02 AB FF 00 64 00 02 FD C9 FF 01 E6 00 02 FD C9 FF 02 E7 00 02 FD C9 FF 03 E8 00 02 AB FF 01 20 00';
    const answer = read(records, {}, automatic, '78563412 434C 16 02 2A 00 0000');
    expect(answer).toMatchObject({ ok: true, value: { powerW: 100, voltageV: [230, 231, 232] } });
  });
});
