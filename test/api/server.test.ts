/** Parameters and their problems, caching with validators, headers, limits, readiness, metrics, CSV and HTML. */
import { gunzipSync } from 'node:zlib';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiOptions, type ApiServer, createApiServer } from '../../api/server.ts';
import type { ResultsReader, ResultsStore } from '../../results/port.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { buildingOf, lifelike, meterDay, now, paris } from './fixtures.ts';

const building = buildingOf();
let store: ResultsStore;
let server: ApiServer;
let instant = now;
const registry = new Registry();

beforeAll(async () => {
  store = openSqliteStore(':memory:', { now: () => now }).results;
  const { results, telemetry, readings } = lifelike(building, 5, { anomalies: true });
  await store.write([...results, ...telemetry, ...readings]);
  server = await open({ registry, readiness: { resultats: () => store.check() } });
});
afterAll(async () => {
  await server.close();
  await store.close();
});

function open(options: Partial<ApiOptions> = {}): Promise<ApiServer> {
  return createApiServer({
    reader: store,
    buildings: [building],
    clock: { now: () => instant },
    tokens: [],
    openOnLoopback: true,
    rateLimit: null,
    ...options,
  });
}

function get(url: string, headers: Record<string, string> = {}, to: ApiServer = server) {
  return to.app.inject({ url, headers: { host: 'localhost', ...headers } });
}

