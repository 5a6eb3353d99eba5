/** Every command in its own file, loaded when it is the one asked for: a command starts without the others' libraries. */
import type { Command } from 'commander';

type Register = (program: Command) => void;

export const commands: Readonly<Record<string, () => Promise<Register>>> = {
  api: async () => (await import('./api.ts')).registerApi,
  check: async () => (await import('./check.ts')).registerCheck,
  close: async () => (await import('./declare.ts')).registerClose,
  decode: async () => (await import('./decode.ts')).registerDecode,
  demo: async () => (await import('./demo.ts')).registerDemo,
  event: async () => (await import('./declare.ts')).registerEvent,
  forget: async () => (await import('./forget.ts')).registerForget,
  import: async () => (await import('./import.ts')).registerImport,
  ingest: async () => (await import('./ingest.ts')).registerIngest,
  notify: async () => (await import('./notify.ts')).registerNotify,
  process: async () => (await import('./process.ts')).registerProcess,
  recompute: async () => (await import('./declare.ts')).registerRecompute,
  report: async () => (await import('./report.ts')).registerReport,
  run: async () => (await import('./run.ts')).registerRun,
  scan: async () => (await import('./scan.ts')).registerScan,
  simulate: async () => (await import('./simulate.ts')).registerSimulate,
  sink: async () => (await import('./sink.ts')).registerSink,
};
