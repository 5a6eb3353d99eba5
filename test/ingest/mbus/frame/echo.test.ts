import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EchoFilter } from '../../../../ingest/mbus/frame/echo.ts';
import { fromHexLine, toHex } from '../../../../ingest/mbus/hex.ts';

const request = fromHexLine('107B017C16')!;

function filtered(stream: Uint8Array, size: number): { rest: string; seen: boolean } {
  const filter = new EchoFilter(request);
  let rest = '';
  for (let at = 0; at < stream.length; at += size) rest += toHex(filter.push(stream.subarray(at, at + size)));
  return { rest, seen: filter.seen };
}

test.each([
  ['the echo alone', '107B017C16', '', true],
  ['the echo, then the answer', '107B017C16E5', 'E5', true],
  ['no echo', '68040468080170088116', '68040468080170088116', false],
  ['an answer that begins like the request', '107BFF', '107BFF', false],
  ['only the first of two copies', '107B017C16107B017C16', '107B017C16', true],
])('%s', (_, stream, rest, seen) => {
  for (const size of [1, 2, 3, 100]) expect(filtered(fromHexLine(stream)!, size)).toEqual({ rest, seen });
});

test('what follows the echo is never touched', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (answer, size) => {
      expect(filtered(Uint8Array.of(...request, ...answer), size)).toEqual({ rest: toHex(answer), seen: true });
    }),
  );
});
