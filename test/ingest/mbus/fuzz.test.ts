import { expect, test } from 'vitest';
import { fuzz, mbusTarget } from './fuzz.ts';
import { goldenFrames } from './golden-frames.ts';

/** The first stretch of the long run of fuzz.ts; CI does the two millions. */
test('20,000 mutated frames and streams: no exception, no record from a wrong checksum, every cut alike', () => {
  const seeds = goldenFrames().map(({ bytes }) => bytes);
  const counts = fuzz(mbusTarget(), seeds, 20_000, 7);
  // The run is worth something only if it reaches every layer.
  for (const outcome of [
    'long',
    'short',
    'ack',
    'FRAME_CHECKSUM',
    'FRAME_LENGTH',
    'RECORD_TRUNCATED',
    'record BCD_DIGIT',
    'record DATE_INVALID',
  ]) {
    expect(counts.get(outcome) ?? 0, outcome).toBeGreaterThan(5);
  }
});
