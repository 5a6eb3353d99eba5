/** Who is told what, and when not: tables. */
import { describe, expect, test } from 'vitest';
import { anomalyRules, heartbeatRules, ruleOfAnomaly } from '../../dashboards/alerting/anomaly-rules.ts';
import type { Config } from '../../domain/config/config.ts';
import { type Anomaly, type AnomalyType, resultKey, severityOf } from '../../domain/results.ts';
import { type DecisionContext, decide, unreachable, withdrawals } from '../../notify/decide.ts';
import { audiences, type Mode, recipients } from '../../notify/recipients.ts';
import type { Due, NotificationRecord } from '../../notify/records.ts';
import { applyRecord, createState, type NotificationState, openMessages } from '../../notify/state.ts';
import { anomaly, calendar, configuration, dayMs, hourMs, lotAnomaly, noonish, today } from './fixtures.ts';

const config = configuration();

function context(more: Partial<DecisionContext> = {}, from: Config = config): DecisionContext {
  return { building: from.buildings[0]!, calendar, rules: from.notifications, mode: 'embedded', now: noonish, ...more };
}

function apply(state: NotificationState, records: readonly NotificationRecord[]): void {
  for (const record of records) applyRecord(state, record);
}

function told(found: Anomaly, mode: Mode = 'embedded'): string[] {
  return decide(found, createState(), context({ mode })).map((record) => (record as Due).recipient);
}

describe('who is told', () => {
  const rows: [AnomalyType, number | null, string[], string[]][] = [
    // type, lot, embedded, distributed
    ['fuite_energetique', null, ['syndic/0'], ['syndic/0']],
    ['depassement_puissance', null, ['syndic/0'], ['syndic/0']],
    ['incoherence_comptage', null, ['syndic/0', 'maintenance/0'], ['syndic/0']],
    ['donnees_incompletes', null, ['syndic/0', 'maintenance/0'], ['syndic/0']],
    ['bus_degrade', null, ['maintenance/0'], []],
    ['consommation_lot_vacant', 4, ['syndic/0'], ['syndic/0']],
    ['surconsommation_locataire', 1, ['locataire/1/0'], ['locataire/1/0']],
    ['surconsommation_locataire', 3, ['locataire/3/L03/0'], ['locataire/3/L03/0']],
    ['compteur_silencieux', 1, ['locataire/1/0', 'maintenance/0'], ['locataire/1/0']],
    ['compteur_fige', 1, ['locataire/1/0', 'maintenance/0'], ['locataire/1/0']],
    ['compteurs_defaillants', 3, ['locataire/3/L03/0', 'maintenance/0'], ['locataire/3/L03/0']],
    // A vacant lot has no tenant; one of whom nothing is declared has; one who wants nothing gets nothing.
    ['surconsommation_locataire', 4, [], []],
    ['surconsommation_locataire', 5, ['locataire/5/0'], ['locataire/5/0']],
    ['surconsommation_locataire', 6, [], []],
  ];
  test.each(rows)('%s of lot %s', (type, lot, embedded, distributed) => {
    const found = lot === null ? anomaly(type) : lotAnomaly(type, lot);
    expect(told(found, 'embedded')).toEqual(embedded);
    expect(told(found, 'distributed')).toEqual(distributed);
  });

  test('several lots of one anomaly: each of their tenants', () => {
    const found = anomaly('compteurs_defaillants', { lots: [1, 3, 4, 6] });
    expect(told(found)).toEqual(['locataire/1/0', 'locataire/3/L03/0', 'maintenance/0']);
  });

  test('a day of the former occupant is not told to the one who lives there now, nor to a reference that has left', () => {
    const before = { start: calendar.day('2026-03-01').start, date: '2026-03-01' };
    expect(told(lotAnomaly('surconsommation_locataire', 2, before))).toEqual([]);
    expect(told(lotAnomaly('surconsommation_locataire', 2))).toEqual(['locataire/2/0']);
    const both = configuration(
      '',
      `
      - { role: locataire, lot: 2, occupant: L02, email: ancien@example.org }
      - { role: locataire, lot: 2, occupant: L02B, email: nouveau@example.org }`,
    );
    const decided = (found: Anomaly) =>
      decide(found, createState(), context({}, both)).map((record) => (record as Due).recipient);
    expect(decided(lotAnomaly('surconsommation_locataire', 2, before))).toEqual(['locataire/2/L02/0']);
    expect(decided(lotAnomaly('surconsommation_locataire', 2))).toEqual(['locataire/2/L02B/0']);
  });

  test('every type has somebody, and maintenance is told by one of Grafana and the notifier', () => {
    const rules = [...anomalyRules, ...heartbeatRules];
    for (const type of Object.keys(severityOf) as AnomalyType[]) {
      expect(audiences[type].length).toBeGreaterThan(0);
      const byGrafana = rules.find(({ uid }) => uid === ruleOfAnomaly[type])?.labels.equipe;
      expect([type, byGrafana === 'maintenance']).toEqual([type, audiences[type].includes('maintenance')]);
    }
  });

  test('keys depend on nobody’s name or address', () => {
    const other = configuration(
      '',
      `
      - { role: syndic, email: autre@example.org }
      - { role: locataire, lot: 1, name: Autre, email: a@example.org }
      - { role: locataire, lot: 1, email: b@example.org }`,
    );
    expect(recipients(other.buildings[0]!).map(({ key }) => key)).toEqual([
      'syndic/0',
      'locataire/1/0',
      'locataire/1/1',
    ]);
  });

  test('without SMTP a mail address is no way, and it is said that nobody could be told', () => {
    const rules = { ...config.notifications, smtp: undefined };
    expect(decide(anomaly('fuite_energetique'), createState(), context({ rules }))).toEqual([]);
    expect(unreachable(anomaly('fuite_energetique'), context({ rules }))).toBe(true);
    expect(unreachable(anomaly('fuite_energetique'), context())).toBe(false);
  });
});

