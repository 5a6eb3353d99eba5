/** Line tests run in virtual time; the gateway's own are over a socket. */
import { concatMap, filter, firstValueFrom, timeout, VirtualTimeScheduler } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { encodeLong } from '../../../ingest/mbus/frame/long.ts';
import { encodeShort } from '../../../ingest/mbus/frame/short.ts';
import { StreamDecoder } from '../../../ingest/mbus/frame/stream.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';
import { startGateway } from '../../../ingest/simulator/gateway.ts';
import { createLine, type LineFaults } from '../../../ingest/simulator/line.ts';
import { createSimulation } from '../../../ingest/simulator/simulation.ts';
import { buildingSlaves, type SlaveOptions } from '../../../ingest/simulator/slaves.ts';
import { createTcpLink } from '../../../ingest/transport/tcp.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const building = simulatedBuilding(1);
const simulation = createSimulation(building, { seed: 1 });

/** Asks the line and gives hex of the first frame that comes, `none` where it stays silent, with the time it took. */
function bus(options: SlaveOptions & LineFaults & { baud?: number } = {}) {
  const scheduler = new VirtualTimeScheduler();
  scheduler.frame = Date.parse('2026-11-24T08:00:00Z');
  const line = createLine(buildingSlaves(simulation, options), { ...options, seed: 1, scheduler });
  let took = 0;
  function ask(bytes: Uint8Array): string {
    const decoder = new StreamDecoder();
    const frames: string[] = [];
    const start = scheduler.now();
    const received = line.bytes$.subscribe((chunk) => {
      for (const event of decoder.push(chunk)) {
        if (event.kind === 'frame') frames.push(Buffer.from(event.frame.bytes).toString('hex'));
      }
      took = scheduler.now() - start;
    });
    line.write(bytes);
    scheduler.flush();
    received.unsubscribe();
    return frames[0] ?? 'none';
  }
  return { ask, took: () => took };
}

const select = (secondary: string) => encodeLong(0x53, 0xfd, 0x52, Uint8Array.from(Buffer.from(secondary, 'hex')));
/** The identification's four bytes as they stand on the wire. */
const wire = (serial: string) => serial.match(/../g)!.toReversed().join('');

test('a primary address is reset and read; a repeat with the same frame count bit gives the same telegram', () => {
  const { ask } = bus();
  expect(ask(encodeShort(0x40, 3))).toBe('e5');
  const first = ask(encodeShort(0x7b, 3));
  expect(first).toMatch(new RegExp(`^68(..)(?:\\1)68080372${wire(building.meters[2]!.serial!)}`));
  expect(ask(encodeShort(0x7b, 3))).toBe(first);
  const next = ask(encodeShort(0x5b, 3));
  expect(next).not.toBe(first);
  expect(next.slice(0, 30)).toBe(first.slice(0, 30));
});

test('a foreign address, a dead meter and a broadcast are not answered; a silent one acknowledges only', () => {
  const { ask } = bus({ dead: ['LOC05'], silent: ['LOC06'] });
  expect(ask(encodeShort(0x40, 99))).toBe('none');
  expect(ask(encodeShort(0x40, 5))).toBe('none');
  expect(ask(encodeShort(0x40, 0xff))).toBe('none');
  expect(ask(encodeShort(0x40, 6))).toBe('e5');
  expect(ask(encodeShort(0x7b, 6))).toBe('none');
});

test('a meter selected by its identification answers at FD until another one is selected', () => {
  const { ask } = bus();
  const [first, second] = [building.meters[0]!.serial!, building.meters[1]!.serial!];
  expect(ask(select(`${wire(first)}ffffffff`))).toBe('e5');
  expect(ask(encodeShort(0x7b, 0xfd))).toContain(`72${wire(first)}`);
  expect(ask(select(`${wire(second)}ffffffff`))).toBe('e5');
  expect(ask(encodeShort(0x7b, 0xfd))).toContain(`72${wire(second)}`);
  expect(ask(encodeShort(0x40, 0xfd))).toBe('e5');
  expect(ask(encodeShort(0x7b, 0xfd))).toBe('none');
});

test('an identification with wildcards selects whoever fits, a foreign one nobody', () => {
  const { ask } = bus();
  const [serial] = [building.meters[0]!.serial!];
  expect(ask(select(`${wire(`${serial.slice(0, 7)}f`)}ffffff02`))).toBe('e5');
  expect(ask(select('00000000ffffffff'))).toBe('none');
});

test('two telegrams: the first says that more follow, the toggled request gets the second, then the readout begins anew', () => {
  const { ask } = bus({ twoTelegrams: true });
  ask(encodeShort(0x40, 1));
  const first = ask(encodeShort(0x7b, 1));
  const second = ask(encodeShort(0x5b, 1));
  const third = ask(encodeShort(0x7b, 1));
  expect(first.slice(-6, -4)).toBe('1f');
  expect(second.slice(-6, -4)).not.toBe('1f');
  expect(third.slice(-6, -4)).toBe('1f');
});

test('the echo comes before the answer', () => {
  const { ask } = bus({ echo: true });
  expect(ask(encodeShort(0x40, 1))).toBe('1040014116');
});

test('noise changes bytes, so that some of fifty acknowledgements are missing and some are not', () => {
  const { ask } = bus({ noise: 0.05 });
  const answers = Array.from({ length: 50 }, () => ask(encodeShort(0x40, 1)));
  const good = answers.filter((answer) => answer === 'e5').length;
  expect(good).toBeGreaterThan(20);
  expect(good).toBeLessThan(50);
});

test('two selected slaves at once give no lone acknowledgement', () => {
  const { ask } = bus();
  expect(ask(select(`${'f'.repeat(8)}ffffffff`))).toMatch(/^e5/);
  expect(ask(encodeShort(0x7b, 0xfd))).toBe('none');
});

test('at 2400 Bd a telegram takes the time of its bytes and of the slave', () => {
  const { ask, took } = bus({ baud: 2400 });
  const telegram = ask(encodeShort(0x7b, 1));
  const bytesMs = (telegram.length / 2 + 5) * 4.5833;
  expect(took()).toBeGreaterThan(bytesMs + 4.5);
  expect(took()).toBeLessThan(bytesMs + 188);
});

test('over TCP a cut connection comes back and the bus behind it still answers', async () => {
  const gateway = await startGateway(simulation);
  const link = createTcpLink({ host: gateway.host, port: gateway.port, firstWaitMs: 10 });
  open.push(link, gateway);
  link.open();
  const connected = () => firstValueFrom(link.connected$.pipe(filter(Boolean), timeout(5000)));
  await connected();
  const gone = firstValueFrom(
    link.connected$.pipe(
      filter((is) => !is),
      timeout(5000),
    ),
  );
  await expect.poll(() => gateway.connections).toBe(1);
  gateway.drop();
  await gone;
  await connected();
  const answer = firstValueFrom(
    link.bytes$.pipe(
      concatMap((chunk) => chunk),
      timeout(5000),
    ),
  );
  link.write(encodeShort(0x40, 1)).subscribe();
  expect(await answer).toBe(0xe5);
});
