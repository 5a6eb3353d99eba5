/**
 * The decision: an anomaly as it stands now, and what was decided before, give the messages that become due and those withdrawn.
 * Once per anomaly (building, type, meter or bus, day), recipient and channel. An anomaly of a day long over is history, not news:
 * one found more than three days after its day's end (an import, a recomputation), or older than `maxAgeMs`, is told to nobody.
 */
import type { Building } from '../domain/building.ts';
import type { Calendar } from '../domain/calendar.ts';
import type { NotificationsConfig } from '../domain/config/config.ts';
import { type Anomaly, type AnomalyType, resultKey } from '../domain/results.ts';
import { type Mode, type Recipient, recipientsOf } from './recipients.ts';
import { type Channel, messageId, type NotificationRecord } from './records.ts';
import { dueKey, isWithdrawable, type NotificationState } from './state.ts';
import { sendTime } from './timing.ts';

export interface DecisionContext {
  readonly building: Building;
  readonly calendar: Calendar;
  readonly rules: NotificationsConfig;
  readonly mode: Mode;
  /** Epoch ms. */
  readonly now: number;
}

/** Records to append, in order; none where nothing changes. */
export function decide(anomaly: Anomaly, state: NotificationState, context: DecisionContext): NotificationRecord[] {
  const key = resultKey(anomaly);
  if (!anomaly.open) return endsByItself.has(anomaly.type) ? [] : withdrawals(key, state, context.now, 'closed');
  if (!isNews(anomaly, context)) return [];
  const { building, calendar, rules, mode, now } = context;
  const records: NotificationRecord[] = [];
  for (const recipient of recipientsOf(building, anomaly, mode, now)) {
    if (!recipient.contact.subscribed || state.unsubscribed.has(`${building.id}/${recipient.key}`)) continue;
    for (const channel of channelsOf(recipient, rules)) {
      const known = state.dues.get(dueKey(key, recipient.key, channel));
      if (known && known.status !== 'withdrawn') continue;
      const { sendAt, digest } = sendTime(anomaly.severity, channel, now, calendar, rules);
      const together = digest === null ? null : messageId(building.id, 'digest', digest, recipient.key, channel);
      // A digest that has begun to be sent (the clock was set back) takes nothing more: its receiver knows its id.
      const own = together === null || hasBegun(together, state);
      records.push({
        v: 1,
        kind: 'due',
        building: building.id,
        message: own ? messageId(key, recipient.key, channel) : together,
        recipient: recipient.key,
        channel,
        anomaly: key,
        at: now,
        sendAt,
        digest: !own,
      });
    }
  }
  return records;
}

/** Those who should know and cannot be reached: no contact, or no way to it. */
export function unreachable(anomaly: Anomaly, { building, rules, mode, now }: DecisionContext): boolean {
  return recipientsOf(building, anomaly, mode, now).every((recipient) => channelsOf(recipient, rules).length === 0);
}

/** What has not begun to be sent is taken back. */
export function withdrawals(
  anomalyKey: string,
  state: NotificationState,
  now: number,
  reason: 'closed' | 'forgotten',
): NotificationRecord[] {
  const records: NotificationRecord[] = [];
  for (const due of state.dues.values()) {
    if (due.anomaly !== anomalyKey || !isWithdrawable(due)) continue;
    const { building, message, recipient, channel } = due;
    records.push({
      v: 1,
      kind: 'withdrawn',
      building,
      message,
      recipient,
      channel,
      anomalies: [anomalyKey],
      at: now,
      reason,
    });
  }
  return records;
}

export function isNews(
  anomaly: Anomaly,
  { calendar, rules, now }: Pick<DecisionContext, 'calendar' | 'rules' | 'now'>,
): boolean {
  const { end } = calendar.windowOf('day', anomaly.start);
  return anomaly.openedAt <= end + foundInTimeMs && now <= end + rules.maxAgeMs;
}

export function channelsOf({ contact }: Recipient, rules: Pick<NotificationsConfig, 'smtp'>): Channel[] {
  const channels: Channel[] = [];
  if (contact.email !== undefined && rules.smtp) channels.push('mail');
  if (contact.webhook) channels.push('webhook');
  return channels;
}

function hasBegun(message: string, state: NotificationState): boolean {
  for (const due of state.dues.values()) {
    if (due.message === message && due.status !== 'pending' && due.status !== 'withdrawn') return true;
  }
  return false;
}

const foundInTimeMs = 3 * 86_400_000;

/** Judged by the wall clock: closing means that it is over, and what happened is still told. The others close when better data shows that they never were. */
const endsByItself: ReadonlySet<AnomalyType> = new Set(['compteur_silencieux', 'bus_degrade']);
