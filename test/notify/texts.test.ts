/** What people read: French, their own affairs only, no markup from names. */
import { describe, expect, test } from 'vitest';
import type { Contact } from '../../domain/building.ts';
import { type AnomalyType, severityOf } from '../../domain/results.ts';
import { compose } from '../../notify/compose.ts';
import { audiences } from '../../notify/recipients.ts';
import { advice, frenchDate, frenchTime, tenantText, titles } from '../../notify/texts.ts';
import { anomaly, configuration, hourMs, lotAnomaly, noonish } from './fixtures.ts';

const building = configuration().buildings[0]!;
const tenant: Contact = { role: 'locataire', lot: 3, name: 'Mme Leroy', email: 'leroy@example.org', subscribed: true };
const syndic: Contact = { role: 'syndic', name: 'M. Dupont', email: 'dupont@example.org', subscribed: true };
const types = Object.keys(severityOf) as AnomalyType[];

function composed(contact: Contact, anomalies: ReturnType<typeof anomaly>[], digest = false) {
  return compose({ id: 'id', building, contact, recipient: 'key', anomalies, digest, unsubscribeUrl: undefined });
}

describe('sentences', () => {
  test('dates and times', () => {
    expect(frenchDate('2026-03-03')).toBe('mardi 3 mars 2026');
    expect(frenchTime(Date.UTC(2026, 6, 1, 4, 5), 'Europe/Paris')).toBe('06\u00a0h\u00a005');
  });

  test('a tenant’s consumption', () => {
    expect(tenantText(lotAnomaly('surconsommation_locataire', 3), 3)).toBe(
      'Le lot 3 a dépassé sa limite du jour de 15,0\u00a0kWh\u00a0: 17,3\u00a0kWh relevés. Un appareil oublié ou en défaut (chauffe-eau, chauffage d’appoint, congélateur) en est souvent la cause.',
    );
    expect(tenantText(lotAnomaly('surconsommation_locataire', 3, { value: null, threshold: null }), 3)).toMatch(
      /^Le lot 3 a dépassé sa limite du jour\. /,
    );
  });

  test('every type has a title and an advice, every tenant’s type a sentence of its own', () => {
    for (const type of types) {
      expect(titles[type].length).toBeGreaterThan(5);
      expect(advice[type].endsWith('.')).toBe(true);
      if (audiences[type].includes('locataire')) expect(tenantText(anomaly(type), 3).length).toBeGreaterThan(60);
    }
  });
});

describe('a tenant reads of his own lot only', () => {
  test.each(types.filter((type) => audiences[type].includes('locataire')))('%s', (type) => {
    const found = anomaly(type, { lots: [1, 3, 6], text: 'Compteurs LOC01, LOC03, LOC06', value: 3, meter: null });
    const message = composed(tenant, [found]);
    const everything = JSON.stringify(message);
    expect(everything).not.toMatch(/LOC01|LOC06|lots? 1\b|lots? 6\b/);
    expect(message.payload).toMatchObject({ anomalies: [{ lots: [3] }] });
    expect(message.payload).not.toHaveProperty('anomalies.0.value');
    expect(message.payload).not.toHaveProperty('anomalies.0.meter');
  });
});

describe('a mail', () => {
  test('of one anomaly', () => {
    const message = composed(syndic, [anomaly('fuite_energetique', { text: 'Fuite de 12 kWh' })]);
    expect(message.subject).toBe('[Résidence des Tilleuls] Fuite énergétique, mardi 3 mars 2026');
    expect(message.text).toBe(
      [
        'Bonjour M. Dupont,',
        'Résidence des Tilleuls\u00a0: une anomalie a été constatée.',
        'Fuite énergétique (mardi 3 mars 2026)\nFuite de 12 kWh\nGravité\u00a0: majeure\nÉnergie concernée\u00a0: 2,3\u00a0kWh\nÀ faire\u00a0: Vérifiez les installations communes (éclairage, ascenseur, chaufferie, pompes) et tout branchement sans compteur.',
        '-- \nMessage automatique de relevé, adressé au syndic (Résidence des Tilleuls).',
      ].join('\n\n'),
    );
  });

  test('of several: the gravest first, counted in the subject, what is over says so', () => {
    const over = { open: false, closedAt: noonish + hourMs };
    const message = composed(
      syndic,
      [anomaly('donnees_incompletes'), anomaly('depassement_puissance'), anomaly('fuite_energetique', over)],
      true,
    );
    expect(message.subject).toBe('[Résidence des Tilleuls] Dépassement de puissance et 2 autres anomalies');
    expect(message.text).toContain('3 anomalies signalées depuis le dernier résumé.');
    expect(message.text).toContain('Terminé le mardi 3 mars 2026 à 15\u00a0h\u00a000');
    const order = ['Dépassement de puissance (', 'Fuite énergétique (', 'Données incomplètes ('];
    expect(order.map((title) => message.text.indexOf(title))).toEqual(
      order.map((title) => message.text.indexOf(title)).toSorted((a, b) => a - b),
    );
  });

  test('names cannot bring markup or header lines', () => {
    const named = { ...building, name: 'Tour "A"\r\nBcc: a@example.org <b>' };
    const contact = { ...syndic, name: '<script>alert(1)</script>\nx' };
    const message = compose({
      id: 'id',
      building: named,
      contact,
      recipient: 'k',
      anomalies: [anomaly('bus_degrade')],
      digest: false,
    });
    expect(message.subject).not.toMatch(/[\r\n]/);
    expect(message.html).not.toContain('<script>');
    expect(message.html).not.toContain('<b>');
    expect(message.html).toContain('&#60;script&#62;');
  });
});
