/** The project's own sample frames: test/frames/mbus/<name>/frame.hex and expected.json. A `key` in the comment is the meter's. */
import { readdirSync, readFileSync } from 'node:fs';
import { fromHexLine } from '../../../ingest/mbus/hex.ts';

const FOLDER = new URL('../../frames/mbus/', import.meta.url);

export interface GoldenFrame {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly key: Uint8Array | undefined;
  readonly expected: unknown;
}

/** All of them, in the order of their names. */
export function goldenFrames(): GoldenFrame[] {
  return readdirSync(FOLDER)
    .sort()
    .map((name) => {
      const text = readFileSync(new URL(`${name}/frame.hex`, FOLDER), 'latin1');
      const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
      const key = /encrypted/.test(name) ? fromHexLine('000102030405060708090A0B0C0D0E0F')! : undefined;
      const expected: unknown = JSON.parse(readFileSync(new URL(`${name}/expected.json`, FOLDER), 'utf8'));
      return { name, bytes: fromHexLine(lines[0]!)!, key, expected };
    });
}
