/**
 * The notifier's life over the journal.
 *
 *     results ──► decide ──► `due` durable ──► (position moves)
 *                              │ at its time
 *                              ▼
 *                   `sending` durable ──► SMTP or HTTP ──► `sent` durable
 */
import { setTimeout as timer } from 'node:timers/promises';
import type { Building } from '../domain/building.ts';
import type { Clock } from '../domain/clock.ts';
import type { NotificationsConfig } from '../domain/config/config.ts';
import type { JournalAppender, JournalEvent, JournalFollowing, JournalReader, JournalRecord } from '../journal/port.ts';
import { decide, isNews, unreachable, withdrawals } from './decide.ts';
import { createDelivery, type DeliveryEvent } from './delivery.ts';
import { createMailSender } from './mail.ts';
import { loadPartition, type Partition, parseAnomaly } from './partition.ts';
import type { Mode } from './recipients.ts';
import { type Channel, type NotificationRecord, outgoing, parseNotification } from './records.ts';
import type { Sender } from './sender.ts';
import { applyRecord, openMessages } from './state.ts';
import { createWebhookSender } from './webhook.ts';

export interface NotifierOptions {
  readonly journal: JournalFollowing & JournalAppender & JournalReader;
  readonly buildings: readonly Building[];
  readonly notifications: NotificationsConfig;
  /** Where tenants reach the page; without it their mails carry no unsubscribe link. */
  readonly publicUrl?: string | undefined;
  readonly mode: Mode;
  readonly clock: Clock;
  /** Those of the configuration where left out. */
  readonly senders?: Partial<Record<Channel, Sender>> | undefined;
  readonly random?: (() => number) | undefined;
  /** Resolves after the time or when aborted; never rejects. */
  readonly sleep?: ((durationMs: number, signal: AbortSignal) => Promise<void>) | undefined;
  readonly onEvent?: ((event: NotifierEvent) => void) | undefined;
}

/** Keys and codes only: these are logged. */
export type NotifierEvent =
  | DeliveryEvent
  | { readonly type: 'journal'; readonly event: JournalEvent }
  | { readonly type: 'due'; readonly anomaly: string; readonly recipient: string; readonly sendAt: number }
  /** Nobody is configured who could be told. */
  | { readonly type: 'untold'; readonly anomaly: string };

export interface Notifier {
  /** Resolves when stopped; rejects where following the journal fails for good. */
  readonly done: Promise<void>;
  /** Finishes the attempts in hand, for at most `graceMs` (5 s). */
  stop(graceMs?: number): Promise<void>;
}

const idleMs = 60_000;
const fromOthers: ReadonlySet<NotificationRecord['kind']> = new Set([
  'unsubscribed',
  'subscribed',
  'sent',
  'refused',
  'expired',
]);
const journalRetryMs = 2_000;

