/**
 * When a message may go out, in the building's local time: a critical one at once, others at the end of the quiet hours, or with the
 * day's digest. Quiet hours are local wall times and may wrap over midnight; on the days of the time change they last an hour more or less,
 * a time that does not exist moves forward, one that exists twice is the first.
 */
import type { Calendar } from '../domain/calendar.ts';
import type { NotificationsConfig } from '../domain/config/config.ts';
import type { Severity } from '../domain/results.ts';
import type { Channel } from './records.ts';

export type TimingRules = Pick<NotificationsConfig, 'quietHours' | 'digestMinute' | 'criticalPasses'>;

export interface SendTime {
  /** Epoch ms. */
  readonly sendAt: number;
  /** Local date of the digest that takes it; null: a message of its own. */
  readonly digest: string | null;
}

/** Digests are mails: a webhook's receiver wants each anomaly. */
export function sendTime(
  severity: Severity,
  channel: Channel,
  now: number,
  calendar: Calendar,
  rules: TimingRules,
): SendTime {
  const critical = severity === 'critique';
  if (critical && rules.criticalPasses) return { sendAt: now, digest: null };
  if (rules.digestMinute !== undefined && channel === 'mail' && !critical)
    return nextDigest(now, calendar, rules.digestMinute);
  return { sendAt: quietUntil(now, calendar, rules) ?? now, digest: null };
}

/** End of the quiet hours that `now` falls into; null: it is not quiet. */
export function quietUntil(now: number, calendar: Calendar, rules: Pick<TimingRules, 'quietHours'>): number | null {
  const hours = rules.quietHours;
  if (!hours || hours.fromMinute === hours.toMinute) return null;
  const today = calendar.windowOf('day', now);
  for (const day of [calendar.previous(today), today]) {
    const start = wallTime(calendar, day.date, hours.fromMinute);
    const wraps = hours.toMinute < hours.fromMinute;
    const end = wallTime(calendar, wraps ? calendar.next(day).date : day.date, hours.toMinute);
    if (start <= now && now < end) return end;
  }
  return null;
}

function nextDigest(now: number, calendar: Calendar, digestMinute: number): SendTime {
  const today = calendar.windowOf('day', now);
  const first = wallTime(calendar, today.date, digestMinute);
  // A digest whose time has come is closed: what is decided from then on goes into the next.
  if (now < first) return { sendAt: first, digest: today.date };
  const tomorrow = calendar.next(today);
  return { sendAt: wallTime(calendar, tomorrow.date, digestMinute), digest: tomorrow.date };
}

/** Minute 1440 is the next day's first instant. */
function wallTime(calendar: Calendar, date: string, minute: number): number {
  if (minute >= minutesADay) return calendar.day(date).end;
  return calendar.localTime(date, Math.floor(minute / 60), minute % 60);
}

const minutesADay = 1440;
