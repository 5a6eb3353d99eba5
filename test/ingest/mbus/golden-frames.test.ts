import { describe, expect, test } from 'vitest';
import { telegramJson } from '../../../ingest/mbus/json.ts';
import { TelegramDecoder } from '../../../ingest/mbus/telegram.ts';
import { goldenFrames } from './golden-frames.ts';

const frames = goldenFrames();

describe('every sample frame decodes to its expected object', () => {
  test.each(frames)('$name', ({ bytes, options, expected }) => {
    const decoder = new TelegramDecoder(options);
    expect(JSON.parse(telegramJson(decoder.decode(bytes)))).toEqual(expected);
  });
});

test('one decoder for all of them gives the same: nothing is carried over from frame to frame', () => {
  const decoder = new TelegramDecoder();
  const plain = frames.filter(({ options }) => options.key === undefined);
  for (const round of [1, 2]) {
    for (const { name, bytes, expected } of plain) {
      expect(JSON.parse(telegramJson(decoder.decode(bytes))), `${name}, round ${round}`).toEqual(expected);
    }
  }
});
