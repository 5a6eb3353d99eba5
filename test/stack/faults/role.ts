/**
 * A role as an operator starts it: `node bin/releve.ts <role> -c …` in a process of its own; its log is kept and may be waited for. It ends with
 * whoever started it, however that ends: a watching shell waits for the end of a pipe that only the starter holds.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

export interface LogLine {
  readonly msg?: string;
  readonly partition?: number;
  readonly [fact: string]: unknown;
}

export interface Role {
  readonly name: string;
  readonly pid: number;
  /** Structured lines of stderr, in order. */
  readonly log: readonly LogLine[];
  /** Everything that it has said, stdout and stderr, as it stood. */
  readonly said: readonly string[];
  /** Exit code, or the signal's name; undefined while it runs. */
  readonly ended: number | string | undefined;
  /** Partitions that it was given and has not lost, by its own account. */
  owned(): number[];
  signal(name: NodeJS.Signals): void;
  /** Sends the signal and resolves with the exit code or the signal's name. */
  end(name: NodeJS.Signals): Promise<number | string>;
  /** Resolves with the exit code of a command that ends by itself. */
  done(): Promise<number | string>;
}

const watch = 'read -r line; kill -KILL "$0" 2>/dev/null';
const program = fileURLToPath(new URL('../../../bin/releve.ts', import.meta.url));

export function startRole(name: string, options: readonly string[], environment: NodeJS.ProcessEnv = {}): Role {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning', program, name, ...options],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '', ...environment } },
  );
  const watcher = spawn('sh', ['-c', watch, String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.unref();
  child.once('exit', () => watcher.kill('SIGKILL'));
  const log: LogLine[] = [];
  const said: string[] = [];
  let ended: number | string | undefined;
  const exit = once(child, 'exit').then(([code, signal]) => {
    ended = (code ?? signal) as number | string;
    return ended;
  });
  createInterface({ input: child.stdout! }).on('line', (line) => said.push(line));
  createInterface({ input: child.stderr! }).on('line', (line) => {
    said.push(line);
    if (line.startsWith('{')) log.push(JSON.parse(line) as LogLine);
  });
  return {
    name,
    pid: child.pid!,
    log,
    said,
    get ended() {
      return ended;
    },
    owned() {
      // One thread may tell that it has lost a partition after another one was given it.
      const owners = new Map<number, unknown>();
      for (const { msg, partition, thread } of log) {
        if (partition === undefined) continue;
        if (msg === 'assigned') owners.set(partition, thread);
        else if (msg === 'revoked' && owners.get(partition) === thread) owners.delete(partition);
      }
      return [...owners.keys()];
    },
    signal(name) {
      child.kill(name);
    },
    end(name) {
      child.kill(name);
      return exit;
    },
    done: () => exit,
  };
}

/** Waits until `/health` answers on the port; throws with what the role said where it ends before. */
export async function healthy(role: Role, port: number): Promise<void> {
  await until(`${role.name} is healthy`, 120_000, async () => {
    if (role.ended !== undefined) throw new Error(`${role.name} ended with ${role.ended}:\n${role.said.join('\n')}`);
    return fetch(`http://127.0.0.1:${port}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  });
}
