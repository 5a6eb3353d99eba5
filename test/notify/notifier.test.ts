/** The notifier with a real SMTP server and a real webhook receiver: delivery, digest, quiet hours, retries, restarts. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resultKey } from '../../domain/results.ts';
import type { NotifierOptions } from '../../notify/notifier.ts';
import { messageId, type NotificationRecord, outgoing } from '../../notify/records.ts';
import { handleUnsubscribe } from '../../notify/unsubscribe.ts';
import { verifyBody } from '../../notify/webhook.ts';
import { openSqliteStore, type SqliteStore } from '../../results/sqlite/open.ts';
import { anomaly, calendar, configuration, dayMs, hourMs, lotAnomaly, minuteMs, noonish, today } from './fixtures.ts';
import { append, notifications, type Running, run, type VirtualTime, virtualTime } from './harness.ts';
import { type MailHooks, type MailReceiver, receiveMail, receiveWebhooks, type WebhookReceiver } from './receivers.ts';

let store: SqliteStore;
let time: VirtualTime;
let mail: MailReceiver;
let hooks: WebhookReceiver;
let running: Running[];
let mailHooks: { current: MailHooks };
let answer: () => number;

beforeEach(async () => {
  time = virtualTime(noonish);
  store = openSqliteStore(':memory:', time);
  running = [];
  mailHooks = { current: {} };
  answer = () => 200;
  mail = await receiveMail({
    onRcptTo(address, session, callback) {
      if (mailHooks.current.onRcptTo) mailHooks.current.onRcptTo(address, session, callback);
      else callback();
    },
    beforeAccept: (received) => mailHooks.current.beforeAccept?.(received),
  });
  hooks = await receiveWebhooks(() => answer());
});
afterEach(async () => {
  for (const { notifier } of running) await notifier.stop();
  await mail.close();
  await hooks.close();
  store.close();
});

function config(notifications = '') {
  const loaded = configuration(
    notifications,
    `
      - { role: syndic, name: M. Dupont, email: dupont@example.org }
      - { role: locataire, lot: 1, name: Mme Martin, email: martin@example.org }
      - { role: locataire, lot: 3, webhook: { url: '${hooks.url}/leroy', secret: '\${HOOK}' } }
      - { role: maintenance, webhook: { url: '${hooks.url}/maintenance', secret: '\${HOOK}' } }`,
  );
  return {
    ...loaded,
    notifications: { ...loaded.notifications, smtp: { ...loaded.notifications.smtp!, port: mail.port } },
  };
}

function start(loaded = config(), more: Partial<NotifierOptions> = {}): Running {
  const started = run(store.journal, loaded, time, more);
  running.push(started);
  return started;
}

describe('delivery', () => {
  test('mail and webhook, once, whatever is repeated', async () => {
    start();
    await append(store.journal, lotAnomaly('compteur_silencieux', 1), lotAnomaly('surconsommation_locataire', 3));
    await time.goTo(noonish + minuteMs);
    await append(store.journal, lotAnomaly('compteur_silencieux', 1, { revision: 2, text: 'revu' }));
    await time.goTo(noonish + 2 * hourMs);
    expect(mail.accepted.map(({ to }) => to)).toEqual(['martin@example.org']);
    expect(hooks.accepted.map(({ path }) => path).sort()).toEqual(['/leroy', '/maintenance']);
    expect((await notifications(store.journal)).map(({ kind }) => kind).sort()).toEqual([
      'due',
      'due',
      'due',
      'sending',
      'sending',
      'sending',
      'sent',
      'sent',
      'sent',
    ]);
  });

  test('a mail is French, about the tenant’s own lot, with its headers', async () => {
    start();
    await append(store.journal, lotAnomaly('surconsommation_locataire', 1));
    await time.goTo(noonish + minuteMs);
    const { raw, id } = mail.accepted[0]!;
    expect(id).toMatch(/^[0-9a-f]{32}@example\.org$/);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    expect(raw.replaceAll(/\r\n\s+/g, '')).toMatch(
      /List-Unsubscribe: ?<https:\/\/tilleuls\.example\.org\/releve\/desinscription\?jeton=/,
    );
    expect(raw).toMatch(/^To: Mme Martin <martin@example\.org>\r$/m);
    expect(raw).toContain('Content-Type: text/html; charset=utf-8');
  });

  test('a webhook is signed over time and body', async () => {
    start();
    await append(store.journal, anomaly('bus_degrade', { bus: 'bus1' }));
    await time.goTo(noonish + minuteMs);
    const { headers, body, id } = hooks.accepted[0]!;
    const timestamp = Number(headers['releve-timestamp']);
    const signature = String(headers['releve-signature']);
    expect(timestamp).toBe(noonish / 1000);
    expect(verifyBody('secret of ${HOOK}', signature, timestamp, body, timestamp + 299)).toBe(true);
    expect(verifyBody('secret of ${HOOK}', signature, timestamp, body, timestamp + 301)).toBe(false);
    expect(verifyBody('secret of ${HOOK}', signature, timestamp, `${body} `, timestamp)).toBe(false);
    expect(verifyBody('secret of ${HOOK}', signature, timestamp + 1, body, timestamp)).toBe(false);
    expect(verifyBody('another', signature, timestamp, body, timestamp)).toBe(false);
    expect(JSON.parse(body)).toMatchObject({
      v: 1,
      id,
      building: 'tilleuls',
      recipient: 'maintenance/0',
      anomalies: [{ bus: 'bus1' }],
    });
  });

  test('the digest: one mail at its time, the critical at once, the withdrawn not at all', async () => {
    start(config("  digest_at: '18:00'"));
    const leak = anomaly('fuite_energetique');
    await append(
      store.journal,
      leak,
      anomaly('incoherence_comptage'),
      anomaly('depassement_puissance'),
      lotAnomaly('consommation_lot_vacant', 4),
    );
    await time.goTo(noonish + hourMs);
    expect(mail.accepted).toHaveLength(1);
    await append(store.journal, { ...leak, open: false, closedAt: time.now(), revision: 2 });
    const evening = calendar.localTime(today.date, 18, 0);
    await time.goTo(evening - 1);
    expect(mail.accepted).toHaveLength(1);
    await time.goTo(evening + minuteMs);
    expect(mail.accepted).toHaveLength(2);
    const digest = (await notifications(store.journal)).filter((record) => record.kind === 'sent').at(-1);
    expect(digest).toMatchObject({
      recipient: 'syndic/0',
      anomalies: [resultKey(anomaly('incoherence_comptage')), resultKey(lotAnomaly('consommation_lot_vacant', 4))],
    });
    await time.goTo(evening + 2 * dayMs);
    expect(mail.accepted).toHaveLength(2);
  });

  test('quiet hours hold it back until the morning of a night that is an hour short', async () => {
    const dead = Date.parse('2026-03-29T00:30:00Z');
    time = virtualTime(dead);
    const day = calendar.windowOf('day', dead);
    start(config("  quiet_hours: '22:00-07:00'"));
    const common = { start: day.start, date: day.date, openedAt: dead };
    await append(store.journal, anomaly('fuite_energetique', common), anomaly('depassement_puissance', common));
    await time.goTo(Date.parse('2026-03-29T04:59:59Z'));
    expect(mail.accepted).toHaveLength(1);
    await time.goTo(Date.parse('2026-03-29T05:00:00Z'));
    expect(mail.accepted).toHaveLength(2);
  });

  test('a tenant who unsubscribes by the link gets nothing more, after a restart neither', async () => {
    const loaded = config();
    const first = start(loaded);
    await append(store.journal, lotAnomaly('surconsommation_locataire', 1));
    await time.goTo(noonish + minuteMs);
    const token =
      /jeton=3D([^>\s]+)/.exec(mail.accepted[0]!.raw.replaceAll('=\r\n', ''))?.[1] ??
      /jeton=([^>\s]+)>/.exec(mail.accepted[0]!.raw.replaceAll(/\r\n\s+/g, ''))?.[1];
    const unsubscribe = (method: 'GET' | 'POST') =>
      handleUnsubscribe(
        { method, token },
        {
          secret: loaded.notifications.unsubscribeSecret!,
          buildings: loaded.buildings,
          journal: store.journal,
          now: time.now(),
        },
      );
    expect(await unsubscribe('GET')).toEqual({ status: 200, state: 'ask', building: 'Résidence des Tilleuls', lot: 1 });
    expect(await unsubscribe('POST')).toMatchObject({ state: 'unsubscribed' });
    await time.goTo(noonish + 2 * minuteMs);
    await append(store.journal, lotAnomaly('compteur_fige', 1));
    await time.goTo(noonish + hourMs);
    await first.notifier.stop();
    // Half a year on the record is written again, so that retention never takes it.
    time = virtualTime(noonish + 200 * dayMs);
    start(loaded);
    const later = calendar.windowOf('day', time.now());
    await append(
      store.journal,
      lotAnomaly('compteur_fige', 1, { start: later.start, date: later.date, openedAt: time.now() }),
    );
    await time.goTo(time.now() + hourMs);
    expect(mail.accepted).toHaveLength(1);
    const kept = (await notifications(store.journal)).filter(({ kind }) => kind === 'unsubscribed');
    expect(kept.map(({ at }) => at)).toEqual([noonish + minuteMs, noonish + 200 * dayMs]);
  });
});

describe('when the other side does not take it', () => {
  test('a passing refusal: again after 5, 10, 20 s, under the same id, the others meanwhile', async () => {
    let failures = 3;
    const tried: { at: number; id: string }[] = [];
    mailHooks.current = {
      beforeAccept({ id, to }) {
        if (to !== 'dupont@example.org') return undefined;
        tried.push({ at: time.now() - noonish, id });
        return failures-- > 0 ? Object.assign(new Error('busy'), { responseCode: 451 }) : undefined;
      },
    };
    const { events } = start();
    await append(store.journal, anomaly('fuite_energetique'), lotAnomaly('surconsommation_locataire', 1));
    await time.goTo(noonish + hourMs);
    expect(tried.map(({ at }) => at)).toEqual([0, 5000, 15_000, 35_000]);
    expect(new Set(tried.map(({ id }) => id)).size).toBe(1);
    expect(mail.accepted.map(({ to }) => to)).toEqual(['martin@example.org', 'dupont@example.org']);
    expect(events.filter(({ type }) => type === 'retry')).toHaveLength(3);
  });

  test('a refusal for good is recorded without the address and not repeated', async () => {
    mailHooks.current = {
      onRcptTo: ({ address }, _session, callback) =>
        callback(Object.assign(new Error(`no such user ${address}`), { responseCode: 550 })),
    };
    const { events } = start();
    await append(store.journal, anomaly('fuite_energetique'));
    await time.goTo(noonish + dayMs);
    expect(mail.accepted).toEqual([]);
    expect(events.filter(({ type }) => type === 'refused')).toEqual([
      { type: 'refused', message: expect.any(String), recipient: 'syndic/0', reason: 'EENVELOPE RCPT TO 550' },
    ]);
    expect((await notifications(store.journal)).map(({ kind }) => kind)).toEqual(['due', 'sending', 'refused']);
  });

  test.each([
    [503, true],
    [429, true],
    [408, true],
    [400, false],
    [410, false],
    [302, false],
  ])('a webhook that answers %i is tried again: %s', async (status, again) => {
    let calls = 0;
    answer = () => (calls++ === 0 ? status : 200);
    start();
    await append(store.journal, anomaly('bus_degrade', { bus: 'bus1' }));
    await time.goTo(noonish + minuteMs);
    expect(hooks.accepted).toHaveLength(again ? 1 : 0);
    expect(calls).toBe(again ? 2 : 1);
  });

  test('nobody listens: tried for a week, then given up, and said', async () => {
    await mail.close();
    const { events } = start();
    await append(store.journal, anomaly('fuite_energetique'));
    await time.goTo(noonish + 6 * hourMs);
    const attempts = events.filter(({ type }) => type === 'retry').length;
    expect(attempts).toBeGreaterThan(10);
    const last = events.findLast((event) => event.type === 'retry');
    expect(last).toMatchObject({ reason: 'ESOCKET CONN', afterMs: hourMs });
    await running[0]!.notifier.stop();
    time = virtualTime(noonish + 7 * dayMs + minuteMs);
    const second = start();
    await time.goTo(time.now() + minuteMs);
    expect(second.events.filter(({ type }) => type === 'expired')).toHaveLength(1);
    mail = await receiveMail();
  });

  test('an intent from before a restart is sent after it, with the newest text, a message known to be sent is not', async () => {
    const loaded = config("  digest_at: '18:00'");
    const first = start(loaded);
    await append(store.journal, anomaly('fuite_energetique'), anomaly('bus_degrade', { bus: 'bus1' }));
    await time.goTo(noonish + hourMs);
    expect(hooks.accepted).toHaveLength(1);
    await first.notifier.stop();
    await append(store.journal, anomaly('fuite_energetique', { revision: 2, text: 'Fuite de 9 kWh' }));
    start(loaded);
    await time.goTo(noonish + dayMs);
    expect(hooks.accepted).toHaveLength(1);
    expect(mail.accepted).toHaveLength(1);
    expect(mail.accepted[0]!.raw).toContain('Fuite de 9 kWh');
  });

  test('what is forgotten before it is sent is not sent', async () => {
    start(config("  digest_at: '18:00'"));
    const found = lotAnomaly('surconsommation_locataire', 1);
    await append(store.journal, found);
    await time.goTo(noonish + minuteMs);
    await store.journal.append([{ topic: 'results', key: resultKey(found), building: 'tilleuls', value: null }]);
    await running[0]!.notifier.stop();
    start(config("  digest_at: '18:00'"));
    await time.goTo(noonish + dayMs);
    expect(mail.accepted).toEqual([]);
    expect((await notifications(store.journal)).at(-1)).toMatchObject({ kind: 'withdrawn', reason: 'forgotten' });
  });

  test('who moved out since is not told', async () => {
    start(config("  digest_at: '18:00'"));
    await append(store.journal, lotAnomaly('surconsommation_locataire', 1));
    await time.goTo(noonish + minuteMs);
    const event = { v: 1, building: 'tilleuls', type: 'move-in', lot: 1, occupant: 'L01B', at: noonish + hourMs };
    await store.journal.append([
      { topic: 'events', key: 'tilleuls/move-in/lot-1/1', building: 'tilleuls', value: event },
    ]);
    await time.goTo(noonish + dayMs);
    expect(mail.accepted).toEqual([]);
    expect((await notifications(store.journal)).at(-1)).toMatchObject({ kind: 'withdrawn', reason: 'recipient' });
  });
});

describe('a message that another notifier had begun', () => {
  /** What it left behind at `noonish`: it may still be talking to the server. */
  async function begun(): Promise<NotificationRecord> {
    const found = anomaly('fuite_energetique');
    await append(store.journal, found);
    const message = messageId(resultKey(found), 'syndic/0', 'mail');
    const head = { v: 1, building: 'tilleuls', message, recipient: 'syndic/0', channel: 'mail' } as const;
    const key = resultKey(found);
    const due: NotificationRecord = { ...head, kind: 'due', anomaly: key, at: noonish, sendAt: noonish, digest: false };
    const sending: NotificationRecord = { ...head, kind: 'sending', anomalies: [key], at: noonish, attempt: 1 };
    await store.journal.append([due, sending].map(outgoing));
    return { ...head, kind: 'sent', anomalies: [key], at: noonish + 30_000 };
  }

  test('is left to it for a minute, and not sent when it says that it has', async () => {
    const sent = await begun();
    start(config(), { mode: 'distributed' });
    await time.goTo(noonish + 59_000);
    expect(mail.accepted).toEqual([]);
    await store.journal.append([outgoing(sent)]);
    await time.goTo(noonish + dayMs);
    expect(mail.accepted).toEqual([]);
  });

  test('is sent after that minute where nothing more is heard', async () => {
    await begun();
    start(config(), { mode: 'distributed' });
    await time.goTo(noonish + minuteMs);
    expect(mail.accepted).toHaveLength(1);
  });

  test('is sent at once on one file, where there is no other', async () => {
    await begun();
    start();
    await time.goTo(noonish + 1);
    expect(mail.accepted).toHaveLength(1);
  });
});

test('what closes while the messages before it are on their way is not sent', async () => {
  const open = lotAnomaly('surconsommation_locataire', 1);
  let closing: Promise<void> | undefined;
  mailHooks.current = {
    onRcptTo(_address, _session, callback) {
      closing ??= append(store.journal, { ...open, open: false, closedAt: noonish, revision: 2 });
      setTimeout(callback, 100);
    },
  };
  start();
  await append(store.journal, anomaly('fuite_energetique'), open);
  await time.goTo(noonish + hourMs);
  expect(closing).toBeDefined();
  expect(mail.accepted.map(({ to }) => to)).toEqual(['dupont@example.org']);
});
