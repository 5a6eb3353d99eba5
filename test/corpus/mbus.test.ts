/**
 * The decoder on frames of real meters, beside the answers of the reference implementation. The corpus is not part of
 * the project: it is looked for in ../shared/corpus (or RELEVE_CORPUS), and the tests are skipped where it is absent.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHexLine } from '../../ingest/mbus/hex.ts';
import { type Telegram, TelegramDecoder } from '../../ingest/mbus/telegram.ts';
import { compare } from './compare.ts';
import { DELIBERATE_DIFFERENCES } from './differences.ts';
import { readNormXml } from './norm-xml.ts';

const CORPUS = process.env.RELEVE_CORPUS ?? new URL('../../../shared/corpus', import.meta.url).pathname;
const present = existsSync(`${CORPUS}/mbus/test-frames`);
const DIFFERENCES_TEXT = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8');
if (!present) console.warn(`no corpus at ${CORPUS}: its tests are skipped`);

function decodeFile(folder: string, name: string): ReturnType<TelegramDecoder['decode']> {
  const hex = readFileSync(`${CORPUS}/mbus/${folder}/${name}.hex`, 'latin1').replace(/\s+/g, ' ');
  return new TelegramDecoder().decode(fromHexLine(hex)!);
}

function decodeTelegram(folder: string, name: string): Telegram {
  const telegram = decodeFile(folder, name);
  if (telegram.kind !== 'telegram') throw new Error(`${name}: ${telegram.code}`);
  return telegram;
}

const names = present
  ? readdirSync(`${CORPUS}/mbus/test-frames`)
      .filter((file) => file.endsWith('.hex'))
      .map((file) => file.slice(0, -'.hex'.length))
  : [];

describe.skipIf(!present)('frames with a reference answer', () => {
  test.each(names)('%s', (name) => {
    const norm = readNormXml(readFileSync(`${CORPUS}/mbus/test-frames/${name}.norm.xml`, 'utf8'));
    const expected = DELIBERATE_DIFFERENCES.filter((difference) => difference.file === name);
    expect(compare(decodeTelegram('test-frames', name), norm)).toEqual(
      expected.map(({ field, ours, theirs }) => ({ field, ours, theirs })),
    );
  });

  test('no deliberate difference is about a frame that is not there', () => {
    for (const { file } of DELIBERATE_DIFFERENCES) expect(names).toContain(file);
  });

  test('every deliberate difference is explained with its clause', () => {
    for (const { reason, file } of DELIBERATE_DIFFERENCES) {
      const section = DIFFERENCES_TEXT.split('\n## ').find((part) => part.startsWith(`${reason}\n`));
      expect(section, reason).toMatch(/EN 13757|MBDOC48/);
      expect(section, reason).toContain(file);
    }
  });
});

describe.skipIf(!present)('frames that carry an error', () => {
  test.each([
    ['application_busy', 'APPLICATION_BUSY', 0],
    ['buffer_too_long', 'APPLICATION_BUFFER_TOO_LONG', 0],
    ['premature_end_of_record', 'APPLICATION_PREMATURE_END', 0],
    ['premature_end_of_dif2', 'RECORD_TRUNCATED', 2],
    ['premature_end_of_vif1', 'RECORD_TRUNCATED', 2],
  ])('%s is %s and keeps %i good records', (name, error, good) => {
    const telegram = decodeTelegram('error-frames', name);
    expect(telegram.error).toBe(error);
    expect(telegram.records.filter((record) => record.error === null)).toHaveLength(good);
  });
});

describe.skipIf(!present)('frames that the reference does not support', () => {
  test('a length below 3 is refused', () => {
    expect(decodeFile('unsupported-frames', 'invalid_length')).toMatchObject({ code: 'FRAME_LENGTH', actual: 0 });
  });
  test('a fixed structure of 15 bytes is refused', () => {
    expect(decodeTelegram('unsupported-frames', 'invalid_length2').error).toBe('FIXED_DATA_LENGTH');
  });
  test('a telegram that sets the primary address is read', () => {
    const telegram = decodeTelegram('unsupported-frames', 'manual_frame4');
    expect(telegram.error).toBeNull();
    expect(telegram.records).toMatchObject([{ quantity: 'bus address', value: 8 }]);
  });
});
