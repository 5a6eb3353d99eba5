/**
 * The fault harness: the roles as processes of their own under a running replay and a simulated bus, killed at random (seeded) instants, with broker and
 * InfluxDB away for a while, a process that sleeps and comes back, processes added and taken away. At the end everything must be as if nothing
 * had happened.
 *
 *     npm run test:faults                                     50 kills, InfluxDB away for 60 s; about a quarter of an hour
 *     npm run test:faults -- --kills 200 --seed 7 --outage-s 120
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startInflux } from '../../../infra/native/influx.ts';
import { startKafka } from '../../../infra/native/kafka.ts';
import { freePort } from '../../../infra/native/server-process.ts';
import { simulatedBuilding } from '../../../ingest/simulator/building.ts';
import { type Gateway, startGateway } from '../../../ingest/simulator/gateway.ts';
import { createSimulation } from '../../../ingest/simulator/simulation.ts';
import { createKafka } from '../../../journal/kafka/client.ts';
import type { Account } from '../../../processors/account.ts';
import { comparedResults } from './compare.ts';
import { type Crew, createCrew, type RoleName, working } from './crew.ts';
import { differences } from './differences.ts';
import { type TransactionWatch, watchTransactions } from './open-transactions.ts';
import { seeded } from './random.ts';
import { startReplay } from './replay.ts';
import { buildingFile, createRig, type Rig, type StartedRole } from './rig.ts';
import { runUninterrupted } from './uninterrupted.ts';
import { until } from './until.ts';

export interface FaultOptions {
  readonly seed: number;
  /** Half of them of `process`, the rest of `sink` and `ingest`. */
  readonly kills: number;
  /** How long InfluxDB is away. */
  readonly outageMs: number;
  /** Between two instants of the replay. */
  readonly pauseMs: number;
  /** The end is judged when what differs has not changed for this long. */
  readonly stuckMs: number;
  readonly say: (line: string) => void;
}

export interface FaultReport {
  readonly seed: number;
  readonly seconds: number;
  readonly kills: Record<RoleName, number>;
  /** Kills of `process` for which a transaction had to be aborted. */
  readonly inOpenTransaction: number;
  /** Journal events of all processes. */
  readonly events: Record<string, number>;
  /** The process that slept found out by itself that it had been replaced. */
  readonly zombieNoticed: boolean;
  readonly gracefulExits: readonly (number | string)[];
  /** Records of the topic `readings`. */
  readonly readings: number;
  readonly account: Account;
  /** Records that `ingest` had acknowledged when it was last asked before each kill, and what arrived. */
  readonly acknowledged: number;
  readonly arrived: number;
  readonly results: number;
  /** What differs from the uninterrupted run; empty when all is well. */
  readonly differences: readonly string[];
}

const partitions = 8;
const prefix = 'faults';
const live = 'LIVE';
const dayMs = 86_400_000;
/** Less than what InfluxDB keeps of readings. */
const replayDays = 690;

