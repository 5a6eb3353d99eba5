/** `releve scan`: finds the meters of a bus, primary or secondary; progress on stderr, a configuration to paste on stdout. */
import { SingleBar } from 'cli-progress';
import { type Command, InvalidArgumentError } from 'commander';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { stringify } from 'yaml';
import type { Endpoint } from '../domain/bus.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { type ProfileSuggestion, suggestProfile } from '../ingest/profiles/suggest.ts';
import { type FoundMeter, type ScanEvent, scanPrimary, scanSecondary } from '../ingest/scan.ts';
import type { ByteLink } from '../ingest/transport/byte-link.ts';
import { createLink } from '../ingest/transport/endpoint.ts';
import { type CommonOptions, configurationOf } from './options.ts';

interface ScanOptions extends CommonOptions {
  readonly bus?: string;
  readonly tcp?: Endpoint;
  readonly serial?: string;
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly secondary?: boolean;
  readonly first: number;
  readonly last: number;
  readonly prefix: string;
  readonly timeout: number;
  readonly retries: number;
  readonly json?: boolean;
}

const connectionMs = 10_000;

/** Adds the command to the program. What was found goes to `output`. */
export function registerScan(program: Command, output: NodeJS.WritableStream = process.stdout): void {
  program
    .command('scan')
    .description('cherche les compteurs d’un bus M-Bus et donne la configuration à coller')
    .option('--tcp <hôte:port>', 'passerelle TCP', endpointOf)
    .option('--serial <chemin>', 'port série')
    .option('--baud <bauds>', 'vitesse du port série', whole(300, 38_400), 2400)
    .option('--parity <parité>', 'parité du port série : none, even, odd', 'even')
    .option('--bus <id>', 'un bus de la configuration')
    .option('--secondary', 'recherche par adresse secondaire (jokers)')
    .option('--first <n>', 'première adresse primaire', whole(0, 250), 0)
    .option('--last <n>', 'dernière adresse primaire', whole(0, 250), 250)
    .option('--prefix <chiffres>', 'premiers chiffres de l’identification', '')
    .option('--timeout <ms>', 'attente d’une réponse', whole(10, 60_000), 300)
    .option('--retries <n>', 'répétitions, de 0 à 2', whole(0, 2), 1)
    .option('--json', 'un objet JSON par compteur au lieu de YAML')
    .addHelpText(
      'after',
      '\nExemple :\n  $ releve scan --tcp 192.0.2.7:10001 --secondary\n  $ releve scan --serial /dev/ttyUSB0 --first 1 --last 30',
    )
    .action(async (options: ScanOptions, command: Command) => {
      const { endpoint, bus } = target(options);
      if (!/^\d{0,7}$/.test(options.prefix)) command.error('--prefix : au plus 7 chiffres', { exitCode: 2 });
      if (!['none', 'even', 'odd'].includes(options.parity))
        command.error('--parity : none, even ou odd', { exitCode: 2 });
      const stop = new AbortController();
      const interrupt = (): void => stop.abort();
      process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
      const link = createLink(endpoint);
      try {
        if (!(await isConnected(link))) {
          process.stderr.write('pas de connexion au bus\n');
          process.exitCode = 1;
          return;
        }
        const { found, isComplete } = await scan(link, options, stop.signal);
        output.write(
          options.json
            ? found.map((meter) => `${JSON.stringify(summary(meter))}\n`).join('')
            : paste(found, bus, endpoint),
        );
        process.stderr.write(`${found.length} compteur(s)${isComplete ? '' : ', recherche interrompue'}\n`);
        process.exitCode = stop.signal.aborted ? 130 : isComplete ? 0 : 1;
      } finally {
        process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
        await link.close();
      }
    });
}

