/** `releve demo`: the whole product in one process on a simulated building: history, live polling over TCP, analyses, the syndic's page. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { dailyAnalysis } from '../api/answers/daily-analysis.ts';
import type { Building } from '../domain/building.ts';
import { createCalendar } from '../domain/calendar.ts';
import { systemClock } from '../domain/clock.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { withSimulatedSources } from '../ingest/simulator/building.ts';
import { gatewayBus, startGateway } from '../ingest/simulator/gateway.ts';
import { history, historyLength } from '../ingest/simulator/history.ts';
import { createSimulation } from '../ingest/simulator/simulation.ts';
import { type JournalAppender, type OutgoingRecord, readingRecord } from '../journal/port.ts';
import { openSqliteStore } from '../results/sqlite/open.ts';
import { type Store, startProcessing } from './embedded.ts';
import { startLive } from './live.ts';
import { type CommonOptions, chosenBuilding, configurationOf, databaseFile, dataDirectory } from './options.ts';
import { startProgress } from './progress.ts';
import { dailyText } from './report-text.ts';
import { onShutdown } from './shutdown.ts';

interface DemoOptions extends CommonOptions {
  readonly days: string;
  readonly port: string;
  readonly seed: string;
  readonly leakW: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

interface Demo {
  readonly building: Building;
  readonly days: number;
  readonly seed: number;
  readonly end: number;
  readonly leak: { readonly leakW: number; readonly leakFrom: number } | undefined;
}

const dayMs = 86_400_000;
const recordsAtOnce = 20_000;
/** The hidden load begins two weeks before the end, so that the rule has seen normal nights. */
const leakDays = 14;

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('démonstration complète sur un immeuble simulé, sans serveur ni matériel')
    .option('--days <n>', 'jours d’historique', '60')
    .option('--port <n>', 'port de la page', '8080')
    .option('--seed <n>', 'graine de la simulation', '1')
    .option('--leak-w <W>', 'charge cachée, depuis deux semaines', '0')
    .option('--once', 's’arrête quand l’historique est analysé et imprime l’analyse du dernier jour complet')
    .option('--json', 'cette analyse en JSON, comme l’API')
    .addHelpText('after', '\nExemples :\n  npm run demo\n  npm run demo -- --once --json --leak-w 300')
    .action(async (options: DemoOptions) => {
      const numbers = checkNumbers(options);
      const temporary = options.dataDir === undefined;
      const directory = temporary ? mkdtempSync(join(tmpdir(), 'releve-demo-')) : dataDirectory(options);
      // However it ends, nothing of a demonstration without a folder of its own stays behind.
      if (temporary) process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
      const store = openSqliteStore(databaseFile(directory));
      try {
        await runDemo(store, options, numbers);
      } finally {
        store.close();
      }
    });
}

async function runDemo(store: Store, options: DemoOptions, { days, seed, leakW, port }: Numbers): Promise<void> {
  const config = configurationOf(options);
  const building = withSimulatedSources(chosenBuilding(config, undefined), seed);
  const end = systemClock.now();
  const leakFrom = createCalendar(building.timezone).windowOf('day', end - leakDays * dayMs).start;
  const demo: Demo = { building, days, seed, end, leak: leakW > 0 ? { leakW, leakFrom } : undefined };
  const processing = startProcessing({ store, buildings: [building], watching: false });
  try {
    await bringHistory(store.journal, demo);
    await processing.drained();
  } finally {
    await processing.stop();
  }
  if (options.once) process.stdout.write(await lastFullDay(store, demo, options.json === true));
  else await goLive(store, demo, port);
}

async function bringHistory(journal: JournalAppender, { building, days, seed, end, leak }: Demo): Promise<void> {
  const options = { days, end, seed, ...leak };
  const progress = startProgress('Historique', historyLength(building, options));
  let batch: OutgoingRecord[] = [];
  let done = 0;
  const append = async (): Promise<void> => {
    await journal.append(batch);
    done += batch.length;
    progress.update(done);
    batch = [];
    await new Promise((resolve) => setImmediate(resolve));
  };
  for (const reading of history(building, options)) {
    batch.push(readingRecord(reading));
    if (batch.length >= recordsAtOnce) await append();
  }
  await append();
  progress.stop();
}

async function lastFullDay(store: Store, { building, end }: Demo, json: boolean): Promise<string> {
  const calendar = createCalendar(building.timezone);
  const { date } = calendar.previous(calendar.windowOf('day', end));
  const answer = await dailyAnalysis({ reader: store.results, building, calendar, now: end }, { days: 1, date });
  return json ? `${JSON.stringify(answer)}\n` : dailyText(answer);
}

async function goLive(store: Store, { building, seed, leak }: Demo, port: number): Promise<void> {
  const shutdown = onShutdown();
  const simulation = createSimulation(building, { seed, ...leak });
  const gateway = await startGateway(simulation);
  const bus = gatewayBus(gateway, simulation, { intervalMs: 10_000 });
  const live = await startLive({
    store,
    buildings: [{ ...building, intervalMs: bus.intervalMs }],
    buses: [bus],
    api: { host: '127.0.0.1', port, tokens: [] },
    open: true,
  });
  process.stdout.write(
    `La page du syndic : ${live.url}\nBus M-Bus simulé : ${gateway.host}:${gateway.port}, un cycle toutes les 10 s. Ctrl-C pour arrêter.\n`,
  );
  await Promise.race([shutdown.requested, live.processing.done]);
  await live.stop();
  await gateway.close();
  process.exitCode = 130;
}

interface Numbers {
  readonly days: number;
  readonly seed: number;
  readonly leakW: number;
  readonly port: number;
}

function checkNumbers(options: DemoOptions): Numbers {
  const numbers = {
    days: Number(options.days),
    seed: Number(options.seed),
    leakW: Number(options.leakW),
    port: Number(options.port),
  };
  const problems: string[] = [];
  if (!Number.isInteger(numbers.days) || numbers.days < 1 || numbers.days > 3660)
    problems.push(`--days: "${options.days}" is not a number from 1 to 3660`);
  if (!Number.isInteger(numbers.seed)) problems.push(`--seed: "${options.seed}" is not an integer`);
  if (!Number.isFinite(numbers.leakW) || numbers.leakW < 0)
    problems.push(`--leak-w: "${options.leakW}" is not a power in W`);
  if (!Number.isInteger(numbers.port) || numbers.port < 0 || numbers.port > 65535)
    problems.push(`--port: "${options.port}" is not a port`);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return numbers;
}
