/** A notifier on a journal in memory, with a clock that only moves when everything waits for it. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from '../../domain/clock.ts';
import type { Config } from '../../domain/config/config.ts';
import { type Anomaly, resultKey } from '../../domain/results.ts';
import type { Journal } from '../../journal/port.ts';
import { type Notifier, type NotifierEvent, type NotifierOptions, startNotifier } from '../../notify/notifier.ts';
import { type NotificationRecord, parseNotification } from '../../notify/records.ts';

export interface VirtualTime extends Clock {
  /** Goes to an instant, stopping at each wake-up on the way until the process is idle. */
  goTo(at: number): Promise<void>;
  readonly sleep: NonNullable<NotifierOptions['sleep']>;
}

/** Mails and webhooks each have their lane; both asleep means that nothing is on its way. */
const lanes = 2;
const turns = 6;
/** For what was appended to reach the notifier. */
const appendedMs = 25;
const patienceMs = 10_000;

export function virtualTime(start: number): VirtualTime {
  let now = start;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  async function settled(): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    for (const since = Date.now(); sleepers.size < lanes && Date.now() - since < patienceMs; ) await setTimeout(2);
  }
  return {
    now: () => now,
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper = { at: now + durationMs, wake };
        function wake(): void {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', wake);
          resolve();
        }
        signal.addEventListener('abort', wake, { once: true });
        sleepers.add(sleeper);
      }),
    async goTo(at) {
      await setTimeout(appendedMs);
      await settled();
      while (true) {
        const next = Math.min(...[...sleepers].map((sleeper) => sleeper.at));
        if (next > at) break;
        now = Math.max(now, next);
        for (const sleeper of [...sleepers]) if (sleeper.at <= now) sleeper.wake();
        await settled();
      }
      now = Math.max(now, at);
    },
  };
}

export interface Running {
  readonly notifier: Notifier;
  readonly events: NotifierEvent[];
}

export function run(journal: Journal, config: Config, time: VirtualTime, more: Partial<NotifierOptions> = {}): Running {
  const events: NotifierEvent[] = [];
  const notifier = startNotifier({
    journal,
    buildings: config.buildings,
    notifications: config.notifications,
    publicUrl: 'https://tilleuls.example.org/releve',
    mode: 'embedded',
    clock: time,
    sleep: time.sleep,
    random: () => 1,
    onEvent: (event) => events.push(event),
    ...more,
  });
  return { notifier, events };
}

export function append(journal: Journal, ...anomalies: Anomaly[]): Promise<void> {
  return journal.append(
    anomalies.map((value) => ({ topic: 'results', key: resultKey(value), building: value.building, value })),
  );
}

export async function notifications(journal: Journal): Promise<NotificationRecord[]> {
  const records: NotificationRecord[] = [];
  for (let partition = 0; partition < (await journal.partitions('notifications')); partition++) {
    for await (const batch of journal.read('notifications', partition)) {
      for (const { value } of batch) {
        const record = parseNotification(value);
        if (!record) throw new Error(`not a notification: ${JSON.stringify(value)}`);
        records.push(record);
      }
    }
  }
  return records;
}
