/**
 * Signed webhooks: one POST of JSON.
 *
 *     Idempotency-Key: <message id>             the same for every attempt
 *     Releve-Timestamp: <seconds since 1970>    of this attempt
 *     Releve-Signature: v1=<hex>                HMAC-SHA256(secret, timestamp "." body)
 *
 * The receiver recomputes the signature over the raw body, compares in constant time and refuses old timestamps.
 * 2xx: accepted; 408, 425, 429 and 5xx: retry; other answers are for good. Redirects are not followed.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Sender } from './sender.ts';

export const signatureHeader = 'releve-signature';
export const timestampHeader = 'releve-timestamp';
export const idempotencyHeader = 'idempotency-key';

export function createWebhookSender(timeoutMs = 30_000): Sender {
  return {
    async send(message, { webhook }, now) {
      if (!webhook) return { outcome: 'refused', reason: 'NO_WEBHOOK' };
      const body = JSON.stringify(message.payload);
      const timestamp = Math.floor(now / 1000);
      try {
        const answer = await fetch(webhook.url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'user-agent': 'releve',
            [idempotencyHeader]: message.id,
            [timestampHeader]: String(timestamp),
            [signatureHeader]: signBody(webhook.secret, timestamp, body),
          },
          body,
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
        });
        // Nothing may stand between the answer and its record: the body is let go meanwhile.
        answer.body?.cancel().catch(() => undefined);
        if (answer.ok) return { outcome: 'accepted' };
        return { outcome: isPassing(answer.status) ? 'retry' : 'refused', reason: `HTTP ${answer.status}` };
      } catch (error) {
        return { outcome: 'retry', reason: networkReason(error) };
      }
    },
  };
}

/** Value of `Releve-Signature`; `timestamp` in seconds. */
export function signBody(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** What a receiver does; `toleranceSeconds` bounds how old a message may be. */
export function verifyBody(
  secret: string,
  signature: string,
  timestamp: number,
  body: string,
  nowSeconds: number,
  toleranceSeconds = 300,
): boolean {
  const expected = Buffer.from(signBody(secret, timestamp, body));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return false;
  return Math.abs(nowSeconds - timestamp) <= toleranceSeconds;
}

function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** The code alone: the text may hold the URL. */
function networkReason(error: unknown): string {
  const { name, cause } = (error ?? {}) as { name?: string; cause?: { code?: string } };
  return cause?.code ?? name ?? 'NETWORK';
}
