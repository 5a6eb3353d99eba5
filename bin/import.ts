/** `releve import FILE.csv`: readings (or outdoor temperatures) from a file, through the same path as any other. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { createCalendar } from '../domain/calendar.ts';
import { systemClock } from '../domain/clock.ts';
import type { Config } from '../domain/config/config.ts';
import { ConfigurationError, type Rejected } from '../domain/errors.ts';
import type { RejectedLine } from '../ingest/files/csv-lines.ts';
import { type CsvScope, readCsvReadings } from '../ingest/files/csv-readings.ts';
import { readCsvWeather } from '../ingest/files/csv-weather.ts';
import { type JournalAppender, type OutgoingRecord, readingRecord } from '../journal/port.ts';
import { startProcessing } from './embedded.ts';
import { openJournal } from './journals.ts';
import { takeLock } from './lock.ts';
import { createLogger } from './logger.ts';
import { type CommonOptions, chosenBuilding, configurationOf, dataDirectory } from './options.ts';
import { type Progress, startProgress } from './progress.ts';
import { onShutdown } from './shutdown.ts';

interface ImportOptions extends CommonOptions {
  readonly strict?: boolean;
  readonly weather?: boolean;
  readonly immeuble?: string;
}

/** Records that are made when they are appended, or an array. */
interface RecordList {
  readonly length: number;
  slice(from: number, to: number): readonly OutgoingRecord[];
}

const recordsAtOnce = 20_000;

export function registerImport(program: Command): void {
  program
    .command('import')
    .description('importe des relevés (ou des températures) d’un fichier CSV')
    .argument(
      '<fichier>',
      'CSV : meter,at,energy_import_wh[,power_w][,building] ; avec --weather : at,celsius ou date,celsius',
    )
    .option('--strict', 'code de sortie 1 si une ligne est refusée')
    .option('--weather', 'températures extérieures au lieu de relevés')
    .option('--immeuble <id>', 'immeuble des lignes sans colonne building')
    .addHelpText('after', '\nExemple :\n  npm run -s releve -- import releves.csv --data-dir data')
    .action(async (file: string, options: ImportOptions) => {
      process.exitCode = await runImport(file, options);
    });
}

async function runImport(file: string, options: ImportOptions): Promise<number> {
  const config = configurationOf(options);
  const building = chosenBuilding(config, options.immeuble);
  const text = readText(file);
  const { records, rejects } =
    options.weather === true
      ? weatherRecords(text, building, building.timezone)
      : readingRecords(text, config, building.id);
  const directory = dataDirectory(options, config);
  const open = openJournal(config, directory);
  const lock = open.store ? takeLock(directory) : null;
  const processing =
    open.store && lock
      ? startProcessing({ store: open.store, buildings: config.buildings, watching: false })
      : undefined;
  const progress = startProgress('Import', records.length);
  const shutdown = onShutdown();
  try {
    await appendAll(open.journal, records, shutdown.signal, progress);
    const refused = rejects.map((line) => rejectRecord(line, building.id, file));
    await appendAll(open.journal, refused, shutdown.signal);
    await Promise.race([processing?.drained(), shutdown.requested]);
  } finally {
    progress.stop();
    await processing?.stop().catch(() => undefined);
    lock?.release();
    await open.close();
  }
  if (shutdown.signal.aborted) return 130;
  tellRejects(rejects, directory, file, records.length);
  return records.length === 0 || (options.strict === true && rejects.length > 0) ? 1 : 0;
}

/** Every refused line stands in the reject file; the first ones are told as well. */
function tellRejects(rejects: readonly RejectedLine[], directory: string, file: string, imported: number): void {
  const rejectFile = rejects.length === 0 ? null : writeRejects(directory, file, rejects);
  const log = createLogger('import');
  for (const { line, code, facts, text } of rejects.slice(0, toldRejects))
    log.warn({ line, code, facts, text }, 'ligne refusée');
  if (rejects.length > toldRejects) log.warn({ more: rejects.length - toldRejects, rejectFile }, 'lignes refusées');
  process.stdout.write(
    `${JSON.stringify({ imported, rejected: rejects.length, rejects: countCodes(rejects), rejectFile })}\n`,
  );
}

const toldRejects = 50;

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigurationError([`${file}: cannot be read`]);
  }
}

function readingRecords(
  text: string,
  config: Config,
  defaultBuilding: string,
): { records: RecordList; rejects: readonly RejectedLine[] } {
  const meters: CsvScope['meters'] = new Map(
    config.buildings.map((b) => [b.id, new Map(b.meters.map((m) => [m.id, m.installedAt]))]),
  );
  const outcome = readCsvReadings(text, { defaultBuilding, meters, receivedAt: systemClock.now() });
  if (!outcome.ok) return { records: [], rejects: [refusedHeader(text, outcome)] };
  const { readings, rejects } = outcome.value;
  return {
    records: { length: readings.length, slice: (from, to) => readings.slice(from, to).map(readingRecord) },
    rejects,
  };
}

function weatherRecords(
  text: string,
  building: { readonly id: string },
  timezone: string,
): { records: OutgoingRecord[]; rejects: readonly RejectedLine[] } {
  const outcome = readCsvWeather(text, createCalendar(timezone));
  if (!outcome.ok) return { records: [], rejects: [refusedHeader(text, outcome)] };
  const records = outcome.value.days.map(
    ({ date, start, celsius }): OutgoingRecord => ({
      topic: 'events',
      key: `${building.id}/temperature/building/${start}`,
      building: building.id,
      value: { v: 1, building: building.id, type: 'temperature', at: start, date, celsius },
    }),
  );
  return { records, rejects: outcome.value.rejects };
}

/** A file whose header cannot be used has nothing to import: its first line is told as refused. */
function refusedHeader(text: string, { code, facts }: Rejected): RejectedLine {
  return { line: 1, code, facts, text: text.split(/\r\n|\n|\r/, 1)[0] ?? '' };
}

async function appendAll(
  journal: JournalAppender,
  records: RecordList,
  signal: AbortSignal,
  progress?: Progress,
): Promise<void> {
  for (let from = 0; from < records.length && !signal.aborted; from += recordsAtOnce) {
    await journal.append(records.slice(from, from + recordsAtOnce));
    progress?.update(from);
    // Lets the processors read on beside the import.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function rejectRecord({ line, code, facts, text }: RejectedLine, building: string, file: string): OutgoingRecord {
  return {
    topic: 'rejects',
    key: building,
    building,
    value: { v: 1, code, component: 'import', file: basename(file), line, facts, record: text },
  };
}

function writeRejects(directory: string, file: string, rejects: readonly RejectedLine[]): string {
  const folder = join(directory, 'rejects');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${basename(file)}.rejects.csv`);
  const lines = rejects.map(({ line, code, text }) => `${line},${code},"${text.replaceAll('"', '""')}"`);
  writeFileSync(path, ['line,code,text', ...lines, ''].join('\n'));
  return path;
}

function countCodes(rejects: readonly RejectedLine[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of rejects) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
