/** The real binding on a pseudo-terminal pair of socat; skipped, with a word, where there is no socat. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom, lastValueFrom, scan, take, timeout, toArray } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { poll } from '../../../ingest/poll.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';
import { startGateway } from '../../../ingest/simulator/gateway.ts';
import { createSimulation } from '../../../ingest/simulator/simulation.ts';
import type { ByteLink } from '../../../ingest/transport/byte-link.ts';
import { createSerialLink } from '../../../ingest/transport/serial.ts';

const hasSocat = spawnSync('socat', ['-V']).status === 0;
if (!hasSocat) process.stderr.write('serial tests skipped: socat is not installed\n');

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A pseudo-terminal at `path` whose other end is a TCP port. */
async function terminal(path: string, port: number): Promise<ChildProcess> {
  const child = spawn('socat', [`PTY,link=${path},raw,echo=0`, `TCP:127.0.0.1:${port}`], { stdio: 'ignore' });
  closers.push(() => child.kill());
  await expect.poll(() => existsSync(path), { timeout: 5000 }).toBe(true);
  return child;
}

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'releve-serial-'));
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'bus');
}

async function echoServer(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => socket.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function link(path: string, options: { parity?: 'none' | 'even' | 'odd' } = {}): ByteLink {
  const made = createSerialLink({
    path,
    baud: 2400,
    parity: options.parity ?? 'none',
    firstWaitMs: 20,
    maximumWaitMs: 100,
  });
  closers.push(() => made.close());
  made.open();
  return made;
}

const connected = (of: ByteLink) => firstValueFrom(of.connected$.pipe(filter(Boolean), timeout(5000)));
const disconnected = (of: ByteLink) =>
  firstValueFrom(
    of.connected$.pipe(
      filter((is) => !is),
      timeout(5000),
    ),
  );

describe.skipIf(!hasSocat)('a serial port', () => {
  test('carries every byte value both ways', async () => {
    const path = place();
    await terminal(path, await echoServer());
    const serial = link(path);
    await connected(serial);
    const sent = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const back = lastValueFrom(
      serial.bytes$.pipe(
        scan((all, chunk) => [...all, ...chunk], [] as number[]),
        filter((all) => all.length >= 256),
        take(1),
        timeout(5000),
      ),
    );
    serial.write(sent).subscribe();
    expect(await back).toEqual([...sent]);
  });

  test('is exclusive: a second opening of the same port fails and says why', async () => {
    const path = place();
    await terminal(path, await echoServer());
    const first = link(path);
    await connected(first);
    const second = link(path);
    const status = await firstValueFrom(
      second.status$.pipe(
        filter(({ state }) => state === 'waiting'),
        timeout(5000),
      ),
    );
    expect(status.reason).toMatch(/lock|busy|denied/i);
  });

  test('a port that goes away is waited for and taken again', async () => {
    const path = place();
    const port = await echoServer();
    const plugged = await terminal(path, port);
    const serial = link(path);
    await connected(serial);
    const gone = disconnected(serial);
    plugged.kill();
    await gone;
    await expect.poll(() => existsSync(path), { timeout: 5000 }).toBe(false);
    await terminal(path, port);
    await connected(serial);
    const back = firstValueFrom(serial.bytes$.pipe(timeout(5000)));
    serial.write(Uint8Array.of(0x16)).subscribe();
    expect([...(await back)]).toEqual([0x16]);
  });

  test('a port that is not there is waited for', async () => {
    const path = place();
    const serial = link(path);
    const status = await firstValueFrom(
      serial.status$.pipe(
        filter(({ state }) => state === 'waiting'),
        timeout(5000),
      ),
    );
    expect(status.reason).toMatch(/No such file|cannot open/i);
    await terminal(path, await echoServer());
    await connected(serial);
  });

  test('a simulated bus is polled through it', async () => {
    const simulation = createSimulation(simulatedBuilding(1, { tenants: 3 }), { seed: 1 });
    const gateway = await startGateway(simulation);
    closers.push(() => gateway.close());
    const path = place();
    await terminal(path, gateway.port);
    const meters = simulation.building.meters.map(({ id, source }) => ({ id, primary: source?.primary }));
    const serial = link(path);
    const events = await lastValueFrom(
      poll(serial, meters, { intervalMs: 60_000, timeoutMs: 1000, retries: 2 }).pipe(
        take(5),
        toArray(),
        timeout(10_000),
      ),
    );
    expect(events.at(-1)).toMatchObject({ kind: 'cycle', fates: { read: 4, failed: 0 } });
  });
});

test('speeds that M-Bus does not know are refused', () => {
  expect(() => createSerialLink({ path: '/dev/null', baud: 1234, parity: 'even' })).toThrow(RangeError);
});
