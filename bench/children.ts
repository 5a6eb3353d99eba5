/** Programs under test as processes of their own, pinned to cores where wanted, ended by their id. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly pid: number;
  /** What it has said on stdout and stderr. */
  said(): string;
  stop(): Promise<void>;
}

export interface ChildCommand {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** All of its threads on these cores, `0` or `0,1`. */
  readonly cores?: string | undefined;
}

export const root = fileURLToPath(new URL('..', import.meta.url));
const patienceMs = 15_000;

export function start(command: ChildCommand): Child {
  const { program, cores } = command;
  const pinned = cores === undefined ? [program] : ['taskset', '-c', cores, program];
  const child = spawn(pinned[0]!, [...pinned.slice(1), ...command.arguments], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...command.environment },
    cwd: root,
  });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-100_000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = once(child, 'exit');
  return {
    pid: child.pid!,
    said: () => said,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(patience);
    },
  };
}

/** `releve <arguments>` as an operator starts it. */
export function startReleve(
  arguments_: readonly string[],
  more: Partial<ChildCommand> & { profile?: string } = {},
): Child {
  const { profile = process.env.RELEVE_BENCH_PROFILE, ...rest } = more;
  const flags = profile === undefined || profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  return start({
    program: process.execPath,
    arguments: ['--disable-warning=ExperimentalWarning', ...flags, `${root}/bin/releve.ts`, ...arguments_],
    ...rest,
  });
}

/** Moves a running process, all its threads, to these cores. */
export function pin(pid: number, cores: string): void {
  execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: 'ignore' });
}

/** Processor time of a process so far, all its threads, user and system. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksASecond;
}

/** Linux's, on every machine of today. */
const ticksASecond = 100;
