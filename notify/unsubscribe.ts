/**
 * Unsubscription without an account: the link in a tenant's mail carries a signed token that names the recipient's key and nothing else.
 *
 *     token = base64url(JSON [building, recipient]) "." base64url(HMAC-SHA256(secret, "releve.unsubscribe.v1" NUL first part))
 *
 * A GET shows what would happen and changes nothing, because mail scanners follow links; a POST (a button, or the mail program's own one
 * click, RFC 8058) does it. The record in `releve.notifications` keeps it; the notifier writes it again before retention takes it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Building } from '../domain/building.ts';
import type { JournalAppender } from '../journal/port.ts';
import { recipients } from './recipients.ts';
import { outgoing } from './records.ts';

export const unsubscribePath = '/desinscription';

export interface UnsubscribeTarget {
  readonly building: string;
  /** A tenant's key. */
  readonly recipient: string;
}

export function createUnsubscribeToken(target: UnsubscribeTarget, secret: string): string {
  const subject = Buffer.from(JSON.stringify([target.building, target.recipient])).toString('base64url');
  return `${subject}.${sign(subject, secret).toString('base64url')}`;
}

/** Null: not signed with this secret. */
export function verifyUnsubscribeToken(token: string, secret: string): UnsubscribeTarget | null {
  const [subject, signature, ...more] = token.split('.');
  if (subject === undefined || signature === undefined || more.length > 0 || secret === '') return null;
  const expected = sign(subject, secret);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const [building, recipient] = JSON.parse(Buffer.from(subject, 'base64url').toString()) as [string, string];
  return { building, recipient };
}

export function unsubscribeUrl(publicUrl: string, target: UnsubscribeTarget, secret: string): string {
  const url = new URL(publicUrl);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${unsubscribePath}`;
  url.searchParams.set('jeton', createUnsubscribeToken(target, secret));
  return url.toString();
}

export interface UnsubscribeRequest {
  readonly method: 'GET' | 'POST';
  readonly token: string | undefined;
  /** `inscription` takes the unsubscription back. */
  readonly action?: string | undefined;
}

/** `status` is HTTP's; `state` says which page to show. */
export interface UnsubscribeAnswer {
  readonly status: 200 | 400;
  readonly state: 'ask' | 'unsubscribed' | 'subscribed' | 'invalid';
  readonly building?: string | undefined;
  readonly lot?: number | undefined;
}

export interface UnsubscribeContext {
  readonly secret: string;
  readonly buildings: readonly Building[];
  readonly journal: JournalAppender;
  /** Epoch ms. */
  readonly now: number;
}

/** Knows nothing of any web server. Rejects where the journal cannot keep the answer. */
export async function handleUnsubscribe(
  request: UnsubscribeRequest,
  context: UnsubscribeContext,
): Promise<UnsubscribeAnswer> {
  const target = request.token === undefined ? null : verifyUnsubscribeToken(request.token, context.secret);
  const building = context.buildings.find(({ id }) => id === target?.building);
  const recipient = building && recipients(building).find(({ key }) => key === target?.recipient);
  if (!target || !building || recipient?.contact.role !== 'locataire') return { status: 400, state: 'invalid' };
  const facts = { status: 200, building: building.name, lot: recipient.contact.lot } as const;
  if (request.method === 'GET') return { ...facts, state: 'ask' };
  const kind = request.action === 'inscription' ? 'subscribed' : 'unsubscribed';
  await context.journal.append([outgoing({ v: 1, kind, ...target, at: context.now })]);
  return { ...facts, state: kind };
}

function sign(subject: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`releve.unsubscribe.v1\0${subject}`).digest();
}
