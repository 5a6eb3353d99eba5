/**
 * What `releve.notifications` holds: which message is due to whom, that it is being sent, how it ended, and who wants none.
 *
 *     due ──► sending ──► sent | refused          withdrawn: closed, forgotten or unsubscribed before it was sent
 *      │         └──────► (sending again, the same message)      expired: nobody took it for so long
 *      └──► withdrawn | expired
 *
 * A recipient is a key made of role, lot and place (`locataire/3/0`), an anomaly is its result key: no name, no address, no value of a
 * consumption. A message's id is derived from both, so that every run and every retry gives the same message the same id.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { OutgoingRecord } from '../journal/port.ts';

export type Channel = 'mail' | 'webhook';
export type Settled = 'sent' | 'refused' | 'expired';
export type WithdrawalReason = 'closed' | 'forgotten' | 'recipient' | 'unsubscribed';

const base = { v: z.literal(1), building: z.string() };
const message = { ...base, message: z.string(), recipient: z.string(), channel: z.enum(['mail', 'webhook']) };
const anomalies = z.array(z.string()).readonly();

const recordSchema = z.discriminatedUnion('kind', [
  /** One anomaly for one recipient and channel; several dues of one `message` are told together. Instants are epoch ms. */
  z.object({
    ...message,
    kind: z.literal('due'),
    anomaly: z.string(),
    at: z.int(),
    sendAt: z.int(),
    /** Several anomalies in one message. */
    digest: z.boolean(),
  }),
  /** Durable before the first byte goes out: without it the message has certainly not been sent. */
  z.object({ ...message, kind: z.literal('sending'), anomalies, at: z.int(), attempt: z.int() }),
  z.object({
    ...message,
    kind: z.enum(['sent', 'refused', 'expired']),
    anomalies,
    at: z.int(),
    reason: z.string().optional(),
  }),
  z.object({
    ...message,
    kind: z.literal('withdrawn'),
    anomalies,
    at: z.int(),
    reason: z.enum(['closed', 'forgotten', 'recipient', 'unsubscribed']),
  }),
  z.object({ ...base, kind: z.enum(['unsubscribed', 'subscribed']), recipient: z.string(), at: z.int() }),
]);

export type NotificationRecord = z.infer<typeof recordSchema>;
export type Due = Extract<NotificationRecord, { kind: 'due' }>;

/** Null for what is none. */
export function parseNotification(value: unknown): NotificationRecord | null {
  return recordSchema.safeParse(value).data ?? null;
}

export function outgoing(record: NotificationRecord): OutgoingRecord {
  const key = 'message' in record ? record.message : `${record.building}/${record.recipient}`;
  return { topic: 'notifications', key, building: record.building, value: record };
}

/** 32 hex digits; the same parts give the same id for ever. */
export function messageId(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
