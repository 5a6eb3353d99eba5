/** Sends a body with its validators, or 304 where the client has it already (RFC 9110 section 13: If-None-Match goes before If-Modified-Since). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CachedBody } from './answer-cache.ts';

export function sendBody(request: FastifyRequest, reply: FastifyReply, body: CachedBody): FastifyReply {
  reply
    .header('etag', body.etag)
    .header('last-modified', new Date(body.lastModified).toUTCString())
    .header('cache-control', 'private, no-cache')
    .header('vary', 'Authorization, Cookie, Accept');
  if (isFresh(request.headers, body)) return reply.code(304).send();
  return reply.type(body.type).send(body.bytes);
}

/** Whether the client's validators fit the body. */
export function isFresh(
  headers: { readonly 'if-none-match'?: string | undefined; readonly 'if-modified-since'?: string | undefined },
  body: Pick<CachedBody, 'etag' | 'lastModified'>,
): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined)
    return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === body.etag);
  const since = headers['if-modified-since'];
  return since !== undefined && Date.parse(since) >= body.lastModified;
}
