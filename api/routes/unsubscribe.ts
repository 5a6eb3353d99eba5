/**
 * `/desinscription?jeton=…`: the link in a tenant's mail. It asks no access token, the signed link is one; GET only asks, because mail programs follow
 * links; POST does it, from the page's button or by a mail program's one click (RFC 8058, form or multipart).
 */
import type { FastifyInstance } from 'fastify';
import { type UnsubscribeFacts, unsubscribePage } from '../page/unsubscribe.ts';

export type UnsubscribeHandler = (request: {
  readonly method: 'GET' | 'POST';
  readonly token: string | undefined;
  readonly action?: string | undefined;
}) => Promise<UnsubscribeFacts & { readonly status: number }>;

export function registerUnsubscribe(app: FastifyInstance, handle: UnsubscribeHandler): void {
  // A one click body says nothing that matters.
  app.addContentTypeParser('multipart/form-data', { parseAs: 'string' }, (_request, _body, done) => done(null, {}));
  app.route({
    method: ['GET', 'POST'],
    url: '/desinscription',
    schema: { hide: true },
    async handler(request, reply) {
      const { jeton } = request.query as { jeton?: unknown };
      const { action } = (request.body ?? {}) as { action?: unknown };
      const token = typeof jeton === 'string' ? jeton : undefined;
      const method = request.method === 'POST' ? 'POST' : 'GET';
      const answer = await handle({ method, token, ...(typeof action === 'string' && { action }) });
      return reply
        .code(answer.status)
        .header('cache-control', 'no-store')
        .type('text/html; charset=utf-8')
        .send(unsubscribePage(answer, token ?? ''));
    },
  });
}
