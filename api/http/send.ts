/**
 * Sends a body with its validators, or 304 where the client has it already (RFC 9110 section 13: If-None-Match goes before If-Modified-Since).
 * Compressed where the client takes gzip; what is compressed has an ETag of its own (section 8.8.3.3).
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CachedBody } from './answer-cache.ts';

/** Below, the header costs as much as is saved. */
const worthwhileBytes = 1_400;

export async function sendBody(request: FastifyRequest, reply: FastifyReply, body: CachedBody): Promise<FastifyReply> {
  const compressed = body.bytes.length >= worthwhileBytes && takesGzip(request.headers['accept-encoding']);
  reply
    .header('etag', compressed ? gzipTag(body.etag) : body.etag)
    .header('last-modified', new Date(body.lastModified).toUTCString())
    .header('cache-control', 'private, no-cache')
    .header('vary', 'Authorization, Cookie, Accept, Accept-Encoding');
  if (isFresh(request.headers, body)) return reply.code(304).send();
  reply.type(body.type);
  if (!compressed) return reply.send(body.bytes);
  return reply.header('content-encoding', 'gzip').send(await body.gzip());
}

/** Whether the client's validators fit the body, in either form. */
export function isFresh(
  headers: { readonly 'if-none-match'?: string | undefined; readonly 'if-modified-since'?: string | undefined },
  body: Pick<CachedBody, 'etag' | 'lastModified'>,
): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    const own = ['*', body.etag, gzipTag(body.etag)];
    return tags.split(',').some((tag) => own.includes(tag.trim().replace(/^W\//, '')));
  }
  const since = headers['if-modified-since'];
  return since !== undefined && Date.parse(since) >= body.lastModified;
}

/** Whether Accept-Encoding names gzip (or all) and does not refuse it: `gzip;q=0`. */
export function takesGzip(accepted: string | readonly string[] | undefined): boolean {
  const weights = new Map(
    String(accepted ?? '')
      .split(',')
      .map((range) => {
        const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
        const weight = parameters.find((parameter) => parameter.startsWith('q='));
        return [name, weight === undefined ? 1 : Number(weight.slice(2))] as const;
      }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

function gzipTag(etag: string): string {
  return `${etag.slice(0, -1)}-gzip"`;
}
