/**
 * Twenty SIGKILLs of the notifier, which sends to a real SMTP server and a real webhook receiver: twelve drawn evenly over its life, eight aimed at the one moment that no
 * sender can know of: the receiver has accepted, the notifier has not yet recorded it.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createCalendar } from '../../domain/calendar.ts';
import { type Anomaly, resultKey } from '../../domain/results.ts';
import { messageId } from '../../notify/records.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { mulberry } from '../random.ts';
import { anomaly } from './fixtures.ts';
import { append, notifications } from './harness.ts';
import { lots } from './kill-configuration.ts';
import { type Mail, receiveMail, receiveWebhooks } from './receivers.ts';

const kills = 20;
const seed = 20_261_124;
const patienceMs = 60_000;
const program = fileURLToPath(new URL('./notifier-process.ts', import.meta.url));

/** `any`: drawn evenly over a life. The others stand between what the receiver accepts and what the notifier knows of it. */
type Moment = 'any' | 'mail, unanswered' | 'mail, answered' | 'webhook, unanswered' | 'webhook, answered';
const plan: readonly Moment[] = [
  'any',
  'mail, unanswered',
  'any',
  'webhook, answered',
  'any',
  'any',
  'mail, answered',
  'any',
  'webhook, unanswered',
  'any',
];
/** Of the twelve kills at any moment so many may fall between an answer and its record; about one does. */
const unlucky = 5;