export async function runFaults(options: FaultOptions): Promise<FaultReport> {
  const folder = mkdtempSync(join(tmpdir(), 'releve-faults-'));
  const closers: (() => Promise<unknown> | unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    return await run(options, folder, closers);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function run(
  options: FaultOptions,
  folder: string,
  closers: (() => Promise<unknown> | unknown)[],
): Promise<FaultReport> {
  const began = performance.now();
  const servers = await startServers(folder, closers);
  const { rig, replayed } = await startRig(folder, servers, closers);
  const crew = createCrew(rig);
  for (const role of ['process', 'process', 'sink', 'sink', 'ingest'] as const) await crew.start(role);
  const replay = startReplay({
    journal: rig.journal,
    buildings: rig.buildings.filter(({ id }) => id !== live),
    random: seeded(options.seed + 1),
    end: replayed.to,
    days: replayDays,
    pauseMs: options.pauseMs,
  });
  closers.push(() => replay.stop().catch(() => undefined));
  for (const role of crew.alive('process')) await working(role);
  const watch = await watchTransactions(createKafka({ brokers: servers.kafka.brokers }));
  closers.push(() => watch.stop());
  await until('transactions are seen', 120_000, () => watch.seen > 10);

  const faults = createFaults({ options, crew, watch, servers });
  await faults.run().catch((error: unknown) => {
    for (const role of [...crew.alive('process'), ...crew.alive('sink')])
      options.say(`${role.name} ${role.pid}:\n${role.said.slice(-40).join('\n')}`);
    throw error;
  });

  options.say(`faults done after ${Math.round((performance.now() - began) / 1000)} s, ${replay.sent} records sent`);
  await replay.stop();
  for (const role of crew.alive('ingest')) faults.exits.push(await crew.end(role));
  return judge({ options, rig, crew, faults, replayed, began });
}

interface Servers {
  kafka: Awaited<ReturnType<typeof startKafka>>;
  influx: Awaited<ReturnType<typeof startInflux>>;
}

async function startServers(folder: string, closers: (() => unknown)[]): Promise<Servers> {
  const servers: Servers = {
    kafka: await startKafka({ dir: join(folder, 'kafka') }),
    influx: await startInflux({ dir: join(folder, 'influx') }),
  };
  closers.push(
    () => servers.kafka.stop(),
    () => servers.influx.stop(),
  );
  return servers;
}

/** Twelve buildings of a replayed past, over all partitions, and one whose four meters are polled each second. */
async function startRig(
  folder: string,
  { kafka, influx }: Servers,
  closers: (() => unknown)[],
): Promise<{ rig: Rig; replayed: { from: number; to: number } }> {
  const simulation = createSimulation(simulatedBuilding(1, { id: live, tenants: 4 }), { seed: 1 });
  const gateway: Gateway = await startGateway(simulation, { port: await freePort() });
  closers.push(() => gateway.close());
  const tariffs = [
    {
      from: '2020-01-01',
      slots: [
        { name: 'hp', cents_per_kwh: 20.65, hours: ['06:00-22:00'] },
        { name: 'hc', cents_per_kwh: 15.79, hours: ['22:00-06:00'] },
      ],
    },
  ];
  const rig = await createRig({
    folder,
    brokers: kafka.brokers,
    influx,
    prefix,
    partitions,
    files: [
      {
        version: 1,
        buildings: Array.from({ length: 12 }, (_, index) =>
          buildingFile(`B${index + 1}`, 2, { tariffs, interval: '15m' }),
        ),
      },
      {
        version: 1,
        buildings: [
          {
            id: live,
            interval: '1s',
            lots: [1, 2, 3, 4].map((number) => ({ number })),
            meters: simulation.building.meters.map(({ id, role, lot, serial, source }) => ({
              id,
              role,
              lot: lot ?? undefined,
              serial,
              source: { bus: 'bus-1', primary: source?.primary },
            })),
          },
        ],
        buses: [
          {
            id: 'bus-1',
            building: live,
            tcp: { host: gateway.host, port: gateway.port },
            interval: '1s',
            timeout: '500ms',
          },
        ],
      },
    ],
  });
  closers.push(() => rig.close());
  const to = Date.now() - 10 * dayMs;
  return { rig, replayed: { from: to - (replayDays + 2) * dayMs, to } };
}

interface Faults {
  readonly exits: (number | string)[];
  readonly kills: Record<RoleName, number>;
  readonly inOpenTransaction: number;
  readonly zombieNoticed: boolean;
  /** Records acknowledged by every `ingest` that was killed. */
  readonly acknowledged: number;
  run(): Promise<void>;
}

function createFaults({
  options,
  crew,
  watch,
  servers,
}: {
  readonly options: FaultOptions;
  readonly crew: Crew;
  readonly watch: TransactionWatch;
  readonly servers: Servers;
}): Faults {
  const kills: Record<RoleName, number> = { process: 0, sink: 0, ingest: 0 };
  const exits: (number | string)[] = [];
  /** Of each kill amid open transactions: whether one was aborted for it. */
  const fates: Promise<boolean>[] = [];
  let inOpenTransaction = 0;
  let zombieNoticed = false;
  let acknowledged = 0;

  /** One of a role, at a random instant of its work; another takes its place at once. */
  async function killOne(name: RoleName): Promise<void> {
    crew.check();
    const random = seeded(1000 * options.seed + kills.process + kills.sink + kills.ingest);
    const candidates = crew.alive(name);
    const victim = candidates[Math.floor(random() * candidates.length)]!;
    if (name === 'process') await working(victim);
    await sleep(200 + random() * 800);
    if (name === 'ingest') acknowledged += await acknowledgedBy(victim);
    if (name === 'process') await killProcess(victim, random);
    else {
      await crew.kill(victim);
      options.say(`kill ${name} ${victim.pid}`);
    }
    kills[name]++;
    await crew.start(name);
  }

  /**
   * Stopped dead at a random instant, then killed: the same as killed at that instant, but the broker's word of its transactions can come over. Of
   * every three, two are meant for an open transaction: where there is none at that instant it goes on until the next one.
   */
  async function killProcess(victim: StartedRole, random: () => number): Promise<void> {
    const isAimed = kills.process % 3 !== 2;
    for (let attempt = 1; ; attempt++) {
      const ids = victim.owned().map((partition) => `${prefix}-process-${partition}`);
      victim.signal('SIGSTOP');
      await sleep(250);
      const open = watch.open(ids);
      if (open.length > 0 || !isAimed || attempt === 20) {
        if (open.length > 0) fates.push(watch.aborted(open));
        await crew.kill(victim);
        options.say(`kill process ${victim.pid}, open transactions: ${open.length}/${ids.length}`);
        return;
      }
      victim.signal('SIGCONT');
      await sleep(200 + random() * 300);
    }
  }

  /** The broker's own timeout of a transaction, 30 s, and then some. */
  async function countFates(): Promise<void> {
    const known = await Promise.all(fates.map((fate) => Promise.race([fate, sleep(90_000, false)])));
    inOpenTransaction = known.filter((isAborted) => isAborted).length;
  }

  async function influxAway(): Promise<void> {
    options.say('InfluxDB goes');
    const { dir, port } = servers.influx;
    await servers.influx.stop();
    await sleep(options.outageMs);
    servers.influx = await startInflux({ dir, port });
    options.say('InfluxDB is back');
  }

  async function restartBroker(): Promise<void> {
    options.say('the broker goes');
    const { dir, port } = servers.kafka;
    await servers.kafka.stop();
    await sleep(3000);
    servers.kafka = await startKafka({ dir, port });
    options.say('the broker is back');
    crew.check();
    for (const role of crew.alive('process')) await working(role);
  }

  /** Sleeps until the others have its partitions, then goes on where it was. */
  async function zombie(): Promise<void> {
    const sleeper = crew.alive('process')[0]!;
    await working(sleeper);
    const partitionsOfIt = sleeper.owned();
    const before = new Map(crew.alive('process').map((role) => [role, role.log.length]));
    options.say(`process ${sleeper.pid} sleeps, with partitions ${partitionsOfIt}`);
    sleeper.signal('SIGSTOP');
    await until('others took over', 180_000, () =>
      partitionsOfIt.every((partition) =>
        [...before].some(
          ([role, length]) =>
            role !== sleeper &&
            role.log.slice(length).some((line) => line.msg === 'restored' && line.partition === partition),
        ),
      ),
    );
    sleeper.signal('SIGCONT');
    const length = before.get(sleeper)!;
    await until('the zombie notices', 120_000, () =>
      sleeper.log.slice(length).some(({ msg }) => msg === 'fenced' || msg === 'revoked' || msg === 'retry'),
    );
    zombieNoticed = true;
    options.say(`zombie ${sleeper.pid} noticed`);
  }

  async function rebalance(): Promise<void> {
    const added = await crew.start('process');
    await working(added);
    exits.push(await crew.end(added));
    options.say(`process ${added.pid} came and went`);
    for (const role of crew.alive('process')) await working(role);
  }

  return {
    exits,
    kills,
    get inOpenTransaction() {
      return inOpenTransaction;
    },
    get zombieNoticed() {
      return zombieNoticed;
    },
    get acknowledged() {
      return acknowledged;
    },
    async run() {
      const order = Array.from(
        { length: options.kills },
        (_, index): RoleName => (index % 2 === 0 ? 'process' : index % 4 === 1 ? 'sink' : 'ingest'),
      );
      const half = Math.ceil(order.length / 2);
      const outage = influxAway();
      for (const name of order.slice(0, half)) await killOne(name);
      await outage;
      await restartBroker();
      crew.check();
      await zombie();
      await rebalance();
      for (const name of order.slice(half)) await killOne(name);
      await countFates();
    },
  };
}

async function acknowledgedBy(ingest: StartedRole): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${ingest.operationsPort}/metrics`)).text();
  return [...text.matchAll(/^releve_ingest_acknowledged_total{.*} (\d+)$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}

/** Waits until all has come through, then compares everything with the uninterrupted run. */
async function judge({
  options,
  rig,
  crew,
  faults,
  replayed,
  began,
}: {
  readonly options: FaultOptions;
  readonly rig: Rig;
  readonly crew: Crew;
  readonly faults: Faults;
  readonly replayed: { readonly from: number; readonly to: number };
  readonly began: number;
}): Promise<FaultReport> {
  const range = { from: replayed.from, to: Date.now() + 2 * dayMs };
  const expected = await runUninterrupted([rig.journal], rig.buildings, range);
  options.say(`uninterrupted run: ${expected.readings} records, ${JSON.stringify(expected.account)}`);
  let found: string[] = ['nothing was compared'];
  let account: Account | undefined;
  let before = '';
  let changedAt = performance.now();
  // Ends when all is equal, or when nothing has moved for long; a server that does not answer in time is asked again.
  while (found.length > 0 && performance.now() - changedAt < options.stuckMs) {
    crew.check();
    try {
      account = await accountOf(crew.alive('process'));
      found = [
        ...differences('account', expected.account, account),
        ...(await differencesOf(rig, expected.results, range)),
      ];
    } catch (error) {
      found = [`not compared: ${String(error)}`];
    }
    if (found.length === 0) break;
    const now = found.join('\n');
    if (now !== before) changedAt = performance.now();
    before = now;
    options.say(`${found.length} differences still: ${found.slice(0, 3).join('; ')}`);
    await sleep(3000);
  }
  const events = crew.events();
  for (const role of [...crew.alive('process'), ...crew.alive('sink')]) faults.exits.push(await crew.end(role));
  return {
    seed: options.seed,
    seconds: Math.round((performance.now() - began) / 1000),
    kills: faults.kills,
    inOpenTransaction: faults.inOpenTransaction,
    events,
    zombieNoticed: faults.zombieNoticed,
    gracefulExits: faults.exits,
    readings: expected.readings,
    account: account!,
    acknowledged: faults.acknowledged,
    arrived: await countArrived(rig),
    results: [...expected.results.values()]
      .flatMap((each) => Object.values(each))
      .reduce((sum, { length }) => sum + length, 0),
    differences: found.slice(0, 40),
  };
}

async function differencesOf(
  rig: Rig,
  expected: Awaited<ReturnType<typeof runUninterrupted>>['results'],
  range: { readonly from: number; readonly to: number },
): Promise<string[]> {
  const found: string[] = [];
  for (const [building, results] of expected)
    found.push(...differences(building, results, await comparedResults(rig.results, building, range)));
  return found;
}

/** What the processes that are alive say; each partition belongs to one of them. */
async function accountOf(processes: readonly StartedRole[]): Promise<Account> {
  const account: Record<string, number> = {};
  for (const { operationsPort } of processes) {
    const text = await (await fetch(`http://127.0.0.1:${operationsPort}/metrics`)).text();
    for (const [, outcome, count] of text.matchAll(/^releve_process_account{.*outcome="(\w+)"} (\d+)$/gm))
      account[outcome!] = (account[outcome!] ?? 0) + Number(count);
  }
  return account as unknown as Account;
}

/** Records of `ingest`: readings and bus health of the polled building. */
async function countArrived(rig: Rig): Promise<number> {
  let count = 0;
  for (const topic of ['readings', 'telemetry', 'rejects'] as const) {
    for (let partition = 0; partition < partitions; partition++) {
      for await (const batch of rig.journal.read(topic, partition))
        count += batch.filter(({ key }) => key === live).length;
    }
  }
  return count;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: '20260329' },
      'outage-s': { type: 'string', default: '60' },
      'stuck-s': { type: 'string', default: '180' },
    },
  });
  const report = await runFaults({
    kills: Number(values.kills),
    seed: Number(values.seed),
    outageMs: Number(values['outage-s']) * 1000,
    stuckMs: Number(values['stuck-s']) * 1000,
    // A replay that outlasts the faults.
    pauseMs: Math.max(5, Number(values.kills) / 4),
    say: (line) => console.error(`${new Date().toISOString()} ${line}`),
  });
  console.log(JSON.stringify(report, null, 2));
  const enough = report.inOpenTransaction * 2 >= report.kills.process;
  process.exitCode = report.differences.length === 0 && enough ? 0 : 1;
}
