/**
 * The polling master of one bus: cycles of readouts, one exchange at a time.
 *
 *   tick ─► cycle: meter 1, meter 2, … ─► end        tick while a cycle runs: skipped and counted, not queued
 *
 * Every meter of every tick is accounted for: read, failed, backed off (a meter that has been silent for three cycles is tried
 * every 2nd, 4th, 8th cycle, with one attempt), not reached (no connection) or skipped (the tick found a cycle running, or
 * the delivery full). Noise is no reason to back off, nor is a bus on which nobody answers.
 */
import {
  asyncScheduler,
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  from,
  map,
  type Observable,
  of,
  type SchedulerLike,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { ExchangeCounts, ExchangeOptions } from './exchange.ts';
import { exhaustOr } from './operators/exhaust-or.ts';
import { createMeterSession, type MeterAddress, type MeterSession, type ReadoutOutcome } from './readout.ts';
import type { ByteLink } from './transport/byte-link.ts';

export interface PolledMeter extends MeterAddress {
  readonly id: string;
}

export interface PollOptions extends Omit<ExchangeOptions, 'scheduler'> {
  readonly intervalMs: number;
  /** Wait for a lost connection, once a cycle; default a quarter of the interval, at most 10 s. */
  readonly connectionWaitMs?: number | undefined;
  /** False: the delivery is full; the tick is skipped. Asked at each tick. */
  readonly mayRead?: (() => boolean) | undefined;
  /** True: read the meter a second time at once. */
  readonly mustConfirm?: ((meter: string, outcome: SuccessfulReadout) => boolean) | undefined;
  /** True: the second readout stands; false: neither does. */
  readonly confirms?: ((meter: string, first: SuccessfulReadout, second: SuccessfulReadout) => boolean) | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

export type SuccessfulReadout = Extract<ReadoutOutcome, { kind: 'read' }>;

export type MeterFate = 'read' | 'failed' | 'backed_off' | 'not_reached' | 'skipped';

export interface ReadoutEvent {
  readonly kind: 'readout';
  readonly meter: string;
  readonly outcome: ReadoutOutcome;
}
/** The account of one tick: the counts add up to the number of meters. */
export interface CycleEvent {
  readonly kind: 'cycle';
  readonly startedAt: number;
  /** Null for a skipped tick. */
  readonly durationMs: number | null;
  readonly fates: Readonly<Record<MeterFate, number>>;
  readonly reason?: 'overrun' | 'delivery' | undefined;
}
export type PollEvent = ReadoutEvent | CycleEvent;

const silentCyclesBeforeBackOff = 3;
/** Cycles left out after the 3rd, 4th, … silent one. */
const leaveOut: readonly number[] = [1, 3, 7, 9];

/** Cold; starts at once and goes on until unsubscribed; never an error. Opens the link, does not close it. */
export function poll(link: ByteLink, meters: readonly PolledMeter[], options: PollOptions): Observable<PollEvent> {
  const { intervalMs, scheduler = asyncScheduler, mayRead = () => true } = options;
  const connectionWaitMs = options.connectionWaitMs ?? Math.min(10_000, intervalMs / 4);

  return defer(() => {
    const polled = meters.map((meter) => new Polled(meter.id, createMeterSession(link, meter)));

    const skipped = (reason: 'overrun' | 'delivery'): CycleEvent => ({
      kind: 'cycle',
      startedAt: scheduler.now(),
      durationMs: null,
      fates: { ...noFates, skipped: polled.length },
      reason,
    });

    /** True as soon as there is a connection, false after the wait. */
    const connection = (): Observable<boolean> => {
      link.open();
      if (link.connected) return of(true);
      return concat(
        link.connected$.pipe(filter(Boolean), take(1), takeUntil(timer(connectionWaitMs, scheduler))),
        of(false),
      ).pipe(take(1));
    };

    function cycle(): Observable<PollEvent> {
      const startedAt = scheduler.now();
      const fates = { ...noFates };
      const silent: Polled[] = [];
      let waited = false;

      const reached = (): Observable<boolean> => {
        if (link.connected) return of(true);
        if (waited) return of(false);
        return connection().pipe(
          tap((is) => {
            waited = !is;
          }),
        );
      };

      function readTwice(meter: Polled, exchange: ExchangeOptions): Observable<ReadoutOutcome> {
        return meter.session.readOut(exchange).pipe(
          concatMap((first): Observable<ReadoutOutcome> => {
            if (first.kind === 'failed' || !options.mustConfirm?.(meter.id, first)) return of(first);
            return meter.session.readOut(exchange).pipe(
              map((second): ReadoutOutcome => {
                const counts = sumOf(first.counts, second.counts);
                if (second.kind === 'read' && options.confirms?.(meter.id, first, second)) return { ...second, counts };
                return { kind: 'failed', code: 'UNCONFIRMED', silent: false, counts };
              }),
            );
          }),
        );
      }

      function visit(meter: Polled, isSecondTry: boolean): Observable<PollEvent> {
        return reached().pipe(
          concatMap((isReached) => {
            if (!isReached) {
              fates.not_reached += 1;
              return EMPTY;
            }
            const retries = meter.silentCycles >= silentCyclesBeforeBackOff ? 0 : options.retries;
            return readTwice(meter, { ...options, retries, scheduler }).pipe(
              concatMap((outcome): Observable<PollEvent> => {
                const isDown = outcome.kind === 'failed' && outcome.code === 'LINK_DOWN';
                if (isDown && !isSecondTry) return visit(meter, true);
                if (isDown) fates.not_reached += 1;
                else if (outcome.kind === 'read') {
                  fates.read += 1;
                  meter.answered();
                } else {
                  fates.failed += 1;
                  if (outcome.silent) silent.push(meter);
                  else meter.answered();
                }
                return of({ kind: 'readout', meter: meter.id, outcome });
              }),
            );
          }),
        );
      }

      const visits = from(polled).pipe(
        concatMap((meter) => {
          if (!meter.isLeftOut()) return visit(meter, false);
          fates.backed_off += 1;
          return EMPTY;
        }),
      );
      const end = defer((): Observable<PollEvent> => {
        // Where somebody was heard the silent ones are silent by themselves.
        if (fates.read + fates.failed > silent.length) for (const meter of silent) meter.stayedSilent();
        else if (silent.length > 0) link.reconnect('no meter answered');
        return of({ kind: 'cycle', startedAt, durationMs: scheduler.now() - startedAt, fates });
      });
      return concat(visits, end);
    }

    return timer(0, intervalMs, scheduler).pipe(
      exhaustOr(
        (): Observable<PollEvent> => (mayRead() ? cycle() : of(skipped('delivery'))),
        () => skipped('overrun'),
      ),
    );
  });
}

/** Meters of the account that were expected and not read. */
export function missed(event: CycleEvent): number {
  return event.fates.failed + event.fates.backed_off + event.fates.not_reached + event.fates.skipped;
}

function sumOf(a: ExchangeCounts, b: ExchangeCounts): ExchangeCounts {
  return {
    attempts: a.attempts + b.attempts,
    timeouts: a.timeouts + b.timeouts,
    frameErrors: a.frameErrors + b.frameErrors,
    discardedBytes: a.discardedBytes + b.discardedBytes,
  };
}

const noFates: Readonly<Record<MeterFate, number>> = { read: 0, failed: 0, backed_off: 0, not_reached: 0, skipped: 0 };

class Polled {
  readonly id: string;
  readonly session: MeterSession;
  silentCycles = 0;
  #leftOut = 0;

  constructor(id: string, session: MeterSession) {
    this.id = id;
    this.session = session;
  }

  answered(): void {
    this.silentCycles = 0;
    this.#leftOut = 0;
  }

  stayedSilent(): void {
    this.silentCycles += 1;
    const step = this.silentCycles - silentCyclesBeforeBackOff;
    if (step >= 0) this.#leftOut = leaveOut[Math.min(step, leaveOut.length - 1)]!;
  }

  /** Counts the cycle. */
  isLeftOut(): boolean {
    if (this.#leftOut === 0) return false;
    this.#leftOut -= 1;
    return true;
  }
}
