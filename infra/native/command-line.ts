/** What the servers' own command lines share: where the data goes, on which port, and running until a signal. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from './paths.ts';
import type { ServerProcess } from './server-process.ts';

/** `--dir` and `--port`; the folder is `.cache/run/<name>` by default. @throws TypeError on an unknown option */
export function serverOptions(name: string): { dir: string; port?: number } {
  const { values } = parseArgs({ options: { dir: { type: 'string' }, port: { type: 'string' } } });
  const dir = values.dir ?? join(cacheFolder, 'run', name);
  return values.port === undefined ? { dir } : { dir, port: Number(values.port) };
}

/** Prints how to reach the server, one JSON line, and stops it on SIGINT or SIGTERM. */
export async function runUntilSignal(server: ServerProcess, facts: Record<string, unknown>): Promise<void> {
  console.log(JSON.stringify(facts));
  const held = setInterval(() => undefined, 60_000);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  clearInterval(held);
  await server.stop();
}
