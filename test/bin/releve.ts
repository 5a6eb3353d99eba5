/** The command line as a stranger starts it: a real process on plain Node, a data folder of its own; what Node compiled it keeps for the next start. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/releve.ts', import.meta.url));
/** Node's own place for it. */
const compileCache = join(tmpdir(), 'node-compile-cache');

export interface Ended {
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout and stderr together hold the text; rejects when the process ends before. */
  says(text: string): Promise<void>;
}

export function startReleve(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    stdio: 'pipe',
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...env },
  });
  // Who writes to it may find it closed.
  child.stdin.on('error', () => undefined);
  let [stdout, stderr] = ['', ''];
  const listeners = new Set<() => void>();
  const heard = (): void => {
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    heard();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
      heard();
    });
  });
  return {
    child,
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const said = (stdout + stderr).includes(text);
          if (!said && child.exitCode === null && child.signalCode === null) return;
          listeners.delete(look);
          if (said) resolve();
          else reject(new Error(`ended with ${child.exitCode} before it said ${text}: ${stderr}`));
        };
        listeners.add(look);
        look();
      }),
  };
}

export function releve(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
  return startReleve(args, env).ended;
}

/** A folder that is gone when the work is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'releve-cli-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each line of stderr as JSON; throws where one is none. */
export function logLines(stderr: string): Record<string, unknown>[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
