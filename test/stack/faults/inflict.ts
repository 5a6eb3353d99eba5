/** The faults, one after the other and some at once, in the order that the seed gives. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startInflux } from '../../../infra/native/influx.ts';
import { startKafka } from '../../../infra/native/kafka.ts';
import { mulberry } from '../../random.ts';
import { type Crew, type RoleName, working } from './crew.ts';
import type { TransactionWatch } from './open-transactions.ts';
import type { FaultOptions } from './report.ts';
import type { StartedRole } from './rig.ts';
import { prefix, type Servers } from './setting.ts';
import { until } from './until.ts';

/** Until half of the kills of `process` fell into a transaction. */
const mostMoreKills = 8;
/** From so many on a sink sleeps too. */
const killsOfALongRun = 12;

export interface Faults {
  readonly exits: (number | string)[];
  readonly kills: Record<RoleName, number>;
  readonly inOpenTransaction: number;
  readonly zombieNoticed: boolean;
  /** Records acknowledged by every `ingest` that was killed. */
  readonly acknowledged: number;
  run(): Promise<void>;
}

export function createFaults({
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
  async function killOne(name: RoleName, isAimed = false): Promise<void> {
    crew.check();
    const random = mulberry(1000 * options.seed + kills.process + kills.sink + kills.ingest);
    const candidates = crew.alive(name);
    const victim = candidates[Math.floor(random() * candidates.length)]!;
    if (name === 'process') await working(victim);
    await sleep(200 + random() * 800);
    if (name === 'ingest') acknowledged += await acknowledgedBy(victim);
    if (name === 'process') await killProcess(victim, random, isAimed || kills.process % 4 !== 3);
    else {
      await crew.kill(victim);
      options.say(`kill ${name} ${victim.pid}`);
    }
    kills[name]++;
    await crew.start(name);
  }

  /**
   * Stopped dead at a random instant, then killed: the same as killed at that instant, but the broker's word of its transactions can come over. Of
   * every four, three are meant for an open transaction: where there is none at that instant it goes on until the next one.
   */
  async function killProcess(victim: StartedRole, random: () => number, isAimed: boolean): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const ids = victim.owned().map((partition) => `${prefix}-process-${partition}`);
      victim.signal('SIGSTOP');
      await sleep(250);
      // What stays open while nobody can end it is open; the broker's word may come late.
      if (watch.open(ids).length > 0) await sleep(500);
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

  /** The same of a `sink`: the store takes what it still has in hand, and must not keep it. */
  async function zombieSink(): Promise<void> {
    const sleeper = crew.alive('sink')[0]!;
    const others = new Map(crew.alive('sink').map((role) => [role, role.log.length]));
    options.say(`sink ${sleeper.pid} sleeps`);
    sleeper.signal('SIGSTOP');
    await until('others took over', 180_000, () =>
      [...others].some(([role, length]) => role !== sleeper && journalEvents(role, length).includes('assigned')),
    );
    await sleep(3000);
    sleeper.signal('SIGCONT');
    await until('the zombie notices', 120_000, () => journalEvents(sleeper, others.get(sleeper)!).length > 0);
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
      if (options.kills >= killsOfALongRun) await zombieSink();
      await rebalance();
      for (const name of order.slice(half)) await killOne(name);
      await countFates();
      for (let more = 0; more < mostMoreKills && 2 * inOpenTransaction < kills.process; more++) {
        await killOne('process', true);
        await countFates();
      }
    },
  };
}

/** What a sink has said of its partitions since its line `from`. */
function journalEvents({ log }: StartedRole, from: number): unknown[] {
  return log.slice(from).flatMap(({ msg, event }) => (msg === 'journal' ? [(event as { type: unknown }).type] : []));
}

async function acknowledgedBy(ingest: StartedRole): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${ingest.operationsPort}/metrics`)).text();
  return [...text.matchAll(/^releve_ingest_acknowledged_total{.*} (\d+)$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}
