/**
 * One attempt at one message: who it is for now, what of it still holds, `sending` durable, the other side, `sent` durable.
 *
 * Killed before `sending`: nothing went out, it is sent later. Killed after `sent`: never again. Killed in between, nobody can know
 * whether the other side took it: it is sent again with the same Message-ID or Idempotency-Key. Rather twice under one id than never.
 * So nothing stands between the other side's answer and `sent`; and what another notifier began (it may live: a rebalance) is left to it
 * for a minute.
 */
import type { Building } from '../domain/building.ts';
import type { Clock } from '../domain/clock.ts';
import type { NotificationsConfig } from '../domain/config/config.ts';
import { type Anomaly, resultKey } from '../domain/results.ts';
import type { JournalAppender } from '../journal/port.ts';
import { backOffMs } from './back-off.ts';
import { compose } from './compose.ts';
import type { Partition } from './partition.ts';
import { concerns, type Mode, type Recipient, recipients } from './recipients.ts';
import { type Channel, type NotificationRecord, outgoing, type Settled, type WithdrawalReason } from './records.ts';
import type { Sender } from './sender.ts';
import { applyRecord, type Message, stillOpen } from './state.ts';
import { unsubscribeUrl } from './unsubscribe.ts';

/** Keys and codes only: these are logged. */
export type DeliveryEvent =
  | { readonly type: Settled; readonly message: string; readonly recipient: string; readonly reason?: string }
  | {
      readonly type: 'withdrawn';
      readonly message: string;
      readonly recipient: string;
      readonly reason: WithdrawalReason;
    }
  | {
      readonly type: 'retry';
      readonly message: string;
      readonly recipient: string;
      readonly reason: string;
      readonly afterMs: number;
    }
  | { readonly type: 'journal_away'; readonly reason: string; readonly afterMs: number };

export interface DeliveryOptions {
  readonly journal: JournalAppender;
  readonly rules: NotificationsConfig;
  readonly publicUrl: string | undefined;
  readonly mode: Mode;
  readonly clock: Clock;
  readonly senders: Partial<Record<Channel, Sender>>;
  readonly random: () => number;
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  readonly emit: (event: DeliveryEvent) => void;
}

export interface Delivery {
  /** When a message may be tried, epoch ms. */
  dueAt(message: Message): number;
  /** Rejects where the journal does not take `sending`: then nothing was sent. */
  attempt(partition: Partition, message: Message): Promise<void>;
}

const unconfiguredMs = 3_600_000;
/** Longer than a dialogue takes; on one file there is one notifier (the folder is locked): what has begun is its own, from before. */
const othersMs: Readonly<Record<Mode, number>> = { embedded: 0, distributed: 60_000 };
const journalRetryMs = 2_000;
const longestJournalRetryMs = 30_000;

/** What this process knows of its own last attempt, epoch ms. */
interface Try {
  /** The instant its `sending` names; null: none was written. */
  readonly began: number | null;
  readonly againAt: number;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { journal, rules, mode, clock, senders, emit } = options;
  const tries = new Map<string, Try>();

  async function attempt(partition: Partition, planned: Message): Promise<void> {
    const now = clock.now();
    const message = { ...planned, anomalies: stillOpen(partition.state, planned) };
    if (message.anomalies.length === 0) return;
    const known = partition.known(message.building);
    const sender = senders[message.channel];
    if (now > message.sendAt + rules.maxAgeMs) return finish(partition, message, 'expired');
    if (!known || !sender) {
      tries.set(message.id, { began: message.sendingAt, againAt: now + unconfiguredMs });
      return;
    }
    const recipient = recipients(known.building).find(({ key }) => key === message.recipient);
    const told = await stillDue(partition, message, known.building, recipient, now);
    if (!recipient || told.length === 0) return;
    const trimmed = { ...message, anomalies: told.map(resultKey) };
    const attempts = message.attempts + 1;
    const sending: NotificationRecord = { ...headOf(trimmed), kind: 'sending', at: now, attempt: attempts };
    tries.set(message.id, { began: now, againAt: now });
    // Known before it is durable: from here on nobody takes it back.
    applyRecord(partition.state, sending);
    await journal.append([outgoing(sending)]);
    const composed = compose({
      id: message.id,
      building: known.building,
      contact: recipient.contact,
      recipient: message.recipient,
      anomalies: told,
      digest: message.digest,
      unsubscribeUrl: unsubscribeUrlOf(message, recipient),
    });
    const outcome = await sender.send(composed, recipient.contact, clock.now());
    if (outcome.outcome === 'accepted') return finish(partition, trimmed, 'sent');
    if (outcome.outcome === 'refused') return finish(partition, trimmed, 'refused', outcome.reason);
    const afterMs = backOffMs(attempts, options.random);
    tries.set(message.id, { began: now, againAt: clock.now() + afterMs });
    emit({ type: 'retry', message: message.id, recipient: message.recipient, reason: outcome.reason, afterMs });
  }

