/**
 * One command to its end, at low priority: its output goes to a log file, its failure is an error that shows the log's end.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

export type Command = {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly log: string;
};

/** Resolves when the command has ended with 0. @throws Error with the last lines of its output, or naming a missing program */
export async function run(command: Command): Promise<void> {
  const log = openSync(command.log, 'a');
  const child = spawn(command.program, command.arguments, {
    cwd: command.folder,
    env: { ...process.env, ...command.environment },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(`${command.program} is not installed or not on the PATH`) : error),
    );
    child.once('exit', (status, signal) => resolve(status ?? signal ?? 'unknown'));
  });
  if (code === 0) return;
  const line = [command.program, ...command.arguments].join(' ');
  throw new Error(`\`${line}\` ended with ${code}; the end of ${command.log}:\n${tail(command.log)}`);
}

/** The last lines of a text file. */
export function tail(file: string, lines = 20): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}