describe('once', () => {
  test('the same anomaly again, revised or not, adds nothing; another day, meter or recipient does', () => {
    const state = createState();
    apply(state, decide(lotAnomaly('compteur_silencieux', 1), state, context()));
    expect(decide(lotAnomaly('compteur_silencieux', 1, { revision: 2, text: 'Autre' }), state, context())).toEqual([]);
    expect(decide(lotAnomaly('compteur_silencieux', 3), state, context())).toHaveLength(2);
    const yesterday = calendar.previous(today);
    const before = lotAnomaly('compteur_silencieux', 1, { start: yesterday.start, date: yesterday.date });
    expect(decide(before, state, context())).toHaveLength(2);
  });

  test('a lot that joins an anomaly is told alone', () => {
    const state = createState();
    apply(state, decide(anomaly('compteurs_defaillants', { lots: [1] }), state, context()));
    const records = decide(anomaly('compteurs_defaillants', { lots: [1, 3], revision: 2 }), state, context());
    expect(records.map((record) => (record as Due).recipient)).toEqual(['locataire/3/L03/0']);
  });

  test('ids are the same in every run and differ by recipient and channel', () => {
    const both = configuration(
      '',
      `
      - { role: syndic, email: a@example.org, webhook: { url: 'http://127.0.0.1:1/', secret: '\${HOOK}' } }
      - { role: syndic, email: b@example.org }`,
    );
    const run = () =>
      decide(anomaly('fuite_energetique'), createState(), context({}, both)).map((record) => (record as Due).message);
    expect(run()).toEqual(run());
    expect(new Set(run()).size).toBe(3);
  });
});

