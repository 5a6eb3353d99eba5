/** The course's own Flask and SQLite code (`peers/api-flask`) as it would be run: gunicorn, two workers of four threads, an index on meter and time. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface Peer {
  readonly url: string;
  stop(): void;
}

export const flaskPeer = fileURLToPath(new URL('./peers/api-flask', import.meta.url));
const venv = fileURLToPath(new URL('../.cache/bench/api-flask', import.meta.url));

export async function startFlask(file: string): Promise<Peer> {
  const port = await freePort();
  const python = pythonOf();
  const child: ChildProcess = spawn(
    python,
    [
      '-m',
      'gunicorn',
      '-w',
      '2',
      '-k',
      'gthread',
      '--threads',
      '4',
      '-t',
      '120',
      '-b',
      `127.0.0.1:${port}`,
      '--log-level',
      'error',
      `serve:create("${file}")`,
    ],
    { cwd: flaskPeer, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    try {
      await fetch(`${url}/api/immeuble/maintenance`);
      return { url, stop: () => child.kill() };
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Installed once. */
export function pythonOf(): string {
  const python = `${venv}/bin/python`;
  if (!existsSync(python)) {
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
    execFileSync(`${venv}/bin/pip`, ['install', '-q', '-r', `${flaskPeer}/requirements.txt`], { stdio: 'inherit' });
  }
  return python;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
