/** The pages, what they load, and signing in: the token goes into a cookie that only this server reads. */

import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sessionCookie } from '../access/bearer.ts';
import type { Need } from '../access/scope.ts';
import type { Principal } from '../access/tokens.ts';
import { daysBack } from '../answers/context.ts';
import { meteredLot } from '../answers/lots.ts';
import { validated } from '../http/answer-cache.ts';
import type { Admission } from '../http/gate.ts';
import { buildingParameter, dateParameter, lotParameter, periodParameter, readParameters } from '../http/parameters.ts';
import { Problem, toProblem } from '../http/problem.ts';
import { sendBody } from '../http/send.ts';
import { homePage } from '../page/home.ts';
import { noticePage } from '../page/layout.ts';
import { lotPage } from '../page/lot.ts';
import { maintenancePage } from '../page/maintenance-page.ts';
import { signInPage } from '../page/sign-in.ts';
import { mayShowCurve } from './load-curve.ts';
import type { RouteTools } from './tools.ts';

export interface PageOptions {
  readonly https: boolean;
  /** How often an open page asks for news. */
  readonly pollMs: number;
  identify(token: string): Principal | undefined;
}

const htmlType = 'text/html; charset=utf-8';
const homeQuery = z.strictObject({ periode: periodParameter, date: dateParameter, immeuble: buildingParameter });
const buildingQuery = z.strictObject({ immeuble: buildingParameter });
const lotPath = z.object({ lot: lotParameter });

export function registerPages(app: FastifyInstance, tools: RouteTools, options: PageOptions): void {
  registerAssets(app);
  registerSession(app, options);
  const { gate, cache, directory, contextOf } = tools;
  const { pollMs } = options;

  page(app, '/', async (request, reply) => {
    const principal = gate.authenticate(request);
    const query = readParameters(homeQuery, request.query);
    if (principal.role === 'locataire') return reply.redirect(`/lot/${principal.lot}`, 303);
    if (principal.role === 'maintenance') return reply.redirect('/maintenance', 303);
    const admission = gate.admit(request, principal, { need: 'building', building: query.immeuble });
    const buildings = directory
      .ids()
      .filter((id) => principal.buildings?.has(id) ?? true)
      .map((id) => ({ id, name: directory.find(id)?.building.name ?? id }));
    return sendPage(request, reply, admission, [query.periode, query.date ?? null, buildings.map(({ id }) => id)], () =>
      homePage(contextOf(admission), {
        period: query.periode,
        date: query.date,
        buildings,
        pollMs,
        signedIn: principal.buildings !== null,
      }),
    );
  });

  page(app, '/lot/:lot', async (request, reply) => {
    const principal = gate.authenticate(request);
    const { lot: number } = readParameters(lotPath, request.params);
    const { immeuble } = readParameters(buildingQuery, request.query);
    const admission = admit('lot', request, principal, immeuble, number);
    const lot = meteredLot(admission.building, number);
    if (!lot) throw new Problem(404, 'Aucun lot ne porte ce numéro dans cet immeuble.');
    const context = contextOf(admission);
    const [today] = daysBack(context, 1) as [ReturnType<typeof daysBack>[number]];
    const curve = mayShowCurve(admission, number, today);
    return sendPage(request, reply, admission, [number, curve, principal.role], () =>
      lotPage(context, {
        lot,
        curve,
        since: admission.since,
        building: principal.role === 'syndic',
        pollMs,
        signedIn: principal.buildings !== null,
      }),
    );
  });

  page(app, '/maintenance', async (request, reply) => {
    const principal = gate.authenticate(request);
    const { immeuble } = readParameters(buildingQuery, request.query);
    const admission = admit('states', request, principal, immeuble, undefined);
    return sendPage(request, reply, admission, [], () =>
      maintenancePage(contextOf(admission), { pollMs, signedIn: principal.buildings !== null }),
    );
  });

  function admit(
    need: Need,
    request: FastifyRequest,
    principal: Principal,
    building: string | undefined,
    lot?: number,
  ) {
    return gate.admit(request, principal, { need, building, lot, lotParameter: 'lot' });
  }

  async function sendPage(
    request: FastifyRequest,
    reply: FastifyReply,
    { building, since, principal }: Admission,
    parameters: readonly unknown[],
    make: () => Promise<string>,
  ): Promise<FastifyReply> {
    const signedIn = principal.buildings !== null;
    const key = JSON.stringify([request.routeOptions.url, building.id, signedIn, since ?? null, ...parameters]);
    const body = await cache.get(key, building.id, async () => ({ type: htmlType, text: await make() }));
    return sendBody(request, reply, body);
  }
}

