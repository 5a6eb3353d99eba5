/** Every command, in its own file. */
import type { Command } from 'commander';
import { registerApi } from './api.ts';
import { registerCheck } from './check.ts';
import { registerClose, registerEvent, registerRecompute } from './declare.ts';
import { registerDecode } from './decode.ts';
import { registerDemo } from './demo.ts';
import { registerForget } from './forget.ts';
import { registerImport } from './import.ts';
import { registerIngest } from './ingest.ts';
import { registerNotify } from './notify.ts';
import { registerProcess } from './process.ts';
import { registerReport } from './report.ts';
import { registerRun } from './run.ts';
import { registerScan } from './scan.ts';
import { registerSimulate } from './simulate.ts';
import { registerSink } from './sink.ts';

export const commands: readonly ((program: Command) => void)[] = [
  registerApi,
  registerCheck,
  registerClose,
  registerDecode,
  registerDemo,
  registerEvent,
  registerForget,
  registerImport,
  registerIngest,
  registerNotify,
  registerProcess,
  registerRecompute,
  registerReport,
  registerRun,
  registerScan,
  registerSimulate,
  registerSink,
];
