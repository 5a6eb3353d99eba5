/** The project's own sample frames: test/frames/mbus/<name>/frame.hex and expected.json; key=… and address=… in the comment. */
import { readdirSync, readFileSync } from 'node:fs';
import { fromHexLine } from '../../../ingest/mbus/hex.ts';
import type { TelegramOptions } from '../../../ingest/mbus/telegram.ts';

const FOLDER = new URL('../../frames/mbus/', import.meta.url);

export interface GoldenFrame {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly options: TelegramOptions;
  readonly expected: unknown;
}

/** All of them, in the order of their names. */
export function goldenFrames(): GoldenFrame[] {
  return readdirSync(FOLDER)
    .sort()
    .map((name) => {
      const text = readFileSync(new URL(`${name}/frame.hex`, FOLDER), 'latin1');
      const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
      const named = (field: string): object => {
        const hex = new RegExp(`${field}=([0-9A-F]+)`).exec(text)?.[1];
        return hex === undefined ? {} : { [field]: fromHexLine(hex)! };
      };
      const options: TelegramOptions = { ...named('key'), ...named('address') };
      const expected: unknown = JSON.parse(readFileSync(new URL(`${name}/expected.json`, FOLDER), 'utf8'));
      return { name, bytes: fromHexLine(lines[0]!)!, options, expected };
    });
}
