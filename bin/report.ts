/** `releve report`: the day's analyses, or a period's charges and statements, as the API gives them. */
import type { Command } from 'commander';
import { charges } from '../api/answers/charges.ts';
import type { AnswerContext } from '../api/answers/context.ts';
import { type DailyAnalysisAnswer, dailyAnalysis } from '../api/answers/daily-analysis.ts';
import { meteredLot } from '../api/answers/lots.ts';
import { statements } from '../api/answers/statement.ts';
import { tenantReport } from '../api/answers/tenant-report.ts';
import { statementPage } from '../api/page/statement.ts';
import { statementCsv } from '../api/page/statement-csv.ts';
import { createCalendar } from '../domain/calendar.ts';
import { systemClock } from '../domain/clock.ts';
import type { Config } from '../domain/config/config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { openSqliteStore } from '../results/sqlite/open.ts';
import { withDeclared } from './declared.ts';
import { startProcessing } from './embedded.ts';
import { openJournal, openResults } from './journals.ts';
import { takeLock } from './lock.ts';
import {
  type CommonOptions,
  checkedDate,
  chosenBuilding,
  configurationOf,
  databaseFile,
  dataDirectory,
} from './options.ts';
import { chargesText, dailyText } from './report-text.ts';

const periods = ['mois', 'trimestre', 'annee'] as const;
type Period = (typeof periods)[number];

interface ReportOptions extends CommonOptions {
  readonly date?: string;
  readonly days: string;
  readonly period?: string;
  readonly lot?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly html?: boolean;
  readonly immeuble?: string;
}

export function registerReport(program: Command): void {
  program
    .command('report')
    .description('analyses des jours, ou répartition et décomptes d’une période')
    .option('--date <AAAA-MM-JJ>', 'dernier jour, ou un jour de la période (défaut : aujourd’hui)')
    .option('--days <n>', 'nombre de jours, 1 à 366', '1')
    .option('--period <période>', 'mois, trimestre ou annee')
    .option('--lot <numéro>', 'un seul lot, en JSON comme l’API (avec --period : aussi --csv, --html)')
    .option('--json', 'JSON, comme l’API')
    .option('--csv', 'CSV des décomptes')
    .option('--html', 'décomptes imprimables')
    .option('--immeuble <id>', 'immeuble (défaut : le premier)')
    .addHelpText(
      'after',
      '\nExemples :\n  npm run -s releve -- report --date 2026-11-23 --json\n  npm run -s releve -- report --period mois --lot 3 --html > lot3.html',
    )
    .action(async (options: ReportOptions) => {
      process.stdout.write(await report(options));
    });
}

async function report(options: ReportOptions): Promise<string> {
  const config = configurationOf(options);
  const days = Number(options.days);
  const problems: string[] = [];
  if (!Number.isInteger(days) || days < 1 || days > 366)
    problems.push(`--days: "${options.days}" is not a number from 1 to 366`);
  if (options.period !== undefined && !periods.includes(options.period as Period))
    problems.push(`--period: "${options.period}" is not one of ${periods.join(', ')}`);
  if (options.period === undefined && (options.csv || options.html))
    problems.push('--csv, --html: of a period, so with --period');
  if (problems.length > 0) throw new ConfigurationError(problems);
  const date = options.date === undefined ? undefined : checkedDate(options.date, '--date');
  const directory = dataDirectory(options, config);
  await settle(config, directory);
  const open = openResults(config, directory);
  try {
    const building = await withDeclared(chosenBuilding(config, options.immeuble), () => openJournal(config, directory));
    const context: AnswerContext = {
      reader: open.results,
      building,
      calendar: createCalendar(building.timezone),
      now: systemClock.now(),
    };
    return await answer(context, options, days, date);
  } finally {
    await open.close();
  }
}

/** Embedded and nobody else at work: what waits in the journal, and what the clock alone changes, is told first. */
async function settle(config: Config, directory: string): Promise<void> {
  if (config.kafka || config.influx) return;
  const lock = takeLock(directory);
  if (!lock) return;
  const store = openSqliteStore(databaseFile(directory));
  const processing = startProcessing({ store, buildings: config.buildings, watching: false });
  try {
    await processing.drained();
  } finally {
    await processing.stop().catch(() => undefined);
    store.close();
    lock.release();
  }
}

async function answer(
  context: AnswerContext,
  options: ReportOptions,
  days: number,
  date: string | undefined,
): Promise<string> {
  const lot = options.lot === undefined ? undefined : meteredLot(context.building, Number(options.lot));
  if (options.lot !== undefined && !lot) throw new ConfigurationError([`--lot: no lot "${options.lot}" with a meter`]);
  if (options.period === undefined && lot)
    return `${JSON.stringify(await tenantReport(context, { lot, days, date }))}\n`;
  if (options.period === undefined) {
    const daily = await dailyAnalysis(context, { days, date });
    return options.json ? `${JSON.stringify(daily)}\n` : dailyText(daily satisfies DailyAnalysisAnswer);
  }
  const parameters = { period: options.period as Period, date };
  if (options.csv || options.html || lot) {
    const found = await statements(context, { ...parameters, ...(lot && { lot: lot.number }) });
    if (options.csv) return statementCsv(found);
    if (options.html) return statementPage(found);
    return `${JSON.stringify(found)}\n`;
  }
  const shared = await charges(context, parameters);
  return options.json ? `${JSON.stringify(shared)}\n` : chargesText(shared);
}
