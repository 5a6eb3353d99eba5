/** A building of six lots with its people, and anomalies on it. */

import { createCalendar } from '../../domain/calendar.ts';
import type { Config } from '../../domain/config/config.ts';
import { parseConfig } from '../../domain/config/parse.ts';
import { type Anomaly, type AnomalyType, severityOf } from '../../domain/results.ts';

export const calendar = createCalendar('Europe/Paris');
export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** Tuesday 2026-03-03, 14:00 in Paris. */
export const noonish = Date.UTC(2026, 2, 3, 13);
export const today = calendar.windowOf('day', noonish);

/** Names and addresses of everybody: none may ever be in a record or an event. */
export const personal = [
  'Martin',
  'martin@example.org',
  'Durand',
  'durand@example.org',
  'Dupont',
  'dupont@example.org',
  'Leroy',
];

export function configuration(notifications = '', contacts = defaultContacts): Config {
  return parseConfig(
    [
      {
        name: 'test',
        text: `
version: 1
buildings:
  - id: tilleuls
    name: Résidence des Tilleuls
    lots:
      - { number: 1, occupancy: [{ from: 2020-01-01, occupant: L01 }] }
      - { number: 2, occupancy: [{ from: 2020-01-01, to: 2026-03-02, occupant: L02 }, { from: 2026-03-02, occupant: L02B }] }
      - { number: 3, occupancy: [{ from: 2020-01-01, occupant: L03 }] }
      - { number: 4, occupancy: [{ from: 2020-01-01, vacant: true }] }
      - { number: 5 }
      - { number: 6, occupancy: [{ from: 2020-01-01, occupant: L06 }] }
    meters:
      - { id: LOC01, role: tenant, lot: 1 }
      - { id: LOC02, role: tenant, lot: 2 }
      - { id: LOC03, role: tenant, lot: 3 }
      - { id: LOC04, role: tenant, lot: 4 }
      - { id: LOC05, role: tenant, lot: 5 }
      - { id: LOC06, role: tenant, lot: 6 }
      - { id: GLOBAL, role: general }
    contacts:
${contacts}
notifications:
  smtp: { host: 127.0.0.1, port: 25, from: 'relevé <releve@example.org>' }
  unsubscribe_secret: \${UNSUBSCRIBE}
${notifications}
`,
      },
    ],
    (reference) => `secret of ${reference}`,
  );
}

const defaultContacts = `
      - { role: syndic, name: M. Dupont, email: dupont@example.org }
      - { role: locataire, lot: 1, name: Mme Martin, email: martin@example.org }
      - { role: locataire, lot: 2, name: M. Durand, email: durand@example.org }
      - { role: locataire, lot: 3, occupant: L03, name: Mme Leroy, webhook: { url: 'http://127.0.0.1:1/leroy', secret: '\${HOOK}' } }
      - { role: locataire, lot: 4, email: vide@example.org }
      - { role: locataire, lot: 5, email: inconnu@example.org }
      - { role: locataire, lot: 6, email: muet@example.org, subscribed: false }
      - { role: maintenance, webhook: { url: 'http://127.0.0.1:1/maintenance', secret: '\${HOOK}' } }`;

export function anomaly(type: AnomalyType, more: Partial<Anomaly> = {}): Anomaly {
  return {
    v: 1,
    kind: 'anomaly',
    building: 'tilleuls',
    revision: 1,
    type,
    meter: null,
    bus: null,
    date: today.date,
    start: today.start,
    severity: severityOf[type],
    value: 17.25,
    threshold: 15,
    impactWh: 2250,
    text: `Texte de ${type}`,
    lots: [],
    open: true,
    openedAt: noonish,
    updatedAt: noonish,
    closedAt: null,
    ...more,
  };
}

/** Of the meter of a lot. */
export function lotAnomaly(type: AnomalyType, lot: number, more: Partial<Anomaly> = {}): Anomaly {
  return anomaly(type, { meter: `LOC0${lot}`, lots: [lot], ...more });
}
