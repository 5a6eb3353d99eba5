/** What `scan` proposes for a meter, from the records that it sent (hex). */
import { expect, test } from 'vitest';
import { encodeLong } from '../../../ingest/mbus/frame/long.ts';
import { fromHexLine } from '../../../ingest/mbus/hex.ts';
import { type Telegram, TelegramDecoder } from '../../../ingest/mbus/telegram.ts';
import { suggestProfile } from '../../../ingest/profiles/suggest.ts';

function telegram(records: string, medium = '02'): Telegram {
  const data = fromHexLine(`78563412 4304 01 ${medium} 2A 00 0000 ${records}`)!;
  const decoded = new TelegramDecoder().decode(encodeLong(0x08, 1, 0x72, data));
  if (decoded.kind === 'rejected') throw new Error(decoded.code);
  return decoded;
}

test.each([
  ['a binary total', '04 03 64000000', { kind: 'automatic', registerLimitWh: undefined }],
  ['a total of 8 digits', '0C 03 64000000', { kind: 'automatic', registerLimitWh: 100_000_000 }],
  ['the same total twice', '04 03 64000000 04 83 7F 64000000', { kind: 'automatic' }],
  ['one tariff and its last reset', '8C 10 04 64000000 8C 11 04 64000000', { kind: 'named', profile: 'tarif-1' }],
  ['two tariffs', '8C 10 04 64000000 8C 20 04 64000000', { kind: 'named', profile: 'tarifs-2' }],
  ['a tariff without the one before it', '8C 20 04 64000000', { kind: 'undecided' }],
  ['two tariffs, one in error', '8C 10 04 6A000000 8C 20 04 0A000000', { kind: 'undecided' }],
  ['two totals that differ', '04 03 64000000 04 03 66000000', { kind: 'undecided' }],
  ['no energy', '02 2B 6400', { kind: 'undecided' }],
] as const)('%s', (_name, records, expected) => {
  expect(suggestProfile([telegram(records)])).toMatchObject(expected);
});

test('a meter of heat is named as one, whatever it counts', () => {
  expect(suggestProfile([telegram('04 03 64000000', '04')])).toEqual({ kind: 'other medium', medium: 'heat (outlet)' });
});
