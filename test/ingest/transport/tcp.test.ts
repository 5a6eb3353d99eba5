import { createServer, type Server, type Socket } from 'node:net';
import { filter, firstValueFrom, lastValueFrom, take, timeout, toArray } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { type ByteLink, LinkDown } from '../../../ingest/transport/byte-link.ts';
import { createTcpLink } from '../../../ingest/transport/tcp.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function server(
  onSocket: (socket: Socket) => void,
  port = 0,
): Promise<{ server: Server; port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const made = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      made.close();
    },
  });
  const address = made.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return { server: made, port: address.port, sockets };
}

function link(port: number, options: { idleCloseMs?: number; firstWaitMs?: number } = {}): ByteLink {
  const made = createTcpLink({ host: '127.0.0.1', port, firstWaitMs: 10, ...options });
  open.push(made);
  made.open();
  return made;
}

const connected = (of: ByteLink) => firstValueFrom(of.connected$.pipe(filter(Boolean), timeout(2000)));
const disconnected = (of: ByteLink) =>
  firstValueFrom(
    of.connected$.pipe(
      filter((is) => !is),
      timeout(2000),
    ),
  );

test('carries bytes both ways', async () => {
  const { port } = await server((socket) =>
    socket.on('data', (bytes) => socket.write(bytes.map((byte) => byte ^ 0xff))),
  );
  const tcp = link(port);
  await connected(tcp);
  const answer = firstValueFrom(tcp.bytes$.pipe(timeout(2000)));
  tcp.write(Uint8Array.of(1, 2, 3)).subscribe();
  expect([...(await answer)]).toEqual([254, 253, 252]);
});

test('reconnects by itself after each of five cuts', async () => {
  const { port, sockets } = await server(() => {});
  const tcp = link(port);
  for (let cut = 0; cut < 5; cut += 1) {
    await connected(tcp);
    await expect.poll(() => sockets.size).toBe(1);
    const gone = disconnected(tcp);
    for (const socket of sockets) socket.resetAndDestroy();
    await gone;
  }
  await connected(tcp);
});

test('waits longer after each failure and says why', async () => {
  const { server: made, port } = await server(() => {});
  await new Promise((resolve) => made.close(resolve));
  const tcp = link(port, { firstWaitMs: 5 });
  const waits = await lastValueFrom(
    tcp.status$.pipe(
      filter(({ state }) => state === 'waiting'),
      take(4),
      toArray(),
      timeout(3000),
    ),
  );
  expect(waits.map(({ attempts }) => attempts)).toEqual([1, 2, 3, 4]);
  expect(waits[0]?.reason).toMatch(/ECONNREFUSED/);
});

test('a write without a connection fails at once', async () => {
  const tcp = createTcpLink({ host: '127.0.0.1', port: 1 });
  open.push(tcp);
  await expect(lastValueFrom(tcp.write(Uint8Array.of(1)))).rejects.toThrow(LinkDown);
});

test('closes when idle and opens again when wanted', async () => {
  const { port, sockets } = await server(() => {});
  const tcp = link(port, { idleCloseMs: 50 });
  await connected(tcp);
  await disconnected(tcp);
  await expect.poll(() => sockets.size).toBe(0);
  tcp.open();
  await connected(tcp);
  await expect.poll(() => sockets.size).toBe(1);
});

test('close frees the socket and completes the bytes', async () => {
  const { port, sockets } = await server(() => {});
  const tcp = link(port);
  await connected(tcp);
  const bytes = lastValueFrom(tcp.bytes$, { defaultValue: 'completed' });
  await tcp.close();
  expect(await bytes).toBe('completed');
  await expect.poll(() => sockets.size).toBe(0);
});