/** All that was found, also when the signal or the line ends the search early. */
export async function scan(
  link: ByteLink,
  options: Pick<ScanOptions, 'secondary' | 'first' | 'last' | 'prefix' | 'timeout' | 'retries'>,
  signal: AbortSignal,
): Promise<{ readonly found: FoundMeter[]; readonly isComplete: boolean }> {
  const exchange = { timeoutMs: options.timeout, retries: options.retries };
  const events = options.secondary
    ? scanSecondary(link, exchange, options.prefix)
    : scanPrimary(link, options, exchange);
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {asked} | {found} trouvé(s)',
    stream: process.stderr,
    clearOnComplete: true,
  });
  if (process.stderr.isTTY) bar.start(1000, 0, { asked: '', found: 0 });
  const found: FoundMeter[] = [];
  let isComplete = true;
  await new Promise<void>((resolve) => {
    const searching = events.subscribe({
      next: (event) => {
        if (event.kind === 'found') found.push(event.meter);
        else if (event.kind === 'link_down') isComplete = false;
        say(event, bar);
      },
      complete: () => resolve(),
    });
    const abort = (): void => {
      isComplete = false;
      searching.unsubscribe();
      resolve();
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
  bar.stop();
  return { found, isComplete };
}

function say(event: ScanEvent, bar: SingleBar): void {
  if (event.kind === 'progress') {
    const { asked, found, share } = event;
    if (process.stderr.isTTY) bar.update(Math.round(1000 * share), { asked, found });
  } else if (event.kind === 'found') {
    const { primary, secondary } = event.meter;
    process.stderr.write(`trouvé : adresse ${primary}, secondaire ${secondary ?? 'inconnue'}\n`);
  } else if (event.kind === 'unreadable') process.stderr.write(`${event.asked} : répond, illisible (${event.code})\n`);
  else process.stderr.write(`connexion perdue à ${event.asked}\n`);
}

function target(options: ScanOptions): { readonly endpoint: Endpoint; readonly bus: string } {
  const given = [options.tcp, options.serial, options.bus].filter((each) => each !== undefined);
  if (given.length !== 1) throw new ConfigurationError(['exactly one of --tcp, --serial, --bus']);
  if (options.tcp) return { endpoint: options.tcp, bus: 'bus-1' };
  if (options.serial !== undefined) {
    return {
      endpoint: { kind: 'serial', path: options.serial, baud: options.baud, parity: options.parity },
      bus: 'bus-1',
    };
  }
  const bus = configurationOf(options).buses.find(({ id }) => id === options.bus);
  if (!bus) throw new ConfigurationError([`--bus: no bus "${options.bus}"`]);
  return { endpoint: bus.endpoint, bus: bus.id };
}

async function isConnected(link: ByteLink): Promise<boolean> {
  link.open();
  return firstValueFrom(link.connected$.pipe(filter(Boolean), timeout({ first: connectionMs, with: () => [false] })));
}

function summary(meter: FoundMeter): object {
  const header = meter.telegrams.find((telegram) => telegram.header)?.header;
  const suggestion = suggestProfile(meter.telegrams);
  return {
    primary: meter.primary,
    secondary: meter.secondary,
    id: header?.id,
    manufacturer: header?.manufacturer,
    version: header?.version,
    medium: header?.medium,
    telegrams: meter.telegrams.length,
    registerLimitWh: suggestion.kind === 'automatic' ? suggestion.registerLimitWh : undefined,
    profile: suggestion.kind === 'named' ? suggestion.profile : undefined,
  };
}

function paste(found: readonly FoundMeter[], bus: string, endpoint: Endpoint): string {
  const { kind, ...where } = endpoint;
  const meters = found.map((meter) => {
    const header = meter.telegrams.find((telegram) => telegram.header)?.header;
    const suggestion = suggestProfile(meter.telegrams);
    const limitWh = suggestion.kind === 'automatic' ? suggestion.registerLimitWh : undefined;
    // Addresses 0 (not set) and from 251 on do not tell meters apart.
    const usePrimary =
      meter.primary >= 1 &&
      meter.primary <= 250 &&
      found.filter(({ primary }) => primary === meter.primary).length === 1;
    const address =
      usePrimary || meter.secondary === null ? { primary: meter.primary } : { secondary: meter.secondary.slice(0, 16) };
    return {
      id: `C${header?.id ?? meter.primary}`,
      role: 'tenant',
      lot: 1,
      ...(header?.id ? { serial: header.id } : {}),
      source: { bus, ...address, ...(suggestion.kind === 'named' ? { profile: suggestion.profile } : {}) },
      ...(limitWh === undefined ? {} : { register_limit_wh: limitWh }),
    };
  });
  const hints = found.flatMap((meter, at) => hintOf(suggestProfile(meter.telegrams), meters[at]!.id));
  return `# role and lot of each meter are yours to set\n${hints.join('')}${stringify({ buses: [{ id: bus, driver: 'mbus', [kind]: where }], meters })}`;
}

function hintOf(suggestion: ProfileSuggestion, id: string): string[] {
  switch (suggestion.kind) {
    case 'automatic':
      return [];
    case 'named':
      return [`# ${id}: tariffs without a total; look whether these are all of its tariffs\n`];
    case 'other medium':
      return [`# ${id}: counts ${suggestion.medium}, no electricity; leave it out\n`];
    case 'undecided':
      return [`# ${id}: no single import index was found; write a profile for this model (docs)\n`];
  }
}

function endpointOf(text: string): Endpoint {
  const match = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535) throw new InvalidArgumentError('hôte:port');
  return { kind: 'tcp', host: match[1] ?? match[2] ?? '', port };
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`un entier de ${least} à ${most}`);
    return value;
  };
}