/** A page answers problems with a page, and asks those without a token to sign in. */
function page(
  app: FastifyInstance,
  path: string,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
): void {
  app.get(path, {
    schema: { hide: true },
    handler,
    errorHandler(error, request, reply) {
      const problem = toProblem(error);
      if (problem.statusCode === 401)
        return reply.redirect(`/connexion?${new URLSearchParams({ retour: request.url })}`, 303);
      if (problem.statusCode >= 500) request.log.error({ err: error, route: path }, 'page failed');
      return reply
        .code(problem.statusCode)
        .headers(problem.headers)
        .header('cache-control', 'no-store')
        .type(htmlType)
        .send(noticePage(noticeTitles[problem.statusCode] ?? 'Erreur', problem.message));
    },
  });
}

function registerSession(app: FastifyInstance, { https, identify }: PageOptions): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  app.get('/connexion', { schema: { hide: true } }, async (request, reply) => {
    const { retour } = request.query as { retour?: unknown };
    return reply
      .header('cache-control', 'no-store')
      .type(htmlType)
      .send(signInPage(localPath(retour), false));
  });
  app.post('/connexion', { schema: { hide: true } }, async (request, reply) => {
    const { jeton, retour } = (request.body ?? {}) as { jeton?: unknown; retour?: unknown };
    const token = typeof jeton === 'string' ? jeton.trim() : '';
    reply.header('cache-control', 'no-store');
    if (!/^[\w.~+/=-]{1,200}$/.test(token) || !identify(token))
      return reply
        .code(401)
        .type(htmlType)
        .send(signInPage(localPath(retour), true));
    return reply.header('set-cookie', cookie(token, https)).redirect(localPath(retour), 303);
  });
  app.post('/deconnexion', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('set-cookie', `${cookie('', https)}; Max-Age=0`).redirect('/connexion', 303),
  );
}

function cookie(value: string, https: boolean): string {
  return `${sessionCookie}=${value}; Path=/; HttpOnly; SameSite=Lax${https ? '; Secure' : ''}`;
}

/** Only paths of this server: `//elsewhere` and `/\elsewhere` lead away. */
function localPath(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(value) ? value : '/';
}

/** Files that pages load; read once, uPlot from its package. */
function registerAssets(app: FastifyInstance): void {
  const resolve = createRequire(import.meta.url).resolve;
  const own = (name: string) => fileURLToPath(new URL(`../page/client/${name}`, import.meta.url));
  const css = 'text/css; charset=utf-8';
  const script = 'text/javascript; charset=utf-8';
  const files: readonly (readonly [name: string, type: string, paths: readonly string[]])[] = [
    ['page.css', css, styles.map((name) => own(`styles/${name}.css`))],
    ['statement.css', css, [own('statement.css')]],
    ['page.js', script, [own('page.js')]],
    ['statement.js', script, [own('statement.js')]],
    ['releve.svg', 'image/svg+xml', [own('releve.svg')]],
    ['uplot.js', script, [resolve('uplot/dist/uPlot.iife.min.js')]],
    ['uplot.css', css, [resolve('uplot/dist/uPlot.min.css')]],
  ];
  for (const [name, type, paths] of files) {
    const text = paths.map((path) => readFileSync(path, 'utf8')).join('\n');
    const changed = Math.max(...paths.map((path) => statSync(path).mtimeMs));
    const body = validated({ type, text }, undefined, changed);
    app.get(`/assets/${name}`, { schema: { hide: true } }, async (request, reply) => sendBody(request, reply, body));
  }
}

/** The page's style sheet, in the order in which later parts override earlier ones. */
const styles = [
  'base',
  'frame',
  'hero',
  'cards',
  'charts',
  'tables',
  'distribution',
  'forms',
  'meters',
  'narrow',
  'print',
];

const noticeTitles: Readonly<Record<number, string>> = {
  400: 'Demande incorrecte',
  403: 'Accès refusé',
  404: 'Introuvable',
  429: 'Trop de requêtes',
  503: 'Service indisponible',
};
