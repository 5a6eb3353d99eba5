/**
 * Twenty SIGKILLs of the notifier, at moments drawn from a seed around what it does: before the mail server answers, just after,
 * while a webhook is answered, at start. Every message arrives; the receivers count by idempotency key, as a mail store that knows
 * Message-ID (RFC 5322 3.6.4, RFC 7352) and a webhook receiver that knows Idempotency-Key do.
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
import { anomaly } from './fixtures.ts';
import { append, notifications } from './harness.ts';
import { lots } from './kill-configuration.ts';
import { receiveMail, receiveWebhooks } from './receivers.ts';

const kills = 20;
const seed = 20_261_124;
const program = fileURLToPath(new URL('./notifier-process.ts', import.meta.url));

type Moment = 'mail, unanswered' | 'mail, answered' | 'webhook, unanswered' | 'webhook, answered' | 'start';
const moments: readonly Moment[] = [
  'mail, unanswered',
  'mail, answered',
  'webhook, unanswered',
  'webhook, answered',
  'start',
];

test(`${kills} kills: each message arrives, and each once by its key`, async () => {
  const random = createRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'releve-kills-'));
  const file = join(folder, 'releve.sqlite');
  const store = openSqliteStore(file);
  let reached: (moment: Moment) => void = () => undefined;
  const mail = await receiveMail({
    beforeAccept: () => {
      reached('mail, unanswered');
      return undefined;
    },
    afterAccept: () => reached('mail, answered'),
  });
  const hooks = await receiveWebhooks(
    () => {
      reached('webhook, unanswered');
      return 200;
    },
    () => reached('webhook, answered'),
  );
  const all = () => [...mail.accepted.map(({ id }) => id.split('@')[0]!), ...hooks.accepted.map(({ id }) => id)];
  const expected = new Set<string>();
  const killed = new Map<Moment, number>();
  let child: ChildProcess | undefined;
  const startChild = (): void => {
    child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', program, file, String(mail.port), hooks.url],
      {
        stdio: 'inherit',
      },
    );
  };
  try {
    for (let round = 0; round < kills; round++) {
      const found = anomaliesOf(round);
      for (const each of found) for (const id of idsOf(each)) expected.add(id);
      await append(store.journal, ...found);
      // Each kind of moment comes up; which and how long after it is the seed's.
      const moment = moments[(round + Math.floor(random() * 2)) % moments.length]!;
      const skip = Math.floor(random() * 3);
      const delayMs = random() < 0.5 ? 0 : random() * 8;
      startChild();
      const idle = (): boolean => new Set(all()).size === expected.size;
      await kill(child!, { moment, skip, delayMs, idle }, (listener) => {
        reached = listener;
      });
      killed.set(moment, (killed.get(moment) ?? 0) + 1);
    }
    reached = () => undefined;
    startChild();
    for (const since = Date.now(); new Set(all()).size < expected.size && Date.now() - since < 30_000; )
      await sleep(50);
    await sleep(300);
    const arrived = all();
    expect(new Set(arrived)).toEqual(expected);
    // Only what was cut off between the answer and its record comes twice: at most one of each channel a kill.
    const repeated = arrived.length - expected.size;
    expect(repeated).toBeLessThanOrEqual(2 * kills);
    expect(killed.size).toBeGreaterThanOrEqual(4);
    await allSent(store.journal, expected.size);
    // A start that finds nothing to do sends nothing.
    child!.kill('SIGKILL');
    startChild();
    await sleep(1000);
    expect(all()).toHaveLength(arrived.length);
  } finally {
    child?.kill('SIGKILL');
    await mail.close();
    await hooks.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

interface Kill {
  readonly moment: Moment;
  /** So many of these moments pass by. */
  readonly skip: number;
  readonly delayMs: number;
  /** Everything has arrived: the moment will not come, an idle notifier is killed. */
  readonly idle: () => boolean;
}

/** Resolves when the process is dead. */
async function kill(
  child: ChildProcess,
  { moment, skip, delayMs, idle }: Kill,
  listen: (listener: (moment: Moment) => void) => void,
): Promise<void> {
  const dead = new Promise((resolve) => child.once('exit', resolve));
  const strike = (): void => {
    if (delayMs === 0) child.kill('SIGKILL');
    else setTimeout(() => child.kill('SIGKILL'), delayMs);
  };
  let left = skip;
  listen((reached) => {
    if (reached === moment && left-- === 0) strike();
  });
  if (moment === 'start') setTimeout(strike, 250 + 40 * delayMs);
  const poll = setInterval(() => idle() && child.kill('SIGKILL'), 200);
  await dead;
  clearInterval(poll);
  listen(() => undefined);
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

async function allSent(journal: Parameters<typeof notifications>[0], messages: number): Promise<void> {
  const records = await notifications(journal);
  const sent = records.flatMap((record) => (record.kind === 'sent' ? [record.message] : []));
  expect(sent).toHaveLength(messages);
  expect(new Set(sent).size).toBe(messages);
}

/** Mulberry32. */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