export function startNotifier(options: NotifierOptions): Notifier {
  const { journal, buildings, notifications: rules, mode, clock } = options;
  const sleep = options.sleep ?? sleepWell;
  const emit = (event: NotifierEvent): void => options.onEvent?.(event);
  const senders: Partial<Record<Channel, Sender>> = options.senders ?? {
    webhook: createWebhookSender(),
    ...(rules.smtp && { mail: createMailSender(rules.smtp) }),
  };
  const abort = new AbortController();
  const partitions = new Map<number, Promise<Partition>>();
  const delivery = createDelivery({
    journal,
    rules,
    publicUrl: options.publicUrl,
    mode,
    clock,
    senders,
    random: options.random ?? Math.random,
    sleep,
    signal: abort.signal,
    emit,
  });
  let wake = new AbortController();

  /** Loaded once; a failed loading is tried again by the next who asks. */
  function partitionOf(number: number): Promise<Partition> {
    const known = partitions.get(number);
    if (known) return known;
    const loading = loadPartition(journal, number, buildings, rules.maxAgeMs).then(async (partition) => {
      await keep(partition, partition.prune(clock.now()));
      return partition;
    });
    partitions.set(number, loading);
    loading.catch(() => partitions.get(number) === loading && partitions.delete(number));
    return loading;
  }

  /** Durable first, then known. */
  async function keep(partition: Partition, records: readonly NotificationRecord[]): Promise<void> {
    if (records.length === 0) return;
    await journal.append(records.map(outgoing));
    for (const record of records) applyRecord(partition.state, record);
  }

  async function handle(batch: readonly JournalRecord[]): Promise<void> {
    const [first] = batch;
    if (!first) return;
    const partition = await partitionOf(first.partition);
    for (const record of batch) {
      if (record.topic === 'events') partition.declare(record);
      else if (record.topic === 'notifications') learn(partition, record);
      else await judge(partition, record);
    }
    wake.abort();
  }

  /**
   * What others write: who wants none, and how a message ended that the former owner of the partition had begun. The rest is the owner's
   * own and known already; read late, it would undo what was decided since.
   */
  function learn(partition: Partition, { value }: JournalRecord): void {
    const record = parseNotification(value);
    if (record && fromOthers.has(record.kind)) applyRecord(partition.state, record);
  }

  async function judge(partition: Partition, { key, value }: JournalRecord): Promise<void> {
    const now = clock.now();
    if (value === null) {
      partition.anomalies.delete(key);
      return keep(partition, withdrawals(key, partition.state, now, 'forgotten'));
    }
    const anomaly = parseAnomaly(value);
    const known = anomaly && partition.known(anomaly.building);
    if (!anomaly || !known) return;
    const context = { ...known, rules, mode, now };
    const isNew = !partition.anomalies.has(key);
    if (isNews(anomaly, context) && !partition.remember(anomaly)) return;
    const records = decide(anomaly, partition.state, context);
    await keep(partition, records);
    for (const record of records) {
      if (record.kind === 'due') {
        const { recipient, sendAt } = record;
        emit({ type: 'due', anomaly: key, recipient, sendAt });
      }
    }
    if (isNew && anomaly.open && isNews(anomaly, context) && unreachable(anomaly, context))
      emit({ type: 'untold', anomaly: key });
  }

  /** Sends a channel's messages one after the other: the least due first, each at its time. */
  async function lane(channel: Channel): Promise<void> {
    while (!abort.signal.aborted) {
      if (wake.signal.aborted) wake = new AbortController();
      const woken = wake.signal;
      const now = clock.now();
      let next = now + idleMs;
      for (const number of [...partitions.keys()]) {
        try {
          const partition = await partitionOf(number);
          await keep(partition, partition.prune(now));
          for (const message of openMessages(partition.state)) {
            if (message.channel !== channel || abort.signal.aborted || !partitions.has(number)) continue;
            if (delivery.dueAt(message) <= clock.now()) await delivery.attempt(partition, message);
            // Still to come, or put off just now; a message that is done is in the past.
            if (delivery.dueAt(message) > now) next = Math.min(next, delivery.dueAt(message));
          }
        } catch (error) {
          emit({ type: 'journal_away', reason: String(error), afterMs: journalRetryMs });
          next = Math.min(next, now + journalRetryMs);
        }
      }
      const waitMs = Math.max(0, next - clock.now());
      if (!woken.aborted) await sleep(waitMs, AbortSignal.any([abort.signal, woken]));
    }
  }

  const following = journal.follow({
    group: 'notify',
    topics: ['results', 'events', 'notifications'],
    handle,
    signal: abort.signal,
    onEvent(event) {
      const { partition } = event;
      if (event.type === 'assigned' && partition !== undefined) {
        partitionOf(partition).then(
          () => wake.abort(),
          () => undefined,
        );
      }
      if (event.type === 'revoked' && partition !== undefined) partitions.delete(partition);
      emit({ type: 'journal', event });
    },
  });
  following.catch(() => abort.abort());
  const done = Promise.all([following, lane('mail'), lane('webhook')]).then(() => undefined);
  done.catch(() => undefined);
  return {
    done,
    async stop(graceMs = 5_000) {
      abort.abort();
      await Promise.race([done, timer(graceMs, undefined, { ref: false })]);
    },
  };
}

function sleepWell(durationMs: number, signal: AbortSignal): Promise<void> {
  return timer(durationMs, undefined, { signal }).catch(() => undefined);
}
