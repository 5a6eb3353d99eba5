import { concatMap, filter, firstValueFrom, map, ReplaySubject, timeout } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { encodeLong } from '../../../ingest/mbus/frame/long.ts';
import { encodeShort } from '../../../ingest/mbus/frame/short.ts';
import { StreamDecoder } from '../../../ingest/mbus/frame/stream.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../../../ingest/simulator/gateway.ts';
import { createSimulation } from '../../../ingest/simulator/simulation.ts';
import type { ByteLink } from '../../../ingest/transport/byte-link.ts';
import { createTcpLink } from '../../../ingest/transport/tcp.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const building = simulatedBuilding(1);
const simulation = createSimulation(building, { seed: 1 });

async function connect(options: GatewayOptions = {}): Promise<{ gateway: Gateway; link: ByteLink }> {
  const gateway = await startGateway(simulation, options);
  const link = createTcpLink({ host: gateway.host, port: gateway.port, firstWaitMs: 10 });
  open.push(link, gateway);
  link.open();
  await firstValueFrom(link.connected$.pipe(filter(Boolean), timeout(2000)));
  return { gateway, link };
}

/** Hex of the next frame that answers these bytes; `none` after 100 ms. */
async function ask(link: ByteLink, bytes: Uint8Array): Promise<string> {
  const decoder = new StreamDecoder();
  const frames = new ReplaySubject<string>(1);
  const received = link.bytes$
    .pipe(
      concatMap((chunk) => decoder.push(chunk)),
      filter((event) => event.kind === 'frame'),
      map((event) => Buffer.from(event.frame.bytes).toString('hex')),
    )
    .subscribe(frames);
  link.write(bytes).subscribe();
  try {
    return await firstValueFrom(frames.pipe(timeout({ first: 100, with: () => ['none'] })));
  } finally {
    received.unsubscribe();
  }
}

const select = (secondary: string) => encodeLong(0x53, 0xfd, 0x52, Uint8Array.from(Buffer.from(secondary, 'hex')));
/** The identification's four bytes as they stand on the wire. */
const wire = (serial: string) => serial.match(/../g)!.toReversed().join('');

test('a primary address is reset and read; a repeat with the same frame count bit gives the same telegram', async () => {
  const { link } = await connect();
  expect(await ask(link, encodeShort(0x40, 3))).toBe('e5');
  const first = await ask(link, encodeShort(0x7b, 3));
  expect(first).toMatch(new RegExp(`^68(..)(?:\\1)68080372${wire(building.meters[2]!.serial!)}`));
  expect(await ask(link, encodeShort(0x7b, 3))).toBe(first);
  const next = await ask(link, encodeShort(0x5b, 3));
  expect(next).not.toBe(first);
  expect(next.slice(0, 30)).toBe(first.slice(0, 30));
});

test('a foreign address, a dead meter and a broadcast are not answered; a silent one acknowledges only', async () => {
  const { link } = await connect({ dead: ['LOC05'], silent: ['LOC06'] });
  expect(await ask(link, encodeShort(0x40, 99))).toBe('none');
  expect(await ask(link, encodeShort(0x40, 5))).toBe('none');
  expect(await ask(link, encodeShort(0x40, 0xff))).toBe('none');
  expect(await ask(link, encodeShort(0x40, 6))).toBe('e5');
  expect(await ask(link, encodeShort(0x7b, 6))).toBe('none');
});

test('a meter selected by its identification answers at FD until another one is selected', async () => {
  const { link } = await connect();
  const [first, second] = [building.meters[0]!.serial!, building.meters[1]!.serial!];
  expect(await ask(link, select(`${wire(first)}ffffffff`))).toBe('e5');
  expect(await ask(link, encodeShort(0x7b, 0xfd))).toContain(`72${wire(first)}`);
  expect(await ask(link, select(`${wire(second)}ffffffff`))).toBe('e5');
  expect(await ask(link, encodeShort(0x7b, 0xfd))).toContain(`72${wire(second)}`);
  expect(await ask(link, encodeShort(0x40, 0xfd))).toBe('e5');
  expect(await ask(link, encodeShort(0x7b, 0xfd))).toBe('none');
});

test('an identification with wildcards selects whoever fits, a foreign one nobody', async () => {
  const { link } = await connect();
  const [serial] = [building.meters[0]!.serial!];
  expect(await ask(link, select(`${wire(`${serial.slice(0, 7)}f`)}ffffff02`))).toBe('e5');
  expect(await ask(link, select('00000000ffffffff'))).toBe('none');
});

test('two telegrams: the first says that more follow, the toggled request gets the second, then the readout begins anew', async () => {
  const { link } = await connect({ twoTelegrams: true });
  await ask(link, encodeShort(0x40, 1));
  const first = await ask(link, encodeShort(0x7b, 1));
  const second = await ask(link, encodeShort(0x5b, 1));
  const third = await ask(link, encodeShort(0x7b, 1));
  expect(first.slice(-6, -4)).toBe('1f');
  expect(second.slice(-6, -4)).not.toBe('1f');
  expect(third.slice(-6, -4)).toBe('1f');
});

test('the echo comes before the answer', async () => {
  const { link } = await connect({ echo: true });
  expect(await ask(link, encodeShort(0x40, 1))).toBe('1040014116');
});

test('a cut connection comes back', async () => {
  const { gateway, link } = await connect();
  const gone = firstValueFrom(
    link.connected$.pipe(
      filter((is) => !is),
      timeout(2000),
    ),
  );
  gateway.drop();
  await gone;
  await firstValueFrom(link.connected$.pipe(filter(Boolean), timeout(2000)));
  expect(await ask(link, encodeShort(0x40, 1))).toBe('e5');
});

test('noise changes bytes, so that some of fifty acknowledgements are missing and some are not', async () => {
  const { link } = await connect({ noise: 0.05 });
  const answers = [];
  for (let count = 0; count < 50; count += 1) answers.push(await ask(link, encodeShort(0x40, 1)));
  const good = answers.filter((answer) => answer === 'e5').length;
  expect(good).toBeGreaterThan(20);
  expect(good).toBeLessThan(50);
});
