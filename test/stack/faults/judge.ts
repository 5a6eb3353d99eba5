/** What all the faults have left, beside what an uninterrupted run makes of the same records. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../../../processors/account.ts';
import { comparedResults } from './compare.ts';
import type { Crew } from './crew.ts';
import { differences } from './differences.ts';
import type { Faults } from './inflict.ts';
import type { FaultOptions, FaultReport } from './report.ts';
import type { Rig, StartedRole } from './rig.ts';
import { dayMs, live, partitions } from './setting.ts';
import { runUninterrupted } from './uninterrupted.ts';

/** Waits until all has come through, then compares everything with the uninterrupted run. */
export async function judge({
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
