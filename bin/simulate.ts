/** `releve simulate`: the simulated building alone, on TCP or on a pseudo-terminal; prints a configuration that reads it. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import { stringify } from 'yaml';
import type { Building } from '../domain/building.ts';
import { simulatedBuilding, withSimulatedSources } from '../ingest/simulator/building.ts';
import { startGateway } from '../ingest/simulator/gateway.ts';
import { startPushGateway } from '../ingest/simulator/push-gateway.ts';
import { createSimulation, type Simulation } from '../ingest/simulator/simulation.ts';
import { type CommonOptions, chosenBuilding, configurationOf } from './options.ts';

interface SimulateOptions extends CommonOptions {
  readonly meters: number;
  readonly seed: number;
  readonly leakW: number;
  readonly noise: number;
  readonly missing: number;
  readonly partial: number;
  readonly late: number;
  readonly dead: readonly string[];
  readonly silent: readonly string[];
  readonly alarmed: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly baud?: number;
  readonly echo?: boolean;
  readonly twoTelegrams?: boolean;
  readonly dropEvery?: number;
  readonly pty?: string;
  readonly dlms?: boolean;
  readonly key?: string;
  readonly authKey?: string;
}

/** Adds the command to the program. The configuration goes to `output`. */
export function registerSimulate(program: Command, output: NodeJS.WritableStream = process.stdout): void {
  program
    .command('simulate')
    .description('simule l’immeuble seul : des compteurs M-Bus derrière une passerelle TCP, ou des E450 qui émettent')
    .option('--meters <n>', 'locataires, de 1 à 249', whole(1, 249), 20)
    .option('--seed <n>', 'graine : même graine, même immeuble', whole(0, 2 ** 31), 1)
    .option('--leak-w <watts>', 'charge cachée derrière le compteur général', number(0, 100_000), 0)
    .option('--noise <part>', 'part des octets altérés, de 0 à 1', number(0, 1), 0)
    .option('--missing <part>', 'part des réponses qui manquent', number(0, 1), 0)
    .option('--partial <part>', 'part des réponses tronquées', number(0, 1), 0)
    .option('--late <part>', 'part des réponses en retard de 2 s', number(0, 1), 0)
    .option('--dead <compteur...>', 'compteurs morts, par exemple LOC07', [])
    .option('--silent <compteur...>', 'compteurs qui acquittent sans donner de valeurs', [])
    .option('--alarmed <compteur...>', 'compteurs qui annoncent une alarme (ACD), une fois chacun', [])
    .option('--host <adresse>', 'adresse d’écoute', '127.0.0.1')
    .option('--port <n>', 'port TCP, 0 : un port libre', whole(0, 65_535), 10_001)
    .option('--baud <bauds>', 'vitesse du bus simulé ; sans elle les réponses sont immédiates', whole(300, 38_400))
    .option('--echo', 'le convertisseur renvoie ce qu’il reçoit du maître')
    .option('--two-telegrams', 'chaque relevé tient en deux télégrammes')
    .option('--drop-every <secondes>', 'coupe les connexions, en moyenne à ce rythme', number(0.01, 86_400))
    .option('--pty <chemin>', 'pseudo-terminal au lieu du seul TCP (demande socat)')
    .option('--dlms', 'des E450 qui émettent, un port TCP par compteur à partir de --port')
    .option('--key <hex>', 'E450 : clé de chiffrement, 32 chiffres ; « random » pour en tirer une')
    .option('--auth-key <hex>', 'E450 : clé d’authentification, 32 chiffres')
    .addHelpText(
      'after',
      '\nExemple :\n  $ releve simulate --leak-w 300 --noise 0.001 --dead LOC07 > simulation.yaml\n  $ releve run -c simulation.yaml',
    )
    .action(async (options: SimulateOptions, command: Command) => {
      const building =
        options.config === undefined
          ? simulatedBuilding(options.seed, { tenants: options.meters })
          : withSimulatedSources(chosenBuilding(configurationOf(options), undefined), options.seed);
      for (const id of [...options.dead, ...options.silent, ...options.alarmed]) {
        if (!building.meters.some((meter) => meter.id === id))
          command.error(`${id} : aucun compteur de ce nom`, { exitCode: 2 });
      }
      const simulation = createSimulation(building, { seed: options.seed, leakW: options.leakW });
      const stop = options.dlms
        ? await simulatePushes(simulation, options, command, output)
        : await simulateBus(simulation, options, output);
      await interruption();
      await stop();
      process.exitCode = 130;
    });
}

