import { describe, expect, test } from 'vitest';
import { encodeLong } from '../../../ingest/mbus/frame/long.ts';
import { fromHexLine } from '../../../ingest/mbus/hex.ts';
import { TelegramDecoder, type TelegramOptions } from '../../../ingest/mbus/telegram.ts';

const hex = (text: string): Uint8Array => fromHexLine(text)!.slice();
const RSP_UD = 0x08;
const SND_UD = 0x53;

function decode(control: number, controlInformation: number, data: string, options: TelegramOptions = {}) {
  return new TelegramDecoder(options).decode(encodeLong(control, 1, controlInformation, hex(data)));
}

const energy = { quantity: 'energy', value: 1 };
const header = '78563412 9649 01 02 2A 00 ';

describe('control information', () => {
  test.each([
    ['no header', RSP_UD, 0x78, '0403 01000000', { header: null, records: [energy] }],
    [
      'short header',
      RSP_UD,
      0x7a,
      '2A 04 0000 0403 01000000',
      { header: { id: '', accessNumber: 42, status: 4 }, records: [energy] },
    ],
    ['short header cut off', RSP_UD, 0x7a, '2A 04', { error: 'HEADER_TRUNCATED' }],
    ['data of the master', SND_UD, 0x51, '0403 01000000', { header: null, records: [energy] }],
    ['data of the master, mode 2', SND_UD, 0x55, '0403 00000001', { records: [energy] }],
    [
      'fixed, mode 2',
      RSP_UD,
      0x77,
      '12345678 0A 01 85 14 00000001 00000002',
      { header: { id: '12345678' }, records: [{ value: 1000 }, { value: 2 }] },
    ],
    ['an alarm is nothing that we read', RSP_UD, 0x71, '01', { error: 'CI_UNSUPPORTED', records: [] }],
    ['a selection is a sound telegram', SND_UD, 0x52, '78563412FFFFFFFF', { error: null, records: [] }],
    ['an error without its byte', RSP_UD, 0x70, '', { error: 'APPLICATION_UNSPECIFIED', frame: { kind: 'control' } }],
    ['code 7 is open', RSP_UD, 0x70, '07', { error: 'APPLICATION_RESERVED' }],
    ['code 9', RSP_UD, 0x70, '09', { error: 'APPLICATION_TOO_MANY_READOUTS' }],
  ])('%s', (_, control, information, data, expected) => {
    expect(decode(control, information, data)).toMatchObject(expected);
  });
});

describe('encryption', () => {
  const key = new Uint8Array(16);
  test.each([
    ['no key', `${header}10 05 ${'00'.repeat(16)}`, {}, 'ENCRYPTION_KEY_MISSING'],
    ['the wrong key', `${header}10 05 ${'00'.repeat(16)}`, { key }, 'ENCRYPTION_KEY_WRONG'],
    ['fewer blocks than announced', `${header}20 05 ${'00'.repeat(16)}`, { key }, 'ENCRYPTION_LENGTH'],
    ['another mode', `${header}10 07 ${'00'.repeat(16)}`, { key }, 'ENCRYPTION_MODE'],
  ])('%s', (_, data, options, error) => {
    expect(decode(RSP_UD, 0x72, data, options)).toMatchObject({ error, records: [], header: { id: '12345678' } });
  });

  test('a short header needs the address beside the key', () => {
    expect(decode(RSP_UD, 0x7a, `2A 00 10 05 ${'00'.repeat(16)}`, { key })).toMatchObject({
      error: 'ENCRYPTION_ADDRESS',
    });
  });

  test('what a converter has opened is plain, whatever its configuration word; with a key it is not believed', () => {
    // Mode 5, one block; 2F 2F in front, then 1 Wh and fillers.
    const opened = `${header}10 05 2F2F 0403 01000000 ${'2F'.repeat(8)}`;
    expect(decode(RSP_UD, 0x72, opened)).toMatchObject({ error: null, records: [energy] });
    expect(decode(RSP_UD, 0x72, opened.replace('10 05', '10 07'))).toMatchObject({ error: null, records: [energy] });
    expect(decode(RSP_UD, 0x72, opened, { key })).toMatchObject({ error: 'ENCRYPTION_KEY_WRONG', records: [] });
    // 2F 2F by chance: what follows is no record.
    expect(decode(RSP_UD, 0x72, `${header}10 05 2F2F 04 ${'FF'.repeat(13)}`)).toMatchObject({
      error: 'ENCRYPTION_KEY_MISSING',
      records: [],
    });
  });

  test('mode 5 with no encrypted block is plain', () => {
    expect(decode(RSP_UD, 0x72, `${header}00 05 0403 01000000`, { key })).toMatchObject({
      error: null,
      records: [energy],
    });
  });
});

test('a telegram that the decoder has seen says nothing about the next', () => {
  const decoder = new TelegramDecoder();
  const sbc = encodeLong(RSP_UD, 1, 0x72, hex('78563412 434C 01 02 2A 00 00 00 02 AB FF 02 05 00'));
  const other = encodeLong(RSP_UD, 1, 0x72, hex(`${header}00 00 02 AB FF 02 05 00`));
  for (let round = 0; round < 2; round++) {
    expect(decoder.decode(sbc)).toMatchObject({ records: [{ meaning: { phase: 'L2', manufacturerVife: '02' } }] });
    expect(decoder.decode(other)).toMatchObject({ records: [{ meaning: { phase: null, manufacturerVife: '02' } }] });
  }
});

describe('hex lines', () => {
  test.each([
    ['E5', 'E5'],
    ['  68 04 04 68 # comment with zz', '68040468'],
    ['0x10, 0x5b, 0x01', '105B01'],
    ['10:5B-01', '105B01'],
    ['', ''],
    ['# nothing', ''],
    ['\ufeffE5', 'E5'],
    ['\u00ef\u00bb\u00bf10 5B', '105B'],
  ])('"%s" is read', (line, expected) => {
    expect(Buffer.from(fromHexLine(line)!).toString('hex').toUpperCase()).toBe(expected);
  });
  test.each(['E', '1 0', 'zz', '10 5', '0y', 'é5', 'x1'])('"%s" is refused', (line) => {
    expect(fromHexLine(line)).toBeNull();
  });
});
