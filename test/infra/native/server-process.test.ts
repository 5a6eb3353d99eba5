/** A server's life on a stand-in (a shell or a Node that listens): started, ready, stopped; and its end with its starter's. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort, type ServerCommand, startServer } from '../../../infra/native/server-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'releve-process-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const shell = (script: string, isReady: () => Promise<boolean> = async () => true): ServerCommand => ({
  name: 'stand-in',
  program: 'sh',
  arguments: ['-c', script],
  folder,
  log: join(folder, 'server.log'),
  isReady,
  readyWithinMs: 5000,
});
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if (condition()) return true;
    await sleep(50);
  }
  return false;
}

test('is ready when the probe says so, runs in its folder, and is gone after stop', async () => {
  const ready = join(folder, 'ready');
  const server = await startServer(shell('sleep 0.2; touch ready; exec sleep 60', async () => existsSync(ready)));
  expect(existsSync(ready)).toBe(true);
  expect(isAlive(server.pid)).toBe(true);
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
  await server.stop();
});

test('a server that ends while starting is an error with the end of its log', async () => {
  const start = startServer(shell('echo "no room on the disk" >&2; exit 3', async () => false));
  await expect(start).rejects.toThrow(/stand-in: ended while starting[\s\S]*no room on the disk/);
});

test('a server that never answers is stopped, and is an error', async () => {
  const command = { ...shell('echo $$ > pid; exec sleep 60', async () => false), readyWithinMs: 600 };
  await expect(startServer(command)).rejects.toThrow('not ready after 600 ms');
  expect(isAlive(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBe(false);
});

test('a program that is not there is an error that names it', async () => {
  await expect(startServer({ ...shell(''), program: 'no-such-program' })).rejects.toThrow('no-such-program');
});

test('the server ends when its starter is killed', async () => {
  const module = join(import.meta.dirname, '..', '..', '..', 'infra', 'native', 'server-process.ts');
  const starter = join(folder, 'starter.ts');
  const { isReady: _, ...command } = shell('exec sleep 60');
  writeFileSync(
    starter,
    `import { startServer } from ${JSON.stringify(module)};
     const server = await startServer({ ...${JSON.stringify(command)}, isReady: async () => true });
     console.log(server.pid);
     setInterval(() => undefined, 1000);`,
  );
  const child = spawn(process.execPath, [starter], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => child.stdout.once('data', (text) => resolve(Number(text))));
  expect(isAlive(pid)).toBe(true);
  child.kill('SIGKILL');
  expect(await until(() => !isAlive(pid))).toBe(true);
});

test('free ports are ports, and can be listened on', async () => {
  const port = await freePort();
  expect(port).toBeGreaterThan(1023);
  expect(port).toBeLessThan(65_536);
});
