/** `releve event add|list`, `close`, `recompute`: what people declare, appended to the journal and taken into account at once where nobody else processes it. */
import type { Command } from 'commander';
import { Temporal } from 'temporal-polyfill';
import type { Building, PriceSlot } from '../domain/building.ts';
import { createCalendar } from '../domain/calendar.ts';
import { systemClock } from '../domain/clock.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { type DeclaredEvent, declaredEventKey, parseDeclaredEvent } from '../domain/events.ts';
import { parseHours, priceProblems } from '../domain/prices.ts';
import type { PeriodKind } from '../domain/window.ts';
import { declaredEvents } from './declared.ts';
import { startProcessing } from './embedded.ts';
import { openJournal } from './journals.ts';
import { takeLock } from './lock.ts';
import { type CommonOptions, checkedDate, chosenBuilding, configurationOf, dataDirectory } from './options.ts';

interface DeclareOptions extends CommonOptions {
  readonly immeuble?: string;
}
interface EventOptions extends DeclareOptions {
  readonly at: string;
  readonly meter?: string;
  readonly lot?: string;
  readonly final?: string;
  readonly initial?: string;
  readonly multiplier?: string;
  readonly occupant?: string;
  readonly serial?: string;
  readonly consent?: boolean;
  readonly slot: readonly string[];
  readonly standingCharge?: string;
  readonly taxes?: string;
}

export function registerEvent(program: Command): void {
  const event = program
    .command('event')
    .description('événements déclarés : remplacement, coefficient, emménagement, départ, vacance, tarif')
    .addHelpText('after', '\nExemple :\n  npm run -s releve -- event add move-out --lot 7 --at 2026-10-17');
  event
    .command('add')
    .description('déclare un événement')
    .argument('<type>', 'replacement, multiplier, move-in, move-out, vacancy ou tariff')
    .requiredOption('--at <instant>', 'AAAA-MM-JJ, ou instant ISO 8601 avec décalage')
    .option('--meter <id>')
    .option('--lot <numéro>')
    .option('--final <Wh>', 'dernier index de l’ancien compteur')
    .option('--initial <Wh>', 'premier index du nouveau')
    .option('--serial <numéro>')
    .option('--multiplier <k>')
    .option('--occupant <référence>', 'une référence, jamais un nom')
    .option(
      '--slot <tranche>',
      'd’un tarif : nom=centimes/kWh@heures, répétée',
      (slot, slots: string[]) => [...slots, slot],
      [],
    )
    .option('--standing-charge <centimes>', 'abonnement par mois')
    .option('--taxes <centimes>', 'taxes par mois')
    .option('--consent', 'l’occupant accepte que d’autres voient ses données infrajournalières')
    .option('--immeuble <id>')
    .option('-c, --config <fichier>')
    .option('--data-dir <dossier>')
    .addHelpText(
      'after',
      '\nExemples :\n  npm run -s releve -- event add replacement --meter LOC03 --at 2026-05-04T10:12:00+02:00 --final 8123000 --initial 0\n  npm run -s releve -- event add tariff --at 2026-08-01 --slot hp=21.46@06:00-22:00 --slot hc=16.96@22:00-06:00',
    )
    .action(async (type: string, options: EventOptions) => {
      await declare(options, (building) => eventOf(type, building, options));
    });
  event
    .command('list')
    .description('les événements déclarés')
    .option('-c, --config <fichier>')
    .option('--data-dir <dossier>')
    .addHelpText('after', '\nExemple :\n  npm run -s releve -- event list --data-dir data')
    .action(async (options: CommonOptions) => {
      const config = configurationOf(options);
      const open = openJournal(config, dataDirectory(options, config));
      try {
        const topic = await declaredEvents(open.journal);
        for (const item of [...config.buildings.flatMap((building) => building.events), ...topic])
          process.stdout.write(`${JSON.stringify(item)}\n`);
      } finally {
        await open.close();
      }
    });
}

export function registerClose(program: Command): void {
  program
    .command('close')
    .description('clôt une période de facturation : elle ne change plus, la suite devient régularisation')
    .requiredOption('--period <période>', 'mois, trimestre ou annee')
    .requiredOption('--date <AAAA-MM-JJ>', 'un jour de la période')
    .option('--by <qui>', 'qui clôt', process.env.USER ?? 'releve')
    .option('--immeuble <id>')
    .addHelpText('after', '\nExemple :\n  npm run -s releve -- close --period mois --date 2026-10-01')
    .action(async (options: DeclareOptions & { period: string; date: string; by: string }) => {
      const period = kinds[options.period];
      if (!period) throw new ConfigurationError([`--period: "${options.period}" is not one of mois, trimestre, annee`]);
      await declare(options, (building) => {
        const calendar = createCalendar(building.timezone);
        const window = calendar.windowOf(period, calendar.day(checkedDate(options.date, '--date')).start);
        if (systemClock.now() < window.end) throw new ConfigurationError([`--period: ${window.date} is not over yet`]);
        return {
          v: 1,
          building: building.id,
          type: 'close',
          at: window.start,
          period,
          date: window.date,
          by: options.by,
        };
      });
    });
}

