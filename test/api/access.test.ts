/** Every route × every role × own and foreign building and lot. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditLine } from '../../api/access/audit.ts';
import { isLocal, presentedToken } from '../../api/access/bearer.ts';
import { curveConsent } from '../../api/access/scope.ts';
import { createTokenTable, generateToken, hashToken } from '../../api/access/tokens.ts';
import { type ApiServer, createApiServer } from '../../api/server.ts';
import type { ResultsStore } from '../../results/port.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { buildingOf, lifelike, moveIn, now } from './fixtures.ts';

const own = buildingOf();
const foreign = buildingOf({ id: 'voisine', name: 'La Voisine' }, 6);
const tokens = {
  syndic: generateToken(),
  maintenance: generateToken(),
  locataire: generateToken(),
  moved: generateToken(),
  expired: generateToken(),
};
type Who = keyof typeof tokens | 'none' | 'unknown';

let store: ResultsStore;
let server: ApiServer;
let instant = now;

const tokenConfiguration = [
  { role: 'syndic', buildings: ['tilleuls'], hash: tokens.syndic.hash },
  { role: 'maintenance', buildings: ['tilleuls'], hash: tokens.maintenance.hash },
  { role: 'locataire', buildings: ['tilleuls'], lot: 3, hash: tokens.locataire.hash },
  { role: 'locataire', buildings: ['tilleuls'], lot: 7, hash: tokens.moved.hash },
  { role: 'syndic', buildings: ['tilleuls'], hash: tokens.expired.hash, expiresAt: now },
] as const;

beforeAll(async () => {
  store = openSqliteStore(':memory:', { now: () => now }).results;
  const { results, telemetry, readings } = lifelike(own, 3, { anomalies: true });
  await store.write([...results, ...telemetry, ...readings]);
  server = await createApiServer({
    reader: store,
    buildings: [own, foreign],
    clock: { now: () => instant },
    tokens: tokenConfiguration,
    rateLimit: null,
  });
});
afterAll(async () => {
  await server.close();
  await store.close();
});

function ask(url: string, who: Who, headers: Record<string, string> = {}, to = server) {
  const token = who === 'none' ? undefined : who === 'unknown' ? generateToken().token : tokens[who].token;
  return to.app.inject({
    url,
    headers: {
      host: 'releve.example',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
}

async function status(url: string, who: Who): Promise<number> {
  return (await ask(url, who)).statusCode;
}

const roles: readonly Who[] = ['none', 'unknown', 'expired', 'syndic', 'maintenance', 'locataire'];
const nobody = [401, 401, 401] as const;

describe('matrix of routes, roles and scopes', () => {
  it.each<[string, readonly number[]]>([
    // what none, unknown, expired, syndic, maintenance, locataire of lot 3 get
    ['/api/immeuble/analyse-quotidienne', [...nobody, 200, 403, 403]],
    ['/api/immeuble/analyse-quotidienne?immeuble=tilleuls', [...nobody, 200, 403, 403]],
    ['/api/immeuble/analyse-quotidienne?immeuble=voisine', [...nobody, 403, 403, 403]],
    ['/api/immeuble/analyse-quotidienne?immeuble=nulle-part', [...nobody, 403, 403, 403]],
    ['/api/immeuble/repartition-charges?periode=annee', [...nobody, 200, 403, 403]],
    ['/api/immeuble/repartition-charges?immeuble=voisine', [...nobody, 403, 403, 403]],
    ['/api/immeuble/tableau-bord-syndic', [...nobody, 200, 403, 403]],
    ['/api/immeuble/tableau-bord-syndic?immeuble=voisine', [...nobody, 403, 403, 403]],
    ['/api/immeuble/rapports-locataires?locataire=3', [...nobody, 200, 403, 200]],
    ['/api/immeuble/rapports-locataires?locataire=4', [...nobody, 200, 403, 403]],
    ['/api/immeuble/rapports-locataires?locataire=99', [...nobody, 404, 403, 403]],
    ['/api/immeuble/rapports-locataires?locataire=3&immeuble=voisine', [...nobody, 403, 403, 403]],
    ['/api/immeuble/maintenance', [...nobody, 200, 200, 403]],
    ['/api/immeuble/maintenance?immeuble=voisine', [...nobody, 403, 403, 403]],
    ['/api/immeuble/releves-de-charges', [...nobody, 200, 403, 403]],
    ['/api/immeuble/releves-de-charges?lot=3&format=csv', [...nobody, 200, 403, 200]],
    ['/api/immeuble/releves-de-charges?lot=4', [...nobody, 200, 403, 403]],
    ['/api/immeuble/releves-de-charges?lot=99', [...nobody, 404, 403, 403]],
    ['/api/immeuble/releves-de-charges?lot=3&immeuble=voisine', [...nobody, 403, 403, 403]],
    ['/api/immeuble/courbe-de-charge', [...nobody, 200, 403, 403]],
    ['/api/immeuble/courbe-de-charge?immeuble=voisine', [...nobody, 403, 403, 403]],
    // Lot 3 gave no consent, lot 5 did.
    ['/api/immeuble/courbe-de-charge?locataire=3', [...nobody, 403, 403, 200]],
    ['/api/immeuble/courbe-de-charge?locataire=5', [...nobody, 200, 403, 403]],
    ['/api/immeuble/courbe-de-charge?locataire=5&immeuble=voisine', [...nobody, 403, 403, 403]],
    ['/metrics', [...nobody, 200, 200, 403]],
    ['/health', [200, 200, 200, 200, 200, 200]],
    ['/ready', [200, 200, 200, 200, 200, 200]],
    ['/openapi.json', [200, 200, 200, 200, 200, 200]],
    // Pages: without a token the sign-in page; the start page leads to one's own.
    ['/', [303, 303, 303, 200, 303, 303]],
    ['/lot/3', [303, 303, 303, 200, 403, 200]],
    ['/lot/4', [303, 303, 303, 200, 403, 403]],
    ['/lot/99', [303, 303, 303, 404, 403, 403]],
    ['/lot/3?immeuble=voisine', [303, 303, 303, 403, 403, 403]],
    ['/maintenance', [303, 303, 303, 200, 200, 403]],
    ['/?immeuble=voisine', [303, 303, 303, 403, 303, 303]],
    ['/connexion', [200, 200, 200, 200, 200, 200]],
    ['/assets/page.css', [200, 200, 200, 200, 200, 200]],
  ])('%s', async (url, expected) => {
    expect(await Promise.all(roles.map((who) => status(url, who)))).toEqual(expected);
  });

  it('covers every route that the document describes', async () => {
    const document = (await ask('/openapi.json', 'none')).json() as { paths: Record<string, unknown> };
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/immeuble/analyse-quotidienne',
      '/api/immeuble/courbe-de-charge',
      '/api/immeuble/maintenance',
      '/api/immeuble/rapports-locataires',
      '/api/immeuble/releves-de-charges',
      '/api/immeuble/repartition-charges',
      '/api/immeuble/tableau-bord-syndic',
      '/health',
      '/metrics',
      '/ready',
    ]);
  });

  it('leads each role to its own page', async () => {
    expect((await ask('/', 'locataire')).headers.location).toBe('/lot/3');
    expect((await ask('/', 'maintenance')).headers.location).toBe('/maintenance');
    expect((await ask('/lot/4?immeuble=tilleuls', 'none')).headers.location).toBe(
      '/connexion?retour=%2Flot%2F4%3Fimmeuble%3Dtilleuls',
    );
  });

  it('maintenance sees no consumption', async () => {
    for (const url of ['/api/immeuble/maintenance', '/maintenance'])
      expect((await ask(url, 'maintenance')).body).not.toMatch(/energie_|consommation_|\d\s*kWh|€/);
  });

  it('a tenant who moved in sees nothing of the one before', async () => {
    const report = (await ask('/api/immeuble/rapports-locataires?locataire=7&days=60', 'moved')).json();
    expect(report.consommation_quotidienne[0].date).toBe('2026-03-17');
    const syndic = (await ask('/api/immeuble/rapports-locataires?locataire=7&days=60', 'syndic')).json();
    expect(syndic.consommation_quotidienne).toHaveLength(60);
    expect(Date.parse('2026-03-17T00:00:00+01:00')).toBeGreaterThan(moveIn);
  });

  it('tenants wait until it is known who lives where; others do not', async () => {
    let known = false;
    const starting = await createApiServer({
      reader: store,
      buildings: [own],
      clock: { now: () => now },
      tokens: tokenConfiguration,
      rateLimit: null,
      occupanciesKnown: () => known,
    });
    const url = '/api/immeuble/rapports-locataires?locataire=3';
    const early = await ask(url, 'locataire', {}, starting);
    expect([early.statusCode, early.headers['retry-after']]).toEqual([503, '10']);
    expect((await ask('/lot/3', 'locataire', {}, starting)).statusCode).toBe(503);
    expect((await ask(url, 'syndic', {}, starting)).statusCode).toBe(200);
    expect((await ask('/api/immeuble/maintenance', 'maintenance', {}, starting)).statusCode).toBe(200);
    known = true;
    expect((await ask(url, 'locataire', {}, starting)).statusCode).toBe(200);
    await starting.close();
  });

  it('one visitor never gets what was cached for another', async () => {
    const before = await ask('/lot/7', 'syndic');
    const after = await ask('/lot/7', 'moved');
    expect(after.body).not.toBe(before.body);
    expect(after.body).not.toContain('Tout l’immeuble');
  });
});

describe('audit', () => {
  const route = '/api/immeuble/rapports-locataires';
  const line = {
    at: now,
    who: tokens.locataire.hash.slice(7, 19),
    role: 'locataire',
    building: 'tilleuls',
    lot: 3,
    outcome: 'granted',
  };
  const served = (lines: AuditLine[]) =>
    createApiServer({
      reader: store,
      buildings: [own],
      clock: { now: () => instant },
      tokens: tokenConfiguration,
      rateLimit: null,
      audit: (told) => lines.push(told),
    });

  it('a line for each kind of access to lot data, granted, cached or refused, with no token in it', async () => {
    const lines: AuditLine[] = [];
    const audited = await served(lines);
    await ask(`${route}?locataire=3`, 'locataire', {}, audited);
    await ask('/lot/4', 'locataire', {}, audited);
    await ask('/api/immeuble/analyse-quotidienne', 'syndic', {}, audited);
    await ask('/api/immeuble/maintenance', 'maintenance', {}, audited);
    const analysis = { route: '/api/immeuble/analyse-quotidienne', lot: null };
    expect(lines).toEqual([
      { ...line, route },
      { ...line, route: '/lot/:lot', lot: 4, outcome: 'refused' },
      { ...line, who: tokens.syndic.hash.slice(7, 19), role: 'syndic', ...analysis },
    ]);
    expect(JSON.stringify(lines)).not.toContain(tokens.locataire.token);
    await audited.close();
  });

  it('what an open page asks again and again is one line an hour, with how often', async () => {
    const lines: AuditLine[] = [];
    const audited = await served(lines);
    const askAt = async (minute: number) => {
      instant = now + minute * 60_000;
      await ask(`${route}?locataire=3`, 'locataire', {}, audited);
    };
    for (const minute of [0, 1, 59, 60, 75]) await askAt(minute);
    const at = (minute: number) => ({ ...line, route, at: now + minute * 60_000 });
    expect(lines).toEqual([at(0), { ...at(59), accesses: 2 }, at(60)]);
    await audited.close();
    instant = now;
    expect(lines.slice(3)).toEqual([{ ...at(75), accesses: 1 }]);
  });
});

describe('a building of fewer than five lots', () => {
  it.each<['information' | 'repartition', Who, boolean]>([
    ['information', 'locataire', false],
    ['information', 'syndic', true],
    // Whoever pays may check the sum.
    ['repartition', 'locataire', true],
    ['repartition', 'syndic', true],
  ])('%s: the statement tells a %s the share of the whole: %s', async (mode, who, told) => {
    const small = buildingOf({}, 3);
    const building = { ...small, charges: { ...small.charges, mode } };
    const file = openSqliteStore(':memory:', { now: () => now }).results;
    await file.write([...lifelike(building, 3, { anomalies: false }).results]);
    const few = await createApiServer({
      reader: file,
      buildings: [building],
      clock: { now: () => now },
      tokens: tokenConfiguration,
      rateLimit: null,
    });
    const url = '/api/immeuble/releves-de-charges?lot=3';
    // The syndic's first: what was cached for one is not told to the other.
    await ask(url, 'syndic', {}, few);
    const answer = await ask(url, who, {}, few);
    const [statement] = answer.json().releves;
    expect(statement.consommation_kwh).toBeGreaterThan(0);
    expect(statement.moyenne_immeuble_kwh).toBeNull();
    for (const key of ['part_consommation', 'part_egalitaire', 'ecart_vs_moyenne'])
      expect(statement[key] !== null).toBe(told);
    expect((await ask(`${url}&format=html`, who, {}, few)).body.includes('Part de la consommation')).toBe(told);
    expect((await ask(`${url}&format=csv`, who, {}, few)).statusCode).toBe(200);
    await few.close();
    await file.close();
  });
});

describe('tokens', () => {
  it('are revoked and expire without a restart', async () => {
    expect(await status('/api/immeuble/maintenance', 'maintenance')).toBe(200);
    server.reload({ tokens: tokenConfiguration.filter(({ role }) => role !== 'maintenance') });
    expect(await status('/api/immeuble/maintenance', 'maintenance')).toBe(401);
    server.reload({ tokens: tokenConfiguration });
    expect(await status('/api/immeuble/maintenance', 'maintenance')).toBe(200);
    instant = now - 1;
    expect(await status('/api/immeuble/maintenance', 'expired')).toBe(200);
    instant = now;
    expect(await status('/api/immeuble/maintenance', 'expired')).toBe(401);
  });

  it('are never kept, only their hashes; a malformed hash or a tenant without a lot is a configuration error', () => {
    const { token, hash } = generateToken();
    expect(hash).toBe(hashToken(token));
    expect(token.length).toBeGreaterThan(40);
    expect(() => createTokenTable([{ role: 'syndic', buildings: [], hash: 'sha256:zz' }])).toThrow(RangeError);
    expect(() => createTokenTable([{ role: 'locataire', buildings: ['a'], hash }])).toThrow(RangeError);
  });

  it.each([
    ['Basic abc', ''],
    ['Bearer', ''],
    ['Bearer a b', ''],
    ['bearer abc', 'abc'],
    ['Bearer rlv_x-Y.z', 'rlv_x-Y.z'],
  ])('an Authorization of %j presents %j', (authorization, expected) => {
    expect(presentedToken({ authorization })).toBe(expected);
  });

  it('a 401 says how to identify oneself', async () => {
    expect((await ask('/api/immeuble/maintenance', 'none')).headers['www-authenticate']).toBe('Bearer');
    expect((await ask('/api/immeuble/maintenance', 'unknown')).headers['www-authenticate']).toBe(
      'Bearer error="invalid_token"',
    );
  });
});

describe('signing in', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = (payload: string) => server.app.inject({ method: 'POST', url: '/connexion', headers: form, payload });

  it('hands a cookie over that scripts cannot read, and takes it back', async () => {
    const answer = await post(`jeton=${tokens.locataire.token}&retour=%2Flot%2F3`);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/lot/3');
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(/^releve_jeton=\S+; Path=\/; HttpOnly; SameSite=Lax$/);
    const page = await ask('/lot/3', 'none', { cookie: cookie.split(';')[0] ?? '' });
    expect(page.statusCode).toBe(200);
    const leave = await server.app.inject({ method: 'POST', url: '/deconnexion', headers: form, payload: '' });
    expect(String(leave.headers['set-cookie'])).toContain('Max-Age=0');
  });

  it.each(['https://ailleurs.example/', '//ailleurs.example', '/\\ailleurs.example', 'ailleurs'])(
    'does not lead away to %s',
    async (retour) => {
      const answer = await post(`jeton=${tokens.syndic.token}&${new URLSearchParams({ retour })}`);
      expect(answer.headers.location).toBe('/');
    },
  );

  it.each(['', 'faux', 'x;y', 'x'.repeat(500)])('refuses the token %j', async (jeton) => {
    const answer = await post(new URLSearchParams({ jeton }).toString());
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.body).toContain('Ce jeton est inconnu ou expiré.');
  });
});

describe('loopback without a token', () => {
  it('is open in the demo only, and only by a local name', async () => {
    const demo = await createApiServer({
      reader: store,
      buildings: [own],
      clock: { now: () => now },
      tokens: [],
      openOnLoopback: true,
      rateLimit: null,
    });
    const get = async (host: string, remoteAddress: string, authorization?: string) =>
      (
        await demo.app.inject({
          url: '/api/immeuble/maintenance',
          remoteAddress,
          headers: { host, ...(authorization === undefined ? {} : { authorization }) },
        })
      ).statusCode;
    expect(await get('localhost:8080', '127.0.0.1')).toBe(200);
    expect(await get('[::1]:8080', '::1')).toBe(200);
    expect(await get('releve.example', '127.0.0.1')).toBe(401);
    expect(await get('localhost:8080', '192.168.1.7')).toBe(401);
    expect(await get('localhost:8080', '127.0.0.1', 'Bearer faux')).toBe(401);
    await demo.close();
  });

  it.each([
    ['127.0.0.1', 'localhost', true],
    ['::ffff:127.0.0.1', '127.0.0.1:80', true],
    ['127.0.0.1', 'localhost.evil.example', false],
    ['10.0.0.1', 'localhost', false],
    [undefined, 'localhost', false],
    ['127.0.0.1', undefined, false],
  ])('peer %s asking for %s: %s', (peer, host, expected) => {
    expect(isLocal(peer, host)).toBe(expected);
  });
});

describe('consent to a load curve', () => {
  const stay = (from: number, to: number | undefined, occupant: string | null, consent?: boolean) => ({
    from,
    to,
    occupant,
    consent,
  });
  it.each([
    ['nobody known', [], false],
    ['consent throughout', [stay(0, undefined, 'a', true)], true],
    ['no consent', [stay(0, undefined, 'a', false)], false],
    ['consent of one of two', [stay(0, 15, 'a', true), stay(15, undefined, 'b')], false],
    ['vacant, then consent', [stay(0, 15, null), stay(15, undefined, 'b', true)], true],
    ['a hole', [stay(0, 12, 'a', true), stay(15, undefined, 'b', true)], false],
    ['ends before the day does', [stay(0, 19, 'a', true)], false],
  ])('%s', (_name, occupancy, expected) => {
    expect(curveConsent({ number: 1, owner: 'P1', tantiemes: {}, occupancy }, 10, 20)).toBe(expected);
  });
  it('no such lot', () => {
    expect(curveConsent(undefined, 10, 20)).toBe(false);
  });
});