  async function finish(partition: Partition, message: Message, kind: Settled, reason?: string): Promise<void> {
    const more = reason === undefined ? {} : { reason };
    tries.delete(message.id);
    await settle(partition, { ...headOf(message), kind, at: clock.now(), ...more });
    emit({ type: kind, message: message.id, recipient: message.recipient, ...more });
  }

  /** The anomalies that may still be told to this recipient; the others are withdrawn. */
  async function stillDue(
    partition: Partition,
    message: Message,
    building: Building,
    recipient: Recipient | undefined,
    now: number,
  ): Promise<Anomaly[]> {
    const told: Anomaly[] = [];
    const dropped = new Map<WithdrawalReason, string[]>();
    for (const key of message.anomalies) {
      const anomaly = partition.anomalies.get(key);
      const reason = whyNot(anomaly);
      if (reason !== null) dropped.set(reason, [...(dropped.get(reason) ?? []), key]);
      else if (anomaly) told.push(anomaly);
    }
    for (const [reason, anomalies] of dropped) {
      await settle(partition, { ...headOf({ ...message, anomalies }), kind: 'withdrawn', at: now, reason });
      emit({ type: 'withdrawn', message: message.id, recipient: message.recipient, reason });
    }
    return told;

    function whyNot(anomaly: Anomaly | undefined): WithdrawalReason | null {
      if (!recipient) return 'recipient';
      const target = `${building.id}/${message.recipient}`;
      if (!recipient.contact.subscribed || partition.state.unsubscribed.has(target)) return 'unsubscribed';
      if (!anomaly) return 'forgotten';
      return concerns(building, recipient.contact, anomaly, mode, now) ? null : 'recipient';
    }
  }

  /** What has happened is known at once and written until it is durable, or until we are stopped. */
  async function settle(partition: Partition, record: NotificationRecord): Promise<void> {
    applyRecord(partition.state, record);
    for (let failures = 1; ; failures++) {
      try {
        await journal.append([outgoing(record)]);
        return;
      } catch (error) {
        if (options.signal.aborted) return;
        const afterMs = Math.min(longestJournalRetryMs, journalRetryMs * failures);
        emit({ type: 'journal_away', reason: String(error), afterMs });
        await options.sleep(afterMs, options.signal);
      }
    }
  }

  function unsubscribeUrlOf({ building, recipient: key }: Message, { contact }: Recipient): string | undefined {
    const secret = rules.unsubscribeSecret;
    if (contact.role !== 'locataire' || secret === undefined || options.publicUrl === undefined) return undefined;
    return unsubscribeUrl(options.publicUrl, { building, recipient: key }, secret);
  }

  function dueAt({ id, sendAt, sendingAt }: Message): number {
    const own = tries.get(id);
    if (own?.began === sendingAt) return Math.max(sendAt, own.againAt);
    return sendingAt === null ? sendAt : Math.max(sendAt, sendingAt + othersMs[mode]);
  }

  return { dueAt, attempt };
}

function headOf({ id, building, recipient, channel, anomalies }: Message) {
  return { v: 1, building, message: id, recipient, channel, anomalies: [...anomalies] } as const;
}
