/** When an E5 is an acknowledgement and when it is a piece of something else. */
import { firstValueFrom, Subject, VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { type Expectation, exchange } from '../../../ingest/exchange.ts';
import { encodeLong } from '../../../ingest/mbus/frame/long.ts';
import { encodeShort } from '../../../ingest/mbus/frame/short.ts';
import { fromHexLine } from '../../../ingest/mbus/hex.ts';
import { createLineLink } from '../../../ingest/simulator/line-link.ts';

/** What comes of a request when the line answers each attempt with the chunks of one list (hex, 10 ms apart). */
async function ask(expectation: Expectation, ...answers: (readonly string[])[]) {
  const scheduler = new VirtualTimeScheduler();
  const bytes$ = new Subject<Uint8Array>();
  let attempt = 0;
  const link = createLineLink({
    bytes$,
    write() {
      for (const [at, chunk] of (answers[attempt] ?? []).entries())
        scheduler.schedule(() => bytes$.next(fromHexLine(chunk)!.slice()), 5 + 10 * at);
      attempt += 1;
    },
  });
  const request = expectation === 'respond' ? encodeShort(0x7b, 1) : encodeShort(0x40, 1);
  const options = { timeoutMs: 500, retries: 2, scheduler };
  const outcome = firstValueFrom(exchange(link, request, expectation, 1, options));
  scheduler.flush();
  return outcome;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** RSP_UD from 1 without header: 1 Wh. */
const answer = hex(encodeLong(0x08, 1, 0x78, fromHexLine('0403 01000000')!));
/** The same with E5 E5 last in its data, one byte lost. */
const broken = hex(encodeLong(0x08, 1, 0x78, fromHexLine('0403 0000E5E5')!)).replace('0403', '03');

test.each([
  ['an E5 alone', ['E5'], 'acknowledged'],
  ['behind the echo', ['1040014116', 'E5'], 'acknowledged'],
  ['behind the echo, which a glitch precedes', ['001040014116', 'E5'], 'acknowledged'],
  ['behind noise', ['00', 'E5'], 'failed'],
  ['before noise', ['E5', '00'], 'failed'],
  ['twice: two meters', ['E5', 'E5'], 'failed'],
  ['twice behind noise', ['00E5E5'], 'failed'],
] as const)('%s', async (_name, chunks, kind) => {
  expect(await ask('acknowledge', chunks, chunks, chunks)).toMatchObject({ kind });
});

test('two E5 at the end of a broken answer are data, not "no data": the request is repeated', async () => {
  expect(await ask('respond', [broken], [answer])).toMatchObject({ kind: 'response', attempts: 2, frameErrors: 1 });
});

test('a single E5 to a request is "no data" and is not asked again', async () => {
  expect(await ask('respond', ['E5'])).toMatchObject({ kind: 'acknowledged', attempts: 1 });
});