test(`${kills} kills: no message is lost, none comes twice but what was cut off between answer and record, and that under one id`, async () => {
  const random = mulberry(seed);
  const folder = mkdtempSync(join(tmpdir(), 'releve-kills-'));
  const file = join(folder, 'releve.sqlite');
  const store = openSqliteStore(file);
  let reached: (moment: Moment, id: string) => void = () => undefined;
  const mail = await receiveMail({
    beforeAccept: ({ id }) => {
      reached('mail, unanswered', idOf(id));
      return undefined;
    },
    afterAccept: ({ id }) => reached('mail, answered', idOf(id)),
  });
  const hooks = await receiveWebhooks(
    ({ id }) => {
      reached('webhook, unanswered', id);
      return 200;
    },
    ({ id }) => reached('webhook, answered', id),
  );
  const arrived = () => [...mail.accepted.map(({ id }) => idOf(id)), ...hooks.accepted.map(({ id }) => id)];
  const expected = new Set<string>();
  const isComplete = (): boolean => new Set(arrived()).size === expected.size;
  const tell = async (round: number): Promise<void> => {
    const found = anomaliesOf(round);
    for (const each of found) for (const id of idsOf(each)) expected.add(id);
    await append(store.journal, ...found);
  };
  let child: ChildProcess | undefined;
  const startChild = (): ChildProcess => {
    child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', program, file, String(mail.port), hooks.url],
      // What is compiled is kept from one life to the next.
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') } },
    );
    return child;
  };
  try {
    await tell(0);
    const bornAt = performance.now();
    startChild();
    await until(isComplete);
    const lifeMs = performance.now() - bornAt;
    await killed(child!);

    const cutOff = new Set<string>();
    let aimed = 0;
    for (let round = 1; round <= kills; round++) {
      await tell(round);
      const moment = plan[round % plan.length]!;
      const process = startChild();
      const dead = new Promise((resolve) => process.once('exit', resolve));
      if (moment === 'any') setTimeout(() => process.kill('SIGKILL'), random() * 1.2 * lifeMs);
      else
        reached = (at, id) => {
          if (at !== moment) return;
          cutOff.add(id);
          process.kill('SIGKILL');
          aimed++;
          reached = () => undefined;
        };
      // Everything has arrived: an aimed moment will not come, an idle notifier is killed.
      const poll = setInterval(() => moment !== 'any' && isComplete() && process.kill('SIGKILL'), 100);
      await dead;
      clearInterval(poll);
      reached = () => undefined;
    }
    startChild();
    await until(isComplete);
    await until(async () => (await sentIds(store.journal)).length === expected.size);

    expect(new Set(arrived())).toEqual(expected);
    expect((await sentIds(store.journal)).sort()).toEqual([...expected].sort());
    const repeated = new Set(arrived().filter((id, index, all) => all.indexOf(id) !== index));
    // Aimed kills show that the window is where it is said to be; outside of it nothing comes twice.
    expect(aimed).toBeGreaterThanOrEqual(4);
    expect([...cutOff].filter((id) => repeated.has(id)).length).toBeGreaterThan(0);
    expect([...repeated].filter((id) => !cutOff.has(id)).length).toBeLessThanOrEqual(unlucky);
    // One message may be cut off in several lives, so kills are counted here.
    expect(arrived().length - expected.size).toBeLessThanOrEqual(aimed + unlucky);
    sameButForTheDate(mail.accepted);

    // A start that finds nothing to do sends nothing.
    const before = arrived().length;
    await killed(child!);
    const last = startChild();
    await new Promise((resolve) => last.stdout!.once('data', resolve));
    await sleep(200);
    expect(arrived()).toHaveLength(before);
  } finally {
    child?.kill('SIGKILL');
    await mail.close();
    await hooks.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Of a Message-ID. */
function idOf(messageIdHeader: string): string {
  return messageIdHeader.split('@')[0]!;
}

function killed(child: ChildProcess): Promise<unknown> {
  const dead = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  return dead;
}

/** A message that came twice is one message: only Date and the boundary of its parts differ. */
function sameButForTheDate(mails: readonly Mail[]): void {
  const said = new Map<string, string>();
  for (const { id, raw } of mails) {
    const content = raw.replace(/^Date: .*$/m, '').replaceAll(/--[\w=?-]+Part_\d+(--)?|boundary=".*"/g, '');
    expect(said.get(id) ?? content).toBe(content);
    said.set(id, content);
  }
}

/** What is found in a round: a leak or another of the building on a day of its own, a silent meter, an overconsumption. */
function anomaliesOf(round: number): Anomaly[] {
  const calendar = createCalendar('Europe/Paris');
  const now = Date.now();
  const day = calendar.windowOf('day', now - (round % 4) * 86_400_000);
  const common = { start: day.start, date: day.date, openedAt: now, updatedAt: now };
  const lot = (round % lots) + 1;
  const ofLot = { meter: `LOC${lot}`, lots: [lot] };
  const types = [
    'fuite_energetique',
    'incoherence_comptage',
    'depassement_puissance',
    'donnees_incompletes',
    'bus_degrade',
  ] as const;
  const type = types[Math.floor(round / 4) % types.length]!;
  return [
    anomaly(type, { ...common, bus: type === 'bus_degrade' ? 'bus1' : null }),
    anomaly('compteur_silencieux', { ...common, ...ofLot }),
    anomaly('surconsommation_locataire', { ...common, ...ofLot, meter: `LOC${lot}` }),
  ];
}

/** Of the messages an anomaly makes in this configuration. */
function idsOf(found: Anomaly): string[] {
  const ids = (...recipients: [string, string][]) =>
    recipients.map(([recipient, channel]) => messageId(resultKey(found), recipient, channel));
  const tenant: [string, string] = [`locataire/${found.lots[0]}/0`, 'mail'];
  const syndic: [string, string][] = [
    ['syndic/0', 'mail'],
    ['syndic/0', 'webhook'],
  ];
  const maintenance: [string, string] = ['maintenance/0', 'webhook'];
  switch (found.type) {
    case 'surconsommation_locataire':
      return ids(tenant);
    case 'compteur_silencieux':
      return ids(tenant, maintenance);
    case 'bus_degrade':
      return ids(maintenance);
    case 'incoherence_comptage':
    case 'donnees_incompletes':
      return ids(...syndic, maintenance);
    default:
      return ids(...syndic);
  }
}

async function sentIds(journal: Parameters<typeof notifications>[0]): Promise<string[]> {
  return (await notifications(journal)).flatMap((record) => (record.kind === 'sent' ? [record.message] : []));
}

async function until(met: () => boolean | Promise<boolean>): Promise<void> {
  for (const since = Date.now(); !(await met()); await sleep(20))
    if (Date.now() - since > patienceMs) throw new Error('not reached');
}
