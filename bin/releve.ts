#!/usr/bin/env node
/** `releve <command>`: see docs/contracts.md. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted after draining. */
import { enableCompileCache } from 'node:module';
import { Command, CommanderError } from 'commander';
import { ConfigurationError } from '../domain/errors.ts';
import { commands } from './commands.ts';
import { withCommonOptions } from './options.ts';

/** `name`: the one command that is asked for; all of them where it is none. */
export async function createProgram(name?: string): Promise<Command> {
  const program = new Command('releve')
    .description(
      'Relève tous les compteurs électriques d’un immeuble : consommations, fuites, pannes, répartition des charges',
    )
    .version('0.1.0')
    .exitOverride()
    .configureHelp({ sortSubcommands: true, showGlobalOptions: true });
  const wanted = name !== undefined && Object.hasOwn(commands, name) ? [name] : Object.keys(commands);
  for (const each of wanted) (await commands[each]?.())?.(program);
  for (const command of program.commands) {
    command.exitOverride();
    // A group of commands takes no options of its own: it would keep them from the commands in it.
    for (const each of command.commands.length > 0 ? command.commands : [command]) withCommonOptions(each);
  }
  return program;
}

async function main(): Promise<void> {
  enableCompileCache();
  process.stdout.on('error', leaveOnBrokenPipe);
  process.stderr.on('error', () => undefined);
  process.on('SIGINT', leaveOnSignal).on('SIGTERM', leaveOnSignal);
  try {
    const program = await createProgram(process.argv[2]);
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** A reader that has seen enough (`| head`) is no failure: a command that lasts is stopped as by a signal, any other is done. */
function leaveOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  if (process.listenerCount('SIGTERM') > 1) process.emit('SIGTERM');
  else process.exit();
}

/** Commands with something to drain listen themselves; the others have nothing in hand but a transaction. */
function leaveOnSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 1) process.exit(130);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Commander's own complaints are wrong usage; a command's own exit code is kept.
    return error.code.startsWith('commander.') && error.exitCode === 1 && error.code !== 'commander.error'
      ? 2
      : error.exitCode;
  }
  if (error instanceof ConfigurationError) {
    for (const problem of error.problems) process.stderr.write(`${problem}\n`);
    return 2;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

if (import.meta.main) await main();
