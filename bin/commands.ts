/** Every command, in its own file. */
import type { Command } from 'commander';
import { registerClose, registerEvent, registerRecompute } from './declare.ts';
import { registerDecode } from './decode.ts';
import { registerDemo } from './demo.ts';
import { registerImport } from './import.ts';
import { registerReport } from './report.ts';
import { registerRun } from './run.ts';
import { registerSink } from './sink.ts';

export const commands: readonly ((program: Command) => void)[] = [
  registerClose,
  registerDecode,
  registerDemo,
  registerEvent,
  registerImport,
  registerRecompute,
  registerReport,
  registerRun,
  registerSink,
];