async function simulateBus(
  simulation: Simulation,
  options: SimulateOptions,
  output: NodeJS.WritableStream,
): Promise<() => Promise<void>> {
  const { dropEvery, ...rest } = options;
  const gateway = await startGateway(simulation, {
    ...rest,
    dropEveryMs: dropEvery === undefined ? undefined : dropEvery * 1000,
  });
  const terminal = options.pty === undefined ? undefined : openTerminal(options.pty, gateway.port);
  const endpoint =
    options.pty === undefined
      ? { tcp: { host: gateway.host, port: gateway.port } }
      : { serial: { path: options.pty, baud: options.baud ?? 2400, parity: 'even' } };
  const sources = new Map(
    simulation.building.meters.map((meter) => [meter.id, { bus: 'bus-1', primary: meter.source?.primary }]),
  );
  output.write(configuration(simulation.building, [{ id: 'bus-1', driver: 'mbus', ...endpoint }], sources));
  process.stderr.write(`passerelle M-Bus simulée sur ${gateway.host}:${gateway.port} ; Ctrl-C pour arrêter\n`);
  return async () => {
    terminal?.kill();
    await gateway.close();
  };
}

async function simulatePushes(
  simulation: Simulation,
  options: SimulateOptions,
  command: Command,
  output: NodeJS.WritableStream,
): Promise<() => Promise<void>> {
  const key = options.key === 'random' ? randomBytes(16) : keyOf(options.key, '--key', command);
  const authKey = keyOf(options.authKey, '--auth-key', command);
  const gateway = await startPushGateway(simulation, {
    ...options,
    port: options.port === 0 ? undefined : options.port,
    key,
    authKey,
  });
  const buses = [...gateway.ports].map(([id, port]) => ({
    id: `ligne-${id}`,
    driver: 'dlms',
    tcp: { host: gateway.host, port },
  }));
  // Secrets stand in the environment, never in a configuration.
  const secrets = {
    ...(key ? { key: '$' + '{RELEVE_DLMS_KEY}' } : {}),
    ...(authKey ? { authentication_key: '$' + '{RELEVE_DLMS_AUTH_KEY}' } : {}),
  };
  const sources = new Map([...gateway.ports.keys()].map((id) => [id, { bus: `ligne-${id}`, ...secrets }]));
  output.write(configuration(simulation.building, buses, sources));
  process.stderr.write(
    `${gateway.ports.size} E450 simulés sur ${gateway.host}, ports ${Math.min(...gateway.ports.values())} et suivants ; Ctrl-C pour arrêter\n`,
  );
  if (options.key === 'random' && key) process.stderr.write(`RELEVE_DLMS_KEY=${key.toString('hex')}\n`);
  return () => gateway.close();
}

function configuration(building: Building, buses: readonly object[], sources: ReadonlyMap<string, object>): string {
  return stringify({
    version: 1,
    buildings: [
      {
        id: building.id,
        name: building.name,
        address: building.address,
        syndic: building.syndic,
        timezone: building.timezone,
        contracted_power_kva: building.contractedPowerKva,
        expected_common_share: building.expectedCommonShare,
        lots: building.lots.map(({ number: lot, owner, tantiemes }) => ({ number: lot, owner, tantiemes })),
        meters: building.meters.map(({ id, role, lot, serial }) => ({
          id,
          role,
          ...(lot === null ? {} : { lot }),
          serial,
          source: sources.get(id),
          installed_at: '2020-01-01',
        })),
      },
    ],
    buses,
  });
}

function openTerminal(path: string, port: number) {
  const child = spawn('socat', [`PTY,link=${path},raw,echo=0,waitslave`, `TCP:127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.on('error', (error) => process.stderr.write(`socat : ${error.message}\n`));
  return child;
}

function keyOf(hex: string | undefined, option: string, command: Command): Buffer | undefined {
  if (hex === undefined) return undefined;
  if (!/^[0-9A-Fa-f]{32}$/.test(hex)) command.error(`${option} : 32 chiffres hexadécimaux attendus`, { exitCode: 2 });
  return Buffer.from(hex, 'hex');
}

function interruption(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
}

function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most))
      throw new InvalidArgumentError(`un nombre de ${least} à ${most}`);
    return value;
  };
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = number(least, most)(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError('un nombre entier');
    return value;
  };
}
