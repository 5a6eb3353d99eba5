/** Every answer is what the OpenAPI 3.1 document says of its route, status and kind of content: nothing missing, nothing more. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateToken } from '../../api/access/tokens.ts';
import { type ApiServer, createApiServer } from '../../api/server.ts';
import type { ResultsReader, ResultsStore } from '../../results/port.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { buildingOf, lifelike, now } from './fixtures.ts';

interface Operation {
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}
interface Document {
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>;
}

const building = buildingOf();
const empty = buildingOf({ id: 'vide', name: 'Sans mesure' }, 6);
const tokens = { syndic: generateToken(), locataire: generateToken() };
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
formats.default(ajv);
let store: ResultsStore;
let server: ApiServer;
let away: ApiServer;
let document: Document;

beforeAll(async () => {
  store = openSqliteStore(':memory:', { now: () => now }).results;
  const { results, telemetry, readings } = lifelike(building, 40, { anomalies: true });
  await store.write([...results, ...telemetry, ...readings]);
  server = await open(store);
  const failing = new Proxy(store, {
    get: (_, name) => (name === 'readings' ? nothingComes : () => Promise.reject(new Error('away'))),
  }) as ResultsReader;
  away = await open(failing);
  document = (await server.app.inject('/openapi.json')).json();
});
afterAll(async () => {
  await server.close();
  await away.close();
  await store.close();
});

function open(reader: ResultsReader): Promise<ApiServer> {
  return createApiServer({
    reader,
    buildings: [building, empty],
    clock: { now: () => now },
    tokens: [
      { role: 'syndic', buildings: ['tilleuls', 'vide'], hash: tokens.syndic.hash },
      { role: 'locataire', buildings: ['tilleuls'], lot: 3, hash: tokens.locataire.hash },
    ],
    rateLimit: null,
    readiness: { resultats: () => reader.meterDays({ building: 'tilleuls', from: 0, to: 1 }).then(() => undefined) },
  });
}

async function* nothingComes(): ReturnType<ResultsReader['readings']> {
  yield Promise.reject(new Error('away'));
}

type Who = keyof typeof tokens | 'none';

/** The status, after the body was held against the document. */
async function checked(url: string, who: Who = 'syndic', to = server): Promise<number> {
  const authorization = who === 'none' ? {} : { authorization: `Bearer ${tokens[who].token}` };
  const answer = await to.app.inject({ url, headers: authorization });
  const operation = document.paths[url.split('?')[0] ?? '']?.get;
  const response = operation?.responses[answer.statusCode];
  expect(response, `${url}: ${answer.statusCode} is not documented`).toBeDefined();
  const type = String(answer.headers['content-type']).split(';')[0] ?? '';
  const schema = response?.content?.[type]?.schema;
  expect(schema, `${url}: ${type} is not documented for ${answer.statusCode}`).toBeDefined();
  const validate = ajv.compile(schema ?? false);
  validate(type.endsWith('json') ? answer.json() : answer.body);
  expect(validate.errors ?? []).toEqual([]);
  return answer.statusCode;
}

describe('answers are as documented', () => {
  const base = '/api/immeuble';
  it.each<[string, number]>([
    ['analyse-quotidienne', 200],
    ['analyse-quotidienne?days=366&date=2026-03-31', 200],
    // The days of 23 and 25 hours, days before any reading and days to come.
    ['analyse-quotidienne?date=2026-03-29', 200],
    ['analyse-quotidienne?date=2025-10-26&days=2', 200],
    ['analyse-quotidienne?date=2000-01-01', 200],
    ['analyse-quotidienne?date=2199-12-31&days=366', 200],
    ['analyse-quotidienne?immeuble=vide&days=3', 200],
    ['analyse-quotidienne?days=0', 400],
    ['analyse-quotidienne?date=2026-02-29', 400],
    ['analyse-quotidienne?immeuble=ailleurs', 403],
    ['repartition-charges', 200],
    ['repartition-charges?periode=trimestre&date=2025-12-31', 200],
    ['repartition-charges?periode=annee&date=2099-06-30', 200],
    ['repartition-charges?immeuble=vide', 200],
    ['repartition-charges?periode=semaine', 400],
    ['tableau-bord-syndic', 200],
    ['tableau-bord-syndic?immeuble=vide', 200],
    ['tableau-bord-syndic?date=2026-03-01', 400],
    ['rapports-locataires?locataire=3', 200],
    ['rapports-locataires?locataire=9&days=366&date=2026-03-30', 200],
    ['rapports-locataires?locataire=1&immeuble=vide', 200],
    ['rapports-locataires?locataire=99', 404],
    ['rapports-locataires', 400],
    ['maintenance', 200],
    ['maintenance?immeuble=vide', 200],
    ['courbe-de-charge', 200],
    ['courbe-de-charge?date=2026-03-29', 200],
    ['courbe-de-charge?locataire=5', 200],
    ['courbe-de-charge?locataire=3', 403],
    ['courbe-de-charge?immeuble=vide', 200],
    ['releves-de-charges', 200],
    ['releves-de-charges?periode=annee&date=2025-01-01&lot=7', 200],
    ['releves-de-charges?format=csv', 200],
    ['releves-de-charges?format=html&lot=3', 200],
    ['releves-de-charges?immeuble=vide', 200],
    ['releves-de-charges?lot=99', 404],
  ])('%s: %i', async (path, status) => {
    expect(await checked(`${base}/${path}`)).toBe(status);
  });

  it('for a tenant, for nobody, and where the store is away', async () => {
    expect(await checked(`${base}/rapports-locataires?locataire=3`, 'locataire')).toBe(200);
    expect(await checked(`${base}/releves-de-charges?lot=3`, 'locataire')).toBe(200);
    expect(await checked(`${base}/tableau-bord-syndic`, 'locataire')).toBe(403);
    for (const route of Object.keys(document.paths).filter((path) => path.startsWith(base))) {
      const required = route.endsWith('rapports-locataires') ? '?locataire=3' : '';
      expect(await checked(route + required, 'none')).toBe(401);
      expect(await checked(route + required, 'syndic', away)).toBe(503);
    }
    expect(await checked('/ready')).toBe(200);
    expect(await checked('/ready', 'none', away)).toBe(503);
    expect(await checked('/health', 'none', away)).toBe(200);
    expect(await checked('/metrics')).toBe(200);
    expect(await checked('/metrics', 'locataire')).toBe(403);
  });

  it('the document itself is one: every schema compiles, every parameter is named', () => {
    for (const [path, { get }] of Object.entries(document.paths)) {
      for (const { name } of get.parameters ?? []) expect(name, path).toMatch(/^[a-z]+$/);
      for (const { content } of Object.values(get.responses))
        for (const { schema } of Object.values(content ?? {})) expect(() => ajv.compile(schema)).not.toThrow();
    }
  });
});
