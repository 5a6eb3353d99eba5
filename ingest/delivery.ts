/**
 * Records to the journal, in order, durable in the journal or in the spool before they are acknowledged.
 *
 *   deliver ─► waiting (memory) ─► journal                       all is well
 *                 │                                              the journal is slow or away, or the spool not empty:
 *                 └─► spool (disk) ─► journal, oldest first
 *                       │ full
 *                       └─► stays waiting: congested, the poller leaves ticks out; waiting full: refused and counted
 *
 * One append at a time. An append that takes longer than `patienceMs` has its records spooled beside it (as the head of the spool, which
 * was empty) and acknowledged; when it succeeds after all they are taken from the spool again, so nothing is sent twice. An append that
 * fails is repeated: whether it was written is not known, so a record may then stand twice in the journal, the same to the byte.
 */
import { asyncScheduler, defer, from, Observable, type SchedulerLike, Subject, type Subscription } from 'rxjs';
import type { JournalAppender, OutgoingRecord } from '../journal/port.ts';
import type { Spool } from './spool.ts';

export type DeliveryEvent =
  | { readonly kind: 'acknowledged'; readonly records: readonly OutgoingRecord[]; readonly in: 'journal' | 'spool' }
  /** Neither journal nor spool nor memory had room: lost. */
  | { readonly kind: 'refused'; readonly records: readonly OutgoingRecord[] }
  | { readonly kind: 'journal_away'; readonly reason: string }
  | { readonly kind: 'journal_back'; readonly spooled: number }
  | { readonly kind: 'spool_failed'; readonly reason: string };

export interface DeliveryOptions {
  readonly journal: JournalAppender;
  /** Undefined: what the journal does not take waits in memory. */
  readonly spool?: Spool | undefined;
  /** Records an append, default 500. */
  readonly batch?: number | undefined;
  /** Records in memory that make it congested, default 2000; above ten times as many are refused. */
  readonly waitingLimit?: number | undefined;
  /** Default 2 s. */
  readonly patienceMs?: number | undefined;
  /** Wait after a failed append, doubled up to `maximumRetryMs` (5 s); default 500 ms. */
  readonly retryMs?: number | undefined;
  readonly maximumRetryMs?: number | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

export interface Delivery {
  /** Hot, never an error. */
  readonly events$: Observable<DeliveryEvent>;
  deliver(records: readonly OutgoingRecord[]): void;
  /** True: read no more for now. */
  readonly congested: boolean;
  /** Records in memory and in the spool. */
  readonly waiting: number;
  readonly spooled: number;
  /** Completes when everything delivered so far is durable: within the patience where there is a spool with room. */
  flush(): Observable<never>;
  /** Stops timers; what is in memory and not flushed is lost. */
  stop(): void;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { journal, spool, batch = 500, waitingLimit = 2000, patienceMs = 2000, retryMs = 500 } = options;
  const { maximumRetryMs = 5000, scheduler = asyncScheduler } = options;
  const events = new Subject<DeliveryEvent>();
  const settled = new Subject<void>();
  let waiting: OutgoingRecord[] = [];
  /** What the journal is being asked to take. */
  let inFlight: { readonly records: readonly OutgoingRecord[]; isSpooled: boolean } | undefined;
  let failures = 0;
  let isFull = false;
  let isSlow = false;
  let isStopped = false;
  let appending: Subscription | undefined;
  let patience: Subscription | undefined;
  let retry: Subscription | undefined;

  const spooled = (): number => spool?.length ?? 0;

  function pump(): void {
    if (isStopped) return;
    if (inFlight === undefined && retry === undefined) {
      const head = spooled() > 0 && spool ? spool.peek(batch) : [];
      if (head.length > 0) send(head, true);
      else if (waiting.length > 0) send(waiting.splice(0, batch), false);
    }
    if (spooled() > 0 || isSlow || retry !== undefined) spill();
    if (waiting.length === 0 && (inFlight === undefined || inFlight.isSpooled)) settled.next();
  }

  function send(records: readonly OutgoingRecord[], isSpooled: boolean): void {
    const own = { records, isSpooled };
    inFlight = own;
    patience = scheduler.schedule(() => {
      isSlow = true;
      if (!own.isSpooled) own.isSpooled = toSpool(records);
      pump();
    }, patienceMs);
    appending = defer(() => from(journal.append(records))).subscribe({
      complete: () => accepted(own),
      error: (error: unknown) => refused(own, error instanceof Error ? error.message : String(error)),
    });
  }

  function accepted(own: { readonly records: readonly OutgoingRecord[]; readonly isSpooled: boolean }): void {
    patience?.unsubscribe();
    inFlight = undefined;
    if (own.isSpooled) spool?.commit(own.records.length);
    else events.next({ kind: 'acknowledged', records: own.records, in: 'journal' });
    if (failures > 0 || isSlow) events.next({ kind: 'journal_back', spooled: spooled() });
    failures = 0;
    isSlow = false;
    isFull = false;
    pump();
  }

  function refused(
    own: { readonly records: readonly OutgoingRecord[]; readonly isSpooled: boolean },
    reason: string,
  ): void {
    patience?.unsubscribe();
    inFlight = undefined;
    if (failures === 0) events.next({ kind: 'journal_away', reason });
    // Back to the front, whence they go to the spool if there is room.
    if (!own.isSpooled && !toSpool(own.records)) waiting = [...own.records, ...waiting];
    const waitMs = Math.min(maximumRetryMs, retryMs * 2 ** Math.min(failures, 20));
    failures += 1;
    retry = scheduler.schedule(() => {
      retry = undefined;
      pump();
    }, waitMs);
    pump();
  }

  /** Memory to disk, so that it is acknowledged. */
  function spill(): void {
    if (waiting.length === 0 || isFull) return;
    // Records in flight from memory are older than these.
    if (inFlight && !inFlight.isSpooled) {
      inFlight.isSpooled = toSpool(inFlight.records);
      if (!inFlight.isSpooled) return;
    }
    while (waiting.length > 0 && toSpool(waiting.slice(0, batch))) waiting.splice(0, batch);
  }

  function toSpool(records: readonly OutgoingRecord[]): boolean {
    if (!spool) return false;
    try {
      if (!spool.append(records)) {
        isFull = true;
        return false;
      }
    } catch (error) {
      isFull = true;
      events.next({ kind: 'spool_failed', reason: error instanceof Error ? error.message : String(error) });
      return false;
    }
    events.next({ kind: 'acknowledged', records, in: 'spool' });
    return true;
  }

  // What an earlier life left in the spool goes first.
  const start = spooled() > 0 ? scheduler.schedule(pump) : undefined;

  return {
    events$: events.asObservable(),
    deliver(records) {
      if (records.length === 0) return;
      if (isStopped || waiting.length + records.length > 10 * waitingLimit) {
        events.next({ kind: 'refused', records });
        return;
      }
      waiting.push(...records);
      pump();
    },
    get congested() {
      return waiting.length >= waitingLimit || (isFull && waiting.length > 0);
    },
    get waiting() {
      return waiting.length + (inFlight && !inFlight.isSpooled ? inFlight.records.length : 0);
    },
    get spooled() {
      return spooled();
    },
    flush: () =>
      new Observable<never>((observer) => {
        const waitingNow = settled.subscribe(() => observer.complete());
        pump();
        return waitingNow;
      }),
    stop() {
      isStopped = true;
      for (const each of [appending, patience, retry, start]) each?.unsubscribe();
      events.complete();
    },
  };
}
