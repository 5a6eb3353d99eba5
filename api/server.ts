/**
 * The HTTP server: the routes, the page, and around them rate limit, security headers, limits of size and time, problems, metrics.
 * Every request is a GET or HEAD but for signing in and out; there is no CORS: other origins get nothing.
 */
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { Registry } from 'prom-client';
import type { Building } from '../domain/building.ts';
import type { Clock } from '../domain/clock.ts';
import type { ResultsReader } from '../results/port.ts';
import { type AuditLog, createAudit } from './access/audit.ts';
import { createTokenTable, type TokenConfig } from './access/tokens.ts';
import { createAnswerCache } from './http/answer-cache.ts';
import { createBuildingDirectory } from './http/buildings.ts';
import { createGate } from './http/gate.ts';
import { measureRequests } from './http/metrics.ts';
import { openApiOptions } from './http/openapi.ts';
import { Problem, problemBody, problemType, toProblem } from './http/problem.ts';
import { guardedReader } from './http/store.ts';
import { noticePage } from './page/layout.ts';
import { registerAnswers } from './routes/answers.ts';
import { registerLoadCurve } from './routes/load-curve.ts';
import { type Readiness, registerOperations } from './routes/operations.ts';
import { registerPages } from './routes/pages.ts';
import { registerStatements } from './routes/statements.ts';
import type { RouteTools } from './routes/tools.ts';
import { registerUnsubscribe, type UnsubscribeHandler } from './routes/unsubscribe.ts';

export interface ApiOptions {
  readonly reader: ResultsReader;
  readonly buildings: readonly Building[];
  readonly clock: Clock;
  readonly tokens: readonly TokenConfig[];
  /** The demo: no token is asked of loopback. */
  readonly openOnLoopback?: boolean;
  /** False: who lives where is not known yet (declared events come later), so tenants have to wait (503). Known where left out. */
  readonly occupanciesKnown?: () => boolean;
  readonly registry?: Registry;
  readonly readiness?: Readiness;
  readonly audit?: AuditLog;
  readonly logger?: FastifyBaseLogger;
  /** How long an answer holds without `invalidate`; 2000 ms. For four times as long it still serves, while the next one is made. */
  readonly cacheMs?: number;
  /** Requests an address may make; null: any number. 600 a minute, on an open loopback any number. */
  readonly rateLimit?: { readonly max: number; readonly windowMs: number } | null;
  /** Addresses or networks of reverse proxies: what they say of the visitor's address (X-Forwarded-For) counts for the rate limit. None by default. */
  readonly trustedProxies?: readonly string[];
  /** Served behind TLS: the sign-in cookie is Secure, HSTS is sent. */
  readonly https?: boolean;
  /** Answers the link in a tenant's mail; without it there is no such route. */
  readonly unsubscribe?: UnsubscribeHandler;
  /** How often an open page asks for news; 15 s. */
  readonly pollMs?: number;
}

export interface ApiServer {
  readonly app: FastifyInstance;
  /** Resolves when connections are accepted; port 0 takes a free one. */
  listen(address: {
    readonly host: string;
    readonly port: number;
  }): Promise<{ readonly url: string; readonly port: number }>;
  /** Ends open connections and stops. */
  close(): Promise<void>;
  /** Takes over a configuration read anew; tokens that are left out are revoked at once. */
  reload(changes: { readonly tokens?: readonly TokenConfig[]; readonly buildings?: readonly Building[] }): void;
  /** Results of a building (or any) were written: the next answer is made anew. */
  invalidate(building?: string): void;
}

/** For so many of its lives an answer still serves while the next one is made. */
const staleLives = 4;

