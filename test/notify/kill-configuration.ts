/** Twelve lots whose tenants have mail, a syndic with mail and a webhook, maintenance with a webhook. */
import type { Config } from '../../domain/config/config.ts';
import { parseConfig } from '../../domain/config/parse.ts';

export const lots = 12;

export function killConfiguration(mailPort: number, webhookUrl: string): Config {
  const numbers = Array.from({ length: lots }, (_, n) => n + 1);
  const text = `
version: 1
buildings:
  - id: tilleuls
    lots: [${numbers.map((n) => `{ number: ${n}, occupancy: [{ from: 2020-01-01, occupant: L${n} }] }`).join(', ')}]
    meters: [${numbers.map((n) => `{ id: LOC${n}, role: tenant, lot: ${n} }`).join(', ')}]
    contacts:
      - { role: syndic, email: syndic@example.org, webhook: { url: '${webhookUrl}/syndic', secret: '\${HOOK}' } }
      - { role: maintenance, webhook: { url: '${webhookUrl}/maintenance', secret: '\${HOOK}' } }
${numbers.map((n) => `      - { role: locataire, lot: ${n}, email: lot${n}@example.org }`).join('\n')}
notifications:
  smtp: { host: 127.0.0.1, port: ${mailPort}, from: releve@example.org }
`;
  return parseConfig([{ name: 'test', text }], (reference) => reference);
}
