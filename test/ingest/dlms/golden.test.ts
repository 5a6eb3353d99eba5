/** Every folder of test/frames/dlms: frame.hex (a frame a line), options.json (keys, layout) and what the decoder must say of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeDlmsHex } from '../../../ingest/dlms/decode.ts';

const folder = new URL('../../frames/dlms/', import.meta.url);
const names = readdirSync(folder);

function readJson(name: string, file: string): unknown {
  const path = new URL(`${name}/${file}`, folder);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

test('there are frames', () => {
  expect(names.length).toBeGreaterThanOrEqual(25);
});

test.each(names)('%s', (name) => {
  const lines = readFileSync(new URL(`${name}/frame.hex`, folder), 'utf8').split('\n');
  const hex = lines.filter((line) => !line.startsWith('#')).join('');
  expect(decodeDlmsHex(hex, readJson(name, 'options.json') as object)).toEqual(readJson(name, 'expected.json'));
});