export async function createApiServer(options: ApiOptions): Promise<ApiServer> {
  const now = () => options.clock.now();
  const registry = options.registry ?? new Registry();
  const tokens = createTokenTable(options.tokens);
  const directory = createBuildingDirectory(options.buildings);
  const lifetimeMs = options.cacheMs ?? 2_000;
  const cache = createAnswerCache({ now, lifetimeMs, staleMs: staleLives * lifetimeMs });
  const audit = createAudit(options.audit ?? (() => undefined));
  const reader = guardedReader(options.reader);
  const gate = createGate({
    tokens,
    directory,
    openOnLoopback: options.openOnLoopback ?? false,
    occupanciesKnown: options.occupanciesKnown ?? (() => true),
    audit: audit.log,
    now,
  });
  const tools: RouteTools = {
    gate,
    cache,
    directory,
    contextOf: ({ building, calendar }) => ({ reader, building, calendar, now: now() }),
  };
  const app = createApp(options);
  // Parameters are checked by readParameters, bodies are sent as they are; the schemas feed the document only.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  measureRequests(app, registry);
  await app.register(helmet, securityHeaders(options.https ?? false));
  const byDefault = options.openOnLoopback ? null : { max: 600, windowMs: 60_000 };
  const limit = options.rateLimit === undefined ? byDefault : options.rateLimit;
  if (limit) await app.register(rateLimit, { max: limit.max, timeWindow: limit.windowMs });
  await app.register(swagger, openApiOptions(options.openOnLoopback ?? false));
  answerProblems(app);
  registerAnswers(app, tools);
  registerStatements(app, tools);
  registerLoadCurve(app, tools);
  registerPages(app, tools, {
    https: options.https ?? false,
    pollMs: options.pollMs ?? 15_000,
    identify: (token) => tokens.identify(token, now()),
  });
  if (options.unsubscribe) registerUnsubscribe(app, options.unsubscribe);
  registerOperations(app, tools, { readiness: options.readiness ?? {}, registry });
  await app.ready();

  return {
    app,
    async listen({ host, port }) {
      await app.listen({ host, port });
      const address = app.server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, port: bound };
    },
    async close() {
      await app.close();
      audit.flush();
    },
    reload(changes) {
      if (changes.tokens) tokens.reload(changes.tokens);
      if (changes.buildings) directory.reload(changes.buildings);
      cache.invalidate();
    },
    invalidate: (building) => cache.invalidate(building),
  };
}

function createApp({ logger, trustedProxies = [] }: ApiOptions): FastifyInstance {
  const limits = {
    ...(trustedProxies.length > 0 && { trustProxy: [...trustedProxies] }),
    bodyLimit: 8 * 1024,
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 15_000,
    handlerTimeout: 20_000,
    forceCloseConnections: true,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 100, ignoreTrailingSlash: false },
    http: { maxHeaderSize: 16 * 1024 },
  } as const;
  return logger ? Fastify({ ...limits, loggerInstance: logger }) : Fastify(limits);
}

/** Everything the page needs comes from this server; nothing else may be loaded, framed or sent anywhere. */
function securityHeaders(https: boolean) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' as const },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' as const },
  };
}

function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.statusCode >= 500) request.log.error({ err: error, route: request.routeOptions.url }, 'request failed');
    reply.code(problem.statusCode).headers(problem.headers).header('cache-control', 'no-store');
    // Somebody who has mistyped an address reads a page.
    if (request.is404 && /^text\/html\b/i.test(request.headers.accept ?? ''))
      return reply.type('text/html; charset=utf-8').send(noticePage('Introuvable', problem.message));
    return reply.type(problemType).send(problemBody(problem, pathOf(request.url)));
  });
  // Before the body is looked at: what no route takes needs none.
  app.addHook('onRequest', async (request) => {
    if (request.is404) throw noSuchRoute(app, request.method, pathOf(request.url));
  });
  app.setNotFoundHandler((request) => {
    throw noSuchRoute(app, request.method, pathOf(request.url));
  });
}

function noSuchRoute(app: FastifyInstance, method: string, path: string): Problem {
  return method !== 'GET' && app.findRoute({ url: path, method: 'GET' })
    ? new Problem(405, 'Seules les lectures sont permises ici.', { headers: { allow: 'GET, HEAD' } })
    : new Problem(404, "Cette adresse n'existe pas.");
}

function pathOf(url: string): string {
  return url.split('?')[0] ?? url;
}
