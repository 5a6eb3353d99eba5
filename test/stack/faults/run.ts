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
import { parseArgs } from 'node:util';
import { createKafka } from '../../../journal/kafka/client.ts';
import { mulberry } from '../../random.ts';
import { createCrew, working } from './crew.ts';
import { createFaults } from './inflict.ts';
import { judge } from './judge.ts';
import { watchTransactions } from './open-transactions.ts';
import { startReplay } from './replay.ts';
import type { FaultOptions, FaultReport } from './report.ts';
import { live, replayDays, startRig, startServers } from './setting.ts';
import { until } from './until.ts';

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
    random: mulberry(options.seed + 1),
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
