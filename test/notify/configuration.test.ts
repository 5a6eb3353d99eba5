/** Contacts and notifications in the configuration: what is refused, and that the example's comments are true. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exampleConfigurationPath } from '../../bin/configuration.ts';
import { parseConfig } from '../../domain/config/parse.ts';
import { ConfigurationError } from '../../domain/errors.ts';

const head =
  'version: 1\nbuildings: [{ id: b, lots: [{ number: 3 }], meters: [{ id: m, role: tenant, lot: 3 }], contacts: [';

function problems(contact: string, notifications = '{}'): readonly string[] {
  const text = `${head}${contact}] }]\nnotifications: ${notifications}\n`;
  try {
    parseConfig([{ name: 'test', text }], () => 'secret');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems;
  }
}

test.each([
  ['{ role: locataire, lot: 3, occupant: L03, email: a@example.org }', []],
  ['{ role: locataire, email: a@example.org }', ['buildings.0.contacts.0.lot: a tenant has a lot']],
  ['{ role: locataire, lot: 4 }', ['buildings.0.contacts.0.lot: no lot 4']],
  ['{ role: syndic, lot: 3 }', ['buildings.0.contacts.0.lot: only a tenant has a lot']],
  ['{ role: syndic, occupant: L03 }', ['buildings.0.contacts.0.occupant: only a tenant is an occupant']],
  ['{ role: syndic, phone: "06" }', ['buildings.0.contacts.0.phone: unknown key']],
])('contact %s', (contact, expected) => {
  expect(problems(contact)).toEqual(expected);
});

test.each([
  ["{ role: syndic, webhook: { url: 'file:///etc/passwd', secret: '${A}' } }", 'buildings.0.contacts.0.webhook.url: '],
  [
    "{ role: syndic, webhook: { url: 'https://example.org', secret: clear } }",
    'buildings.0.contacts.0.webhook.secret: ',
  ],
  ['{ role: syndic, email: nobody }', 'buildings.0.contacts.0.email: '],
])('contact %s', (contact, expected) => {
  expect(problems(contact)).toEqual([expect.stringContaining(expected)]);
});

test.each([
  ["{ quiet_hours: '21:00-07:00', digest_at: '18:00' }", []],
  ["{ quiet_hours: '21:00-07:00', digest_at: '07:00' }", []],
  ["{ quiet_hours: '21:00-07:00', digest_at: '06:59' }", ['notifications.digest_at: lies within quiet_hours']],
  ["{ quiet_hours: '21:00-07:00', digest_at: '21:00' }", ['notifications.digest_at: lies within quiet_hours']],
  ["{ quiet_hours: '12:00-14:00', digest_at: '13:00' }", ['notifications.digest_at: lies within quiet_hours']],
  ["{ quiet_hours: '00:00-24:00' }", ['notifications.quiet_hours: some time of the day must be left']],
  ["{ quiet_hours: '08:00-08:00' }", ['notifications.quiet_hours: some time of the day must be left']],
  ["{ digest_at: '24:00' }", ['notifications.digest_at: a time such as 18:00']],
])('notifications %s', (notifications, expected) => {
  expect(problems('', notifications)).toEqual(expected);
});

test('the example with its commented contacts and notifications taken in loads', () => {
  const text = readFileSync(exampleConfigurationPath, 'utf8')
    .replace(/^ {4}# (contacts:).*$/m, '    contacts:')
    .replaceAll(/^ {4}# {3}- \{ role: (.*)$/gm, '      - { role: $1')
    .replace('# notifications:', 'notifications:')
    .replaceAll(/^# {3}(\w+: )/gm, '  $1');
  const { buildings, notifications } = parseConfig([{ name: 'example', text }], (reference) => reference);
  expect(buildings[0]!.contacts.map(({ role }) => role)).toEqual(['syndic', 'locataire', 'maintenance']);
  expect(notifications).toMatchObject({
    smtp: { host: 'smtp.example.org', port: 587, password: '${SMTP_PASSWORD}' },
    digestMinute: 18 * 60,
    quietHours: { fromMinute: 21 * 60, toMinute: 7 * 60 },
    criticalPasses: true,
    maxAgeMs: 7 * 86_400_000,
    unsubscribeSecret: '${UNSUBSCRIBE_SECRET}',
  });
});
