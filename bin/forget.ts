/**
 * `releve forget`: removes a former occupant's data: readings, states, days, anomalies and statements of the stay. The event `forget` in
 * the journal is the audit record: who, when, which lot and stay, how much. Running it again removes what came back, and harms nothing.
 */
import type { Command } from 'commander';
import type { Building, Lot } from '../domain/building.ts';
import { createCalendar } from '../domain/calendar.ts';
import { systemClock } from '../domain/clock.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { type DeclaredEvent, declaredEventKey } from '../domain/events.ts';
import { type ForgettableStay, isForgotten, stayToForget } from '../domain/forget.ts';
import type { Result } from '../domain/results.ts';
import { partitionOf } from '../domain/topics.ts';
import type { Journal, OutgoingRecord } from '../journal/port.ts';
import { withDeclaredEvents } from '../processors/context.ts';
import type { ResultsEraser } from '../results/port.ts';
import { declaredEvents } from './declared.ts';
import { openJournal, openResults } from './journals.ts';
import { type CommonOptions, checkedDate, chosenBuilding, configurationOf, dataDirectory } from './options.ts';

interface ForgetOptions extends CommonOptions {
  readonly lot: string;
  readonly until?: string;
  readonly force?: boolean;
  readonly by: string;
  readonly immeuble?: string;
  readonly json?: boolean;
}

export interface Forgotten {
  readonly lot: number;
  readonly stay: ForgettableStay;
  readonly meters: readonly string[];
  /** Results deleted from the journal. */
  readonly results: number;
  /** Items the store says it deleted beside them; null: it does not say. */
  readonly stored: number | null;
}

const recordsAtOnce = 1000;

export function registerForget(program: Command): void {
  program
    .command('forget')
    .description('efface les données d’un ancien occupant après son départ, avec trace')
    .requiredOption('--lot <numéro>')
    .option('--until <AAAA-MM-JJ>', 'le séjour commencé avant ce jour (défaut : le dernier séjour terminé)')
    .option('--force', 'même si l’occupant y vit encore (jusqu’à --until) ou vient de partir')
    .option('--by <qui>', 'qui le demande', process.env.USER ?? 'releve')
    .option('--immeuble <id>')
    .option('--json', 'le compte rendu en JSON')
    .addHelpText('after', '\nExemple :\n  npm run -s releve -- forget --lot 3 --until 2026-09-01 --by gardien')
    .action(async (options: ForgetOptions) => {
      const config = configurationOf(options);
      const configured = chosenBuilding(config, options.immeuble);
      const directory = dataDirectory(options, config);
      const { journal, store, close } = openJournal(config, directory);
      const opened = store ? undefined : openResults(config, directory);
      const eraser = store?.results ?? opened?.results;
      try {
        if (!eraser) throw new ConfigurationError(['influx: missing, there is no store to forget in']);
        const events = (await declaredEvents(journal)).filter((event) => event.building === configured.id);
        const building = withDeclaredEvents(configured, events);
        const now = systemClock.now();
        const { lot, stay } = chooseStay(building, options, now);
        const forgotten = await forget({ journal, eraser, building, lot, stay, by: options.by, now });
        process.stdout.write(options.json ? `${JSON.stringify(forgotten)}\n` : reportText(building, forgotten));
      } finally {
        await opened?.close();
        await close();
      }
    });
}

export interface ForgetRequest {
  readonly journal: Journal;
  readonly eraser: ResultsEraser;
  readonly building: Building;
  readonly lot: Lot;
  readonly stay: ForgettableStay;
  readonly by: string;
  /** Epoch ms. */
  readonly now: number;
}

/** The journal first, so that nothing writes the results again from there; then the store; then the trace. */
export async function forget({ journal, eraser, building, lot, stay, by, now }: ForgetRequest): Promise<Forgotten> {
  const meters = building.meters.filter((meter) => meter.lot === lot.number).map(({ id }) => id);
  const keys = await forgottenKeys(journal, building.id, meters, stay);
  for (let first = 0; first < keys.length; first += recordsAtOnce) {
    await journal.append(
      keys
        .slice(first, first + recordsAtOnce)
        .map((key): OutgoingRecord => ({ topic: 'results', key, building: building.id, value: null })),
    );
  }
  let stored: number | null = 0;
  for (const meter of meters) {
    const count = await eraser.forget({ building: building.id, meter, from: stay.from, to: stay.to });
    stored = stored === null || count === null ? null : stored + count;
  }
  const event: DeclaredEvent = {
    v: 1,
    building: building.id,
    type: 'forget',
    at: now,
    lot: lot.number,
    from: stay.from,
    to: stay.to,
    by,
    results: keys.length,
    stored,
  };
  await journal.append([{ topic: 'events', key: declaredEventKey(event), building: building.id, value: event }]);
  return { lot: lot.number, stay, meters, results: keys.length, stored };
}

async function forgottenKeys(
  journal: Journal,
  building: string,
  meters: readonly string[],
  { from, to }: ForgettableStay,
): Promise<string[]> {
  const keys = new Set<string>();
  const partition = partitionOf(building, await journal.partitions('results'));
  for await (const batch of journal.read('results', partition)) {
    for (const { key, value } of batch) {
      const result = value as Result | null | undefined;
      if (result?.building === building && meters.some((meter) => isForgotten(result, meter, from, to))) keys.add(key);
      else keys.delete(key);
    }
  }
  return [...keys];
}

/** Throws ConfigurationError where nobody may be forgotten. */
function chooseStay(building: Building, options: ForgetOptions, now: number): { lot: Lot; stay: ForgettableStay } {
  const lot = building.lots.find(({ number }) => String(number) === options.lot);
  if (!lot) throw new ConfigurationError([`--lot: no lot "${options.lot}"`]);
  const until =
    options.until === undefined
      ? now
      : createCalendar(building.timezone).day(checkedDate(options.until, '--until')).start;
  if (until > now) throw new ConfigurationError(['--until: is in the future']);
  const choice = stayToForget(building, lot, until, now);
  if (choice.found) return { lot, stay: choice.stay };
  if (options.force === true && choice.stay) return { lot, stay: choice.stay };
  throw new ConfigurationError([`--lot ${lot.number}: ${refusals[choice.reason]}`]);
}

const refusals = {
  occupied: 'the occupant still lives there; declare the departure with `event add move-out`, or use --force',
  none: 'nobody has left this lot by then',
  recent:
    'the occupant left less than the lateness and a day ago and the last days may still be revised; wait, or use --force',
} as const;

function reportText(building: Building, { lot, stay, meters, results, stored }: Forgotten): string {
  const date = (at: number): string =>
    Number.isFinite(at) ? new Intl.DateTimeFormat('fr-FR', { timeZone: building.timezone }).format(at) : 'toujours';
  const others =
    stored === null ? 'les relevés et états du dépôt' : `${stored} relevés, états ou autres points du dépôt`;
  return [
    `Lot ${lot}, occupant ${stay.occupant}, du ${date(stay.from)} au ${date(stay.to)} : effacé.`,
    `Compteurs : ${meters.join(', ') || 'aucun'}.`,
    `Supprimés : ${results} résultats (journées, anomalies, décomptes du séjour) et ${others}.`,
    'Les décomptes de périodes encore ouvertes sont republiés jusqu’à leur clôture : relancer la commande ensuite.',
    '',
  ].join('\n');
}