describe('news and withdrawal', () => {
  const rows: [string, Partial<Anomaly>, number, boolean][] = [
    ['found in its day', {}, noonish, true],
    ['found three days after its day', { openedAt: today.end + 3 * dayMs }, today.end + 3 * dayMs, true],
    ['found later: history', { openedAt: today.end + 3 * dayMs + 1 }, today.end + 3 * dayMs + 1, false],
    ['the notifier was away for a week', {}, today.end + 7 * dayMs, true],
    ['for longer', {}, today.end + 7 * dayMs + 1, false],
  ];
  test.each(rows)('%s', (_name, more, now, expected) => {
    expect(decide(anomaly('fuite_energetique', more), createState(), context({ now })).length > 0).toBe(expected);
  });

  const closing = { open: false, closedAt: noonish + hourMs, revision: 2 };
  test('what better data took back before it was sent is withdrawn, and due again where it comes back', () => {
    const state = createState();
    apply(state, decide(anomaly('fuite_energetique'), state, context()));
    const records = decide(anomaly('fuite_energetique', closing), state, context());
    expect(records).toMatchObject([{ kind: 'withdrawn', reason: 'closed', recipient: 'syndic/0' }]);
    apply(state, records);
    expect(openMessages(state)).toEqual([]);
    expect(decide(anomaly('fuite_energetique', { revision: 3 }), state, context())).toHaveLength(1);
  });

  test('what ended by itself is still told', () => {
    const state = createState();
    apply(state, decide(anomaly('bus_degrade', { bus: 'bus1' }), state, context()));
    expect(decide(anomaly('bus_degrade', { bus: 'bus1', ...closing }), state, context())).toEqual([]);
    expect(openMessages(state)).toHaveLength(1);
  });

  test('what is being sent is not taken back; what was forgotten is', () => {
    const state = createState();
    const [due] = decide(anomaly('fuite_energetique'), state, context()) as [Due];
    const { building, message, recipient, channel } = due;
    const key = resultKey(anomaly('fuite_energetique'));
    apply(state, [
      due,
      { v: 1, kind: 'sending', building, message, recipient, channel, anomalies: [key], at: noonish, attempt: 1 },
    ]);
    expect(decide(anomaly('fuite_energetique', closing), state, context())).toEqual([]);
    expect(withdrawals(key, state, noonish, 'forgotten')).toEqual([]);
    expect(openMessages(state)).toMatchObject([{ id: message, attempts: 1 }]);
  });

  test('the unsubscribed get nothing, and something again after they subscribed', () => {
    const state = createState();
    const target = { v: 1, building: 'tilleuls', recipient: 'locataire/1/0', at: noonish } as const;
    applyRecord(state, { kind: 'unsubscribed', ...target });
    expect(decide(lotAnomaly('surconsommation_locataire', 1), state, context())).toEqual([]);
    applyRecord(state, { kind: 'subscribed', ...target });
    expect(decide(lotAnomaly('surconsommation_locataire', 1), state, context())).toHaveLength(1);
  });
});

describe('the digest', () => {
  const digest = configuration("  digest_at: '18:00'\n  quiet_hours: '21:00-07:00'");
  const evening = calendar.localTime(today.date, 18, 0);

  test('one message for everything of the day, the critical on its own at once', () => {
    const state = createState();
    for (const type of ['fuite_energetique', 'incoherence_comptage', 'depassement_puissance'] as const)
      apply(state, decide(anomaly(type), state, context({ mode: 'distributed' }, digest)));
    expect(openMessages(state)).toMatchObject([
      { recipient: 'syndic/0', sendAt: evening, digest: true, anomalies: { length: 2 } },
      { recipient: 'syndic/0', sendAt: noonish, digest: false, anomalies: { length: 1 } },
    ]);
  });

  test('a digest whose time has come takes nothing more, even where the clock is set back', () => {
    const state = createState();
    apply(state, decide(anomaly('fuite_energetique'), state, context({}, digest)));
    const [first] = openMessages(state);
    const late = decide(anomaly('incoherence_comptage'), state, context({ now: evening, mode: 'distributed' }, digest));
    expect((late[0] as Due).message).not.toBe(first!.id);
    expect((late[0] as Due).sendAt).toBe(evening + dayMs);
    const { id: message, building, recipient, channel, anomalies } = first!;
    applyRecord(state, { v: 1, kind: 'sent', building, message, recipient, channel, anomalies, at: evening });
    const back = decide(anomaly('incoherence_comptage'), state, context({ mode: 'distributed' }, digest));
    expect(back).toMatchObject([{ digest: false, sendAt: evening }]);
    expect((back[0] as Due).message).not.toBe(message);
  });
});
