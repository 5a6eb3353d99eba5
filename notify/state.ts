/**
 * What has been decided and sent so far, made of the records of `releve.notifications` alone: the same records give the same state, a
 * record applied twice changes nothing.
 */
import type { Channel, Due, NotificationRecord, Settled } from './records.ts';

export type DueStatus = 'pending' | 'sending' | 'withdrawn' | Settled;

export interface DueState {
  readonly building: string;
  readonly message: string;
  readonly recipient: string;
  readonly channel: Channel;
  readonly anomaly: string;
  readonly at: number;
  readonly sendAt: number;
  readonly digest: boolean;
  readonly status: DueStatus;
  /** How often sending began. */
  readonly attempts: number;
  /** When sending last began, epoch ms; null: never. */
  readonly sendingAt: number | null;
}

export interface NotificationState {
  /** By `dueKey`. */
  readonly dues: Map<string, DueState>;
  /** When, by `building/recipient`. */
  readonly unsubscribed: Map<string, number>;
}

/** Dues that go out together. */
export interface Message {
  readonly id: string;
  readonly building: string;
  readonly recipient: string;
  readonly channel: Channel;
  readonly sendAt: number;
  readonly digest: boolean;
  readonly attempts: number;
  /** When sending last began, epoch ms; null: never. */
  readonly sendingAt: number | null;
  /** Anomaly keys, in the order decided. */
  readonly anomalies: readonly string[];
}

export function createState(): NotificationState {
  return { dues: new Map(), unsubscribed: new Map() };
}

export function dueKey(anomaly: string, recipient: string, channel: Channel): string {
  return `${anomaly}|${recipient}|${channel}`;
}

/** What has begun to be sent may have arrived: it is no longer taken back. */
export function isWithdrawable(due: DueState): boolean {
  return due.status === 'pending';
}

export function applyRecord(state: NotificationState, record: NotificationRecord): void {
  switch (record.kind) {
    case 'due':
      addDue(state, record);
      return;
    case 'unsubscribed':
      state.unsubscribed.set(`${record.building}/${record.recipient}`, record.at);
      return;
    case 'subscribed':
      state.unsubscribed.delete(`${record.building}/${record.recipient}`);
      return;
    default:
      for (const anomaly of record.anomalies) {
        const key = dueKey(anomaly, record.recipient, record.channel);
        const due = state.dues.get(key);
        if (!due || due.message !== record.message || isSettled(due.status)) continue;
        if (record.kind === 'withdrawn' && due.status === 'sending' && record.reason === 'closed') continue;
        const began = record.kind === 'sending' && {
          attempts: Math.max(due.attempts, record.attempt),
          sendingAt: record.at,
        };
        state.dues.set(key, { ...due, status: record.kind, ...began });
      }
  }
}

/** Of a message's anomalies those that are still to be told: others may have been withdrawn or settled since the message was put together. */
export function stillOpen({ dues }: NotificationState, { id, recipient, channel, anomalies }: Message): string[] {
  return anomalies.filter((anomaly) => {
    const due = dues.get(dueKey(anomaly, recipient, channel));
    return due?.message === id && (due.status === 'pending' || due.status === 'sending');
  });
}

/** Messages not yet settled, whatever their time; a digest's dues together. */
export function openMessages(state: NotificationState): Message[] {
  const messages = new Map<string, Message>();
  for (const due of state.dues.values()) {
    if (due.status !== 'pending' && due.status !== 'sending') continue;
    const known = messages.get(due.message);
    messages.set(due.message, {
      id: due.message,
      building: due.building,
      recipient: due.recipient,
      channel: due.channel,
      sendAt: Math.max(known?.sendAt ?? due.sendAt, due.sendAt),
      digest: due.digest,
      attempts: Math.max(known?.attempts ?? 0, due.attempts),
      sendingAt: latest(known?.sendingAt ?? null, due.sendingAt),
      anomalies: [...(known?.anomalies ?? []), due.anomaly],
    });
  }
  return [...messages.values()];
}

/** Forgets what was settled and decided before an instant, so that memory does not grow. */
export function pruneState(state: NotificationState, before: number): void {
  for (const [key, due] of state.dues) {
    if (due.at < before && due.status !== 'pending' && due.status !== 'sending') state.dues.delete(key);
  }
}

function addDue(state: NotificationState, due: Due): void {
  const key = dueKey(due.anomaly, due.recipient, due.channel);
  const known = state.dues.get(key);
  if (known && known.status !== 'withdrawn') return;
  const { building, message, recipient, channel, anomaly, at, sendAt, digest } = due;
  state.dues.set(key, {
    building,
    message,
    recipient,
    channel,
    anomaly,
    at,
    sendAt,
    digest,
    status: 'pending',
    attempts: 0,
    sendingAt: null,
  });
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function isSettled(status: DueStatus): boolean {
  return status === 'sent' || status === 'refused' || status === 'expired';
}
