/** Liveness, readiness with each dependency, Prometheus metrics, the OpenAPI document. The first two and the last need no token: they tell nothing of anybody. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { response } from '../http/openapi.ts';
import { forbidden } from '../http/problem.ts';
import { problemResponses } from './answers.ts';
import type { RouteTools } from './tools.ts';

/** Resolves where the dependency can be reached; rejects with the reason. */
export type Readiness = Readonly<Record<string, () => Promise<void>>>;

const healthAnswer = z.object({ statut: z.literal('ok') });
const readyAnswer = z.object({
  statut: z.enum(['pret', 'indisponible']),
  dependances: z.record(z.string(), z.enum(['ok', 'indisponible'])),
});

const checkTimeoutMs = 2_000;

export function registerOperations(
  app: FastifyInstance,
  { gate }: RouteTools,
  { readiness, registry }: { readonly readiness: Readiness; readonly registry: Registry },
): void {
  app.get(
    '/health',
    {
      config: { rateLimit: false },
      schema: { summary: 'Le processus répond', response: { 200: response('Il répond', healthAnswer) } },
    },
    async (_request, reply) => reply.header('cache-control', 'no-store').send({ statut: 'ok' }),
  );
  app.get(
    '/ready',
    {
      config: { rateLimit: false },
      schema: {
        summary: 'Les dépendances répondent',
        response: {
          200: response('Toutes répondent', readyAnswer),
          503: response('Une au moins ne répond pas', readyAnswer),
        },
      },
    },
    async (_request, reply) => {
      const checked = await Promise.all(
        Object.entries(readiness).map(async ([name, check]) => {
          const state = await settles(check, checkTimeoutMs).then(
            () => 'ok' as const,
            (reason) => {
              app.log.warn({ dependency: name, reason: String(reason) }, 'dependency not ready');
              return 'indisponible' as const;
            },
          );
          return [name, state] as const;
        }),
      );
      const ready = checked.every(([, state]) => state === 'ok');
      return reply
        .code(ready ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({ statut: ready ? 'pret' : 'indisponible', dependances: Object.fromEntries(checked) });
    },
  );
  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Mesures du service (Prometheus)',
        security: [{ bearer: [] }],
        response: {
          200: { description: 'Les mesures', content: { 'text/plain': { schema: { type: 'string' } } } },
          401: problemResponses[401],
          403: problemResponses[403],
          429: problemResponses[429],
        },
      },
    },
    async (request, reply) => {
      if (gate.authenticate(request).role === 'locataire') throw forbidden();
      return reply
        .header('cache-control', 'no-store')
        .type(registry.contentType)
        .send(await registry.metrics());
    },
  );
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('cache-control', 'no-cache').send(app.swagger()),
  );
}

async function settles(check: () => Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([check(), expired]);
  } finally {
    clearTimeout(timer);
  }
}