describe('parameters', () => {
  const base = '/api/immeuble';
  it.each([
    ['analyse-quotidienne?days=0', ['days']],
    ['analyse-quotidienne?days=367', ['days']],
    ['analyse-quotidienne?days=', ['days']],
    ['analyse-quotidienne?days=1e2', ['days']],
    ['analyse-quotidienne?days=%201', ['days']],
    ['analyse-quotidienne?days=1.5', ['days']],
    ['analyse-quotidienne?days=-1', ['days']],
    ['analyse-quotidienne?days=1&days=2', ['days']],
    ['analyse-quotidienne?date=2026-02-30', ['date']],
    ['analyse-quotidienne?date=31/03/2026', ['date']],
    ['analyse-quotidienne?date=1999-12-31', ['date']],
    ['analyse-quotidienne?jours=3', ['jours']],
    ['analyse-quotidienne?days=x&date=y', ['date', 'days']],
    ['repartition-charges?periode=semaine', ['periode']],
    ['repartition-charges?periode=', ['periode']],
    ['repartition-charges?date=hier', ['date']],
    ['tableau-bord-syndic?immeuble=', ['immeuble']],
    ['rapports-locataires', ['locataire']],
    ['rapports-locataires?locataire=', ['locataire']],
    ['rapports-locataires?locataire=LOC03', ['locataire']],
    ['rapports-locataires?locataire=3&days=0', ['days']],
    ['maintenance?x=1', ['x']],
    ['releves-de-charges?format=pdf', ['format']],
    ['releves-de-charges?lot=a', ['lot']],
    ['courbe-de-charge?locataire=-3', ['locataire']],
  ])('400 of %s names %j', async (path, names) => {
    const answer = await get(`${base}/${path}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const problem = answer.json();
    expect(problem).toMatchObject({ type: 'about:blank', status: 400, title: 'Paramètre incorrect' });
    expect(problem.parametres.map(({ nom }: { nom: string }) => nom).sort()).toEqual(names);
    expect(problem.instance).toBe(`${base}/${path.split('?')[0]}`);
  });

  it.each([
    ['tableau-bord-syndic?immeuble=ailleurs', 'immeuble'],
    ['rapports-locataires?locataire=21', 'locataire'],
    ['releves-de-charges?lot=0', 'lot'],
    ['courbe-de-charge?locataire=21', 'locataire'],
  ])('404 of %s names %s', async (path, name) => {
    const answer = await get(`${base}/${path}`);
    expect(answer.statusCode).toBe(404);
    expect(answer.json().parametres).toEqual([{ nom: name, raison: 'inconnu' }]);
  });

  it('takes a leap day, 366 days and the last date it knows', async () => {
    expect((await get(`${base}/analyse-quotidienne?date=2024-02-29&days=366`)).json().analyses).toHaveLength(366);
    expect((await get(`${base}/repartition-charges?periode=annee&date=2199-12-31`)).statusCode).toBe(200);
    expect((await get(`${base}/releves-de-charges?periode=annee&date=2000-01-01`)).statusCode).toBe(200);
  });
});

describe('other requests', () => {
  it('an unknown path is 404, another method 405', async () => {
    expect((await get('/api/immeuble/inconnu')).json()).toMatchObject({ status: 404, title: 'Introuvable' });
    const answer = await server.app.inject({ method: 'DELETE', url: '/api/immeuble/maintenance' });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  it('an unknown address is told to people on a page', async () => {
    const answer = await get('/nulle-part', { accept: 'text/html,application/xhtml+xml' });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.body).toContain('Cette adresse n&#39;existe pas.');
  });

  it('OPTIONS tells no other origin anything', async () => {
    const headers = { origin: 'https://ailleurs.example', 'access-control-request-method': 'GET' };
    const answer = await server.app.inject({ method: 'OPTIONS', url: '/api/immeuble/maintenance', headers });
    expect(answer.statusCode).toBe(405);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('HEAD is GET without the body', async () => {
    const answer = await server.app.inject({
      method: 'HEAD',
      url: '/api/immeuble/maintenance',
      headers: { host: 'localhost' },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.etag).toMatch(/^"/);
    expect(answer.body).toBe('');
  });

  it('a body beyond the limit is 413, of another kind 415', async () => {
    const post = (type: string, payload: string) =>
      server.app.inject({ method: 'POST', url: '/connexion', headers: { 'content-type': type }, payload });
    expect((await post('application/x-www-form-urlencoded', 'x'.repeat(20_000))).statusCode).toBe(413);
    expect((await post('application/xml', '<a/>')).statusCode).toBe(415);
  });

  it('a store that is away is 503 without what is inside', async () => {
    const broken = new Proxy(store, {
      get: (target, name) =>
        name === 'meterDays'
          ? () => Promise.reject(new Error('secret path /var/lib/x'))
          : Reflect.get(target, name, target),
    }) as ResultsReader;
    const faulty = await open({ reader: broken });
    const answer = await get('/api/immeuble/analyse-quotidienne', {}, faulty);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('10');
    expect(answer.body).not.toContain('secret');
    const page = await get('/', {}, faulty);
    expect(page.statusCode).toBe(503);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toContain('secret');
    await faulty.close();
  });

  it('too many requests are 429 with the time to wait', async () => {
    const limited = await open({ rateLimit: { max: 2, windowMs: 60_000 } });
    const ask = () => get('/api/immeuble/maintenance', {}, limited);
    expect([(await ask()).statusCode, (await ask()).statusCode]).toEqual([200, 200]);
    const refused = await ask();
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ status: 429, title: 'Trop de requêtes' });
    expect(refused.headers['retry-after']).toBeDefined();
    expect((await get('/health', {}, limited)).statusCode).toBe(200);
    await limited.close();
  });
});

describe('behind a reverse proxy', () => {
  const from = async (trustedProxies: string[], visitor: string, proxy = '10.0.0.2') => {
    const limited = await open({ rateLimit: { max: 1, windowMs: 60_000 }, trustedProxies });
    const ask = (forwarded: string) =>
      limited.app.inject({ url: '/connexion', remoteAddress: proxy, headers: { 'x-forwarded-for': forwarded } });
    const statuses = [(await ask('192.0.2.1')).statusCode, (await ask(visitor)).statusCode];
    await limited.close();
    return statuses;
  };

  it.each<[string, string[], string, number]>([
    ['no proxy is believed by default', [], '192.0.2.2', 429],
    ['a trusted one tells visitors apart', ['10.0.0.0/8'], '192.0.2.2', 200],
    ['the same visitor has one limit', ['10.0.0.2'], '192.0.2.1', 429],
    ['a visitor cannot invent another address', ['10.0.0.2'], '198.51.100.9, 192.0.2.1', 429],
    ['another proxy is not believed', ['10.0.0.3'], '192.0.2.2', 429],
  ])('%s', async (_name, trusted, visitor, expected) => {
    expect(await from(trusted, visitor)).toEqual([200, expected]);
  });
});

describe('headers', () => {
  it('allow nothing but this server', async () => {
    const { headers } = await get('/');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  it('there is no CORS', async () => {
    const { headers } = await get('/api/immeuble/maintenance', { origin: 'https://ailleurs.example' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('behind TLS the cookie is Secure and HSTS is sent', async () => {
    const secure = await open({ https: true });
    const answer = await secure.app.inject({
      method: 'POST',
      url: '/deconnexion',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(String(answer.headers['set-cookie'])).toContain('Secure');
    expect(answer.headers['strict-transport-security']).toContain('max-age');
    await secure.close();
  });
});

describe('validators', () => {
  const url = '/api/immeuble/tableau-bord-syndic';

  it('an unchanged answer is 304 by ETag, list, weak form, star or date', async () => {
    const { headers, body } = await get(url);
    const etag = String(headers.etag);
    expect(body.length).toBeGreaterThan(1_000);
    for (const tag of [etag, `"other", ${etag}`, `W/${etag}`, '*'])
      expect((await get(url, { 'if-none-match': tag })).statusCode).toBe(304);
    expect((await get(url, { 'if-none-match': etag })).body).toBe('');
    expect((await get(url, { 'if-none-match': '"other"' })).statusCode).toBe(200);
    const modified = String(headers['last-modified']);
    expect((await get(url, { 'if-modified-since': modified })).statusCode).toBe(304);
    expect((await get(url, { 'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT' })).statusCode).toBe(200);
    expect((await get(url, { 'if-modified-since': modified, 'if-none-match': '"other"' })).statusCode).toBe(200);
    expect(headers['cache-control']).toBe('private, no-cache');
    expect(headers.vary).toContain('Authorization');
  });

  it('compresses for those who take it, under an ETag of its own', async () => {
    const plain = await get(url);
    for (const accepted of ['gzip, deflate, br', 'br;q=1, gzip;q=0.5', '*']) {
      const answer = await get(url, { 'accept-encoding': accepted });
      expect(answer.headers['content-encoding']).toBe('gzip');
      expect(answer.rawPayload.length).toBeLessThan(plain.body.length / 3);
      expect(gunzipSync(answer.rawPayload).toString()).toBe(plain.body);
      expect(answer.headers.etag).not.toBe(plain.headers.etag);
      const again = await get(url, { 'accept-encoding': accepted, 'if-none-match': String(answer.headers.etag) });
      expect([again.statusCode, again.headers.etag]).toEqual([304, answer.headers.etag]);
    }
    for (const accepted of ['', 'identity', 'gzip;q=0', 'br']) {
      const answer = await get(url, { 'accept-encoding': accepted });
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.body).toBe(plain.body);
    }
    expect(plain.headers.vary).toContain('Accept-Encoding');
    expect(
      (await get('/assets/releve.svg', { 'accept-encoding': 'gzip' })).headers['content-encoding'],
    ).toBeUndefined();
  });

  it('new results change the answer at once when told, or when the time is over', async () => {
    const before = await get(url);
    const today = paris().windowOf('day', now);
    const meter = building.meters.find(({ id }) => id === 'LOC01');
    if (!meter) throw new Error('LOC01');
    await store.write([meterDay(today, meter, { energyWh: 77_001, status: 'open', revision: 2 })]);
    expect((await get(url)).headers.etag).toBe(before.headers.etag);
    server.invalidate('another');
    expect((await get(url)).headers.etag).toBe(before.headers.etag);
    server.invalidate('tilleuls');
    const after = await get(url);
    expect(after.headers.etag).not.toBe(before.headers.etag);
    expect(after.json().analyse_actuelle.consommations_locataires.locataire_1.energie_consommee).toBe(77.001);

    await store.write([meterDay(today, meter, { energyWh: 77_002, status: 'open', revision: 3 })]);
    instant = now + 1_999;
    expect((await get(url)).headers.etag).toBe(after.headers.etag);
    // Over, but not for long: it serves once more while the next one is made.
    instant = now + 2_001;
    expect((await get(url)).headers.etag).toBe(after.headers.etag);
    const lot1 = async () => (await get(url)).json().analyse_actuelle.consommations_locataires.locataire_1;
    await expect.poll(async () => (await lot1()).energie_consommee).toBe(77.002);
    await store.write([meterDay(today, meter, { energyWh: 77_003, status: 'open', revision: 4 })]);
    instant = now + 15_000;
    expect((await lot1()).energie_consommee).toBe(77.003);
    instant = now;
    server.invalidate();
  });

  it('asks the store once for all who ask at the same time', async () => {
    let asked = 0;
    const counting = new Proxy(store, {
      get(target, name) {
        if (name === 'buildingDays') asked++;
        return Reflect.get(target, name, target);
      },
    });
    const shared = await open({ reader: counting });
    await Promise.all(Array.from({ length: 20 }, () => get(url, {}, shared)));
    expect(asked).toBe(1);
    await shared.close();
  });

  it('the whole dashboard is one round of six questions', async () => {
    const asked: string[] = [];
    const counting = new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]) => {
          asked.push(String(name));
          return value.apply(target, parameters);
        };
      },
    });
    const counted = await open({ reader: counting });
    await get(url, {}, counted);
    expect(asked.sort()).toEqual([
      'anomalies',
      'buildingDays',
      'buildingPeriods',
      'meterDays',
      'meterPeriods',
      'recommendations',
    ]);
    await counted.close();
  });
});

describe('operations', () => {
  it('is ready when its dependencies are, and names the one that is not', async () => {
    expect((await get('/ready')).json()).toEqual({ statut: 'pret', dependances: { resultats: 'ok' } });
    const waiting = await open({
      readiness: { resultats: () => store.check(), kafka: () => Promise.reject(new Error('broker away')) },
    });
    const answer = await get('/ready', {}, waiting);
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ statut: 'indisponible', dependances: { resultats: 'ok', kafka: 'indisponible' } });
    expect((await get('/health', {}, waiting)).json()).toEqual({ statut: 'ok' });
    await waiting.close();
  });

  it('counts requests by route and status in the registry it was given', async () => {
    await get('/api/immeuble/maintenance');
    const metrics = (await get('/metrics')).body;
    expect(metrics).toMatch(
      /releve_http_request_duration_seconds_count\{route="\/api\/immeuble\/maintenance",status="200"\} [1-9]/,
    );
    expect(await registry.metrics()).toContain('releve_http_request_duration_seconds');
  });

  it('describes itself in OpenAPI 3.1: parameters with their limits, problems, security', async () => {
    const document = (await get('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    const { parameters, responses, security } = document.paths['/api/immeuble/rapports-locataires'].get;
    const byName = new Map(parameters.map((parameter: { name: string }) => [parameter.name, parameter]));
    expect(byName.get('locataire')).toMatchObject({ required: true, schema: { type: 'integer', minimum: 0 } });
    expect(byName.get('days')).toMatchObject({ required: false, schema: { default: 30, minimum: 1, maximum: 366 } });
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '304', '400', '401', '403', '404', '429']));
    expect(responses['200'].content['application/json'].schema.required).toContain('alertes_personnelles');
    expect(security).toBeUndefined();
    const guarded = await open({ openOnLoopback: false });
    const other = (await get('/openapi.json', {}, guarded)).json();
    expect(other.paths['/api/immeuble/maintenance'].get.security).toEqual([{ bearer: [] }]);
    expect(other.components.securitySchemes.bearer).toEqual({ type: 'http', scheme: 'bearer' });
    await guarded.close();
  });
});

describe('statements', () => {
  const url = '/api/immeuble/releves-de-charges?periode=mois&lot=5';

  it('as JSON, CSV or page, by Accept or format', async () => {
    expect((await get(url)).json().releves).toHaveLength(1);
    const page = await get(url, { accept: 'text/html,application/xhtml+xml;q=0.9' });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('Relevé de consommation, mars 2026');
    expect(page.body).toContain('heures pleines');
    expect((await get(url, { accept: 'text/csv' })).headers['content-type']).toBe('text/csv; charset=utf-8');
    expect((await get(`${url}&format=json`, { accept: 'text/html' })).headers['content-type']).toContain('json');
  });

  it('CSV opens in a French spreadsheet: mark, semicolons, commas, CRLF', async () => {
    const answer = await get(`${url}&format=csv&date=2026-03-02`);
    expect(answer.headers['content-disposition']).toBe('attachment; filename="releve-mois-2026-03-02.csv"');
    expect(answer.body.startsWith('\ufefflot;compteur;occupant;')).toBe(true);
    const [header, line, end] = answer.body.split('\r\n');
    const cells = new Map((header ?? '').split(';').map((name, index) => [name, (line ?? '').split(';')[index]]));
    const json = (await get(`${url}&date=2026-03-02`)).json().releves[0];
    expect(cells.get('consommation_kwh')).toBe(String(json.consommation_kwh).replace('.', ','));
    expect(cells.get('montant_eur')).toBe((json.montant_centimes / 100).toFixed(2).replace('.', ','));
    expect(cells.get('occupant')).toBe('O05');
    expect(end).toBe('');
  });
});

describe('pages', () => {
  it('escape what comes from configuration and results', async () => {
    const hostile = buildingOf({ name: '<script>alert(1)</script>', syndic: '"&\'' });
    const marked = await open({ buildings: [hostile] });
    for (const url of ['/', '/lot/3', '/maintenance', '/api/immeuble/releves-de-charges?format=html']) {
      const { body } = await get(url, {}, marked);
      expect(body).not.toContain('<script>alert');
      expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    }
    await marked.close();
  });

  it('load nothing from elsewhere and carry no inline script or style', async () => {
    for (const url of ['/', '/lot/3', '/maintenance', '/connexion', '/api/immeuble/releves-de-charges?format=html']) {
      const { body } = await get(url);
      expect(body).not.toMatch(/(src|href|action)="(https?:)?\/\//);
      expect(body).not.toMatch(/<script(?![^>]*(src=|application\/json))|<style|\sstyle="|\son\w+="/);
    }
  });

  it.each([
    ['page.js', 'text/javascript'],
    ['page.css', 'text/css'],
    ['uplot.js', 'text/javascript'],
    ['uplot.css', 'text/css'],
    ['statement.css', 'text/css'],
    ['statement.js', 'text/javascript'],
    ['releve.svg', 'image/svg+xml'],
  ])('asset %s', async (name, type) => {
    const answer = await get(`/assets/${name}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain(type);
    expect((await get(`/assets/${name}`, { 'if-none-match': String(answer.headers.etag) })).statusCode).toBe(304);
  });

  it('a wrong parameter or lot is told on a page', async () => {
    const answer = await get('/?periode=semaine');
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.body).toContain('periode : attendu : mois, trimestre ou annee');
    expect((await get('/lot/x')).statusCode).toBe(400);
    expect((await get('/lot/99')).statusCode).toBe(404);
  });
});