export function registerRecompute(program: Command): void {
  program
    .command('recompute')
    .description('rejoue les relevés conservés ; seul ce qui change est publié de nouveau')
    .requiredOption('--from <AAAA-MM-JJ>')
    .requiredOption('--to <AAAA-MM-JJ>')
    .option('--by <qui>', 'qui le demande', process.env.USER ?? 'releve')
    .option('--immeuble <id>')
    .addHelpText('after', '\nExemple :\n  npm run -s releve -- recompute --from 2026-10-01 --to 2026-10-31')
    .action(async (options: DeclareOptions & { from: string; to: string; by: string }) => {
      await declare(options, (building) => {
        const calendar = createCalendar(building.timezone);
        const from = calendar.day(checkedDate(options.from, '--from')).start;
        const to = calendar.day(checkedDate(options.to, '--to')).end;
        if (to <= from) throw new ConfigurationError(['--to: before --from']);
        return { v: 1, building: building.id, type: 'recompute', at: systemClock.now(), from, to, by: options.by };
      });
    });
}

const kinds: Readonly<Record<string, PeriodKind>> = { mois: 'month', trimestre: 'quarter', annee: 'year' };

/** Appends the event; in the embedded mode, with no other program at work on the folder, it is processed before the command ends. */
async function declare(options: DeclareOptions, make: (building: Building) => DeclaredEvent): Promise<void> {
  const config = configurationOf(options);
  const building = chosenBuilding(config, options.immeuble);
  const event = make(building);
  const directory = dataDirectory(options, config);
  const open = openJournal(config, directory);
  const lock = open.store ? takeLock(directory) : null;
  const processing =
    open.store && lock
      ? startProcessing({ store: open.store, buildings: config.buildings, watching: false })
      : undefined;
  try {
    await open.journal.append([{ topic: 'events', key: declaredEventKey(event), building: building.id, value: event }]);
    await processing?.drained();
  } finally {
    await processing?.stop().catch(() => undefined);
    lock?.release();
    await open.close();
  }
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function eventOf(type: string, building: Building, options: EventOptions): DeclaredEvent {
  const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
  const value = {
    building: building.id,
    type,
    at: instantOf(options.at, building.timezone),
    ...defined({
      meter: options.meter,
      lot: number(options.lot),
      finalIndexWh: number(options.final),
      initialIndexWh: number(options.initial),
      multiplier: number(options.multiplier),
      occupant: options.occupant,
      serial: options.serial,
      consent: options.consent,
      slots: options.slot.length === 0 ? undefined : options.slot.map(slotOf),
      standingChargeCents: number(options.standingCharge),
      taxesCents: number(options.taxes),
    }),
  };
  const parsed = parseDeclaredEvent(value);
  const problems: string[] = parsed.ok ? [] : ((parsed.facts.problems as string[] | undefined) ?? [parsed.code]);
  if (parsed.ok && 'meter' in parsed.value && !building.meters.some((meter) => meter.id === options.meter))
    problems.push(`--meter: no meter "${options.meter}"`);
  if (parsed.ok && 'lot' in parsed.value && !building.lots.some((lot) => lot.number === Number(options.lot)))
    problems.push(`--lot: no lot "${options.lot}"`);
  if (parsed.ok && parsed.value.type === 'tariff')
    problems.push(...priceProblems(parsed.value.slots).map((problem) => `--slot: ${problem}`));
  if (!parsed.ok || problems.length > 0) throw new ConfigurationError(problems);
  return parsed.value;
}

/** `hp=20.65@06:00-22:00,23:00-24:00`; without hours the whole day. */
function slotOf(text: string): PriceSlot {
  const [, name, price, hours] = /^([a-z][a-z0-9_]*)=(\d+(?:\.\d+)?)(?:@(.+))?$/.exec(text) ?? [];
  const parts = (hours ?? '00:00-24:00').split(',').map(parseHours);
  const known = parts.flatMap((part) => part ?? []);
  if (name === undefined || known.length < parts.length)
    throw new ConfigurationError([`--slot: "${text}" is not such as hp=20.65@06:00-22:00`]);
  return { name, centsPerKwh: Number(price), hours: known };
}

function defined(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function instantOf(text: string, timezone: string): number {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text))
      return Temporal.PlainDate.from(text, { overflow: 'reject' }).toZonedDateTime(timezone).epochMilliseconds;
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    throw new ConfigurationError([`--at: "${text}" is not a date or an instant with offset`]);
  }
}
