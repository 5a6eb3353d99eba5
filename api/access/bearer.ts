/** Where a request carries its token: `Authorization: Bearer …` (RFC 6750), or the cookie that the sign-in page has set. */

export const sessionCookie = 'releve_jeton';

/** The token; undefined: none. An unusable Authorization header counts as a token that fits nobody. */
export function presentedToken(headers: {
  readonly authorization?: string | undefined;
  readonly cookie?: string | undefined;
}): string | undefined {
  if (headers.authorization !== undefined) return /^Bearer +([\w.~+/=-]+)$/i.exec(headers.authorization)?.[1] ?? '';
  return cookieValue(headers.cookie ?? '', sessionCookie);
}

/** Loopback on both ends: the peer's address and the name it asked for (a foreign page may point its own name at 127.0.0.1). */
export function isLocal(peer: string | undefined, host: string | undefined): boolean {
  const local = peer !== undefined && (/^(::ffff:)?127\./.test(peer) || peer === '::1');
  return local && /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host ?? '');
}

function cookieValue(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
