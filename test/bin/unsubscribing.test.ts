/** The link of a tenant's mail through the real server: GET asks, POST does and is kept, a forged link does nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiServer, createApiServer } from '../../api/server.ts';
import { unsubscribing } from '../../bin/unsubscribing.ts';
import { systemClock } from '../../domain/clock.ts';
import { recipients } from '../../notify/recipients.ts';
import { createUnsubscribeToken } from '../../notify/unsubscribe.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { buildingOf } from '../api/fixtures.ts';

const building = {
  ...buildingOf(),
  contacts: [{ role: 'locataire' as const, lot: 3, email: 'a@example.org', subscribed: true }],
};
const secret = 'un secret de test';
const store = openSqliteStore(':memory:');
let server: ApiServer;

beforeAll(async () => {
  server = await createApiServer({
    reader: store.results,
    buildings: [building],
    clock: systemClock,
    tokens: [],
    ...unsubscribing(secret, () => [building], store.journal),
  });
});
afterAll(async () => {
  await server.close();
  store.close();
});

function link(): string {
  const recipient = recipients(building).find(({ contact }) => contact.role === 'locataire');
  if (!recipient) throw new Error('no tenant');
  return `/desinscription?jeton=${encodeURIComponent(createUnsubscribeToken({ building: building.id, recipient: recipient.key }, secret))}`;
}

async function kept(): Promise<number> {
  let count = 0;
  for await (const batch of store.journal.read('notifications', 0)) count += batch.length;
  return count;
}

describe('the unsubscription link', () => {
  test('asks on GET, and changes nothing', async () => {
    const answer = await server.app.inject({ url: link() });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('Se désinscrire');
    expect(await kept()).toBe(0);
  });

  test.each([
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    ],
  ])('does it on POST of %s, and keeps it', async (type, payload) => {
    const before = await kept();
    const answer = await server.app.inject({ method: 'POST', url: link(), headers: { 'content-type': type }, payload });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('Vous êtes désinscrit');
    expect(await kept()).toBe(before + 1);
  });

  test('a forged link is refused', async () => {
    const answer = await server.app.inject({ method: 'POST', url: `${link().slice(0, -4)}AAAA` });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('Lien non valable');
  });
});
