/**
 * A server as a child process: its output in a log file, ready when a probe says so, stopped by its process id, and
 * stopped too when the process that started it ends in any way, SIGKILL included: a watching shell waits for the end
 * of a pipe that only the starter holds.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { tail } from './run.ts';

export type ServerCommand = {
  readonly name: string;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly log: string;
  /** True once the server answers; may throw while it does not. */
  readonly isReady: () => Promise<boolean>;
  readonly readyWithinMs: number;
};

export type ServerProcess = {
  readonly pid: number;
  /** Ends the server (SIGTERM, SIGKILL after 20 s) and resolves when it is gone; a second call does nothing. */
  stop(): Promise<void>;
};

const probeEveryMs = 100;
const patienceMs = 20_000;
const watch = 'read -r line; kill -TERM "$0" 2>/dev/null; sleep 5; kill -KILL "$0" 2>/dev/null';

/** Starts a server and waits until it is ready. @throws Error with the end of its log when it ends or stays silent */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const log = openSync(command.log, 'a');
  const child = spawn(command.program, command.arguments, {
    cwd: command.folder,
    env: { ...process.env, ...command.environment },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new Error(`${command.name}: cannot start ${command.program}`, { cause })));
  });
  const watcher = spawn('sh', ['-c', watch, String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  const server = { pid: child.pid!, stop: () => stop(child, watcher) };
  child.once('exit', () => endWatcher(watcher));
  const deadline = performance.now() + command.readyWithinMs;
  while (!(await command.isReady().catch(() => false))) {
    if (hasEnded(child) || performance.now() > deadline) {
      const what = hasEnded(child) ? 'ended while starting' : `not ready after ${command.readyWithinMs} ms`;
      await server.stop();
      throw new Error(`${command.name}: ${what}; the end of ${command.log}:\n${tail(command.log)}`);
    }
    await sleep(probeEveryMs);
  }
  return server;
}

/** A free loopback port, chosen by the kernel; nothing reserves it. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a listening TCP server has no port');
  return address.port;
}

async function stop(child: ChildProcess, watcher: ChildProcess): Promise<void> {
  if (!hasEnded(child)) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(killer);
  }
  endWatcher(watcher);
}

function endWatcher(watcher: ChildProcess): void {
  if (!hasEnded(watcher)) watcher.kill('SIGKILL');
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
