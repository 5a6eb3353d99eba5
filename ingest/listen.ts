/**
 * Listens to one meter that pushes: bytes of its line in, readings and the line's account out.
 *
 *   bytes$ ─► receiver ─► pushes ─► observations ─► one reading an interval (last index, greatest power)
 *                      └► faults                 └► silent after three intervals, heard again
 *
 * A pause on the line ends a burst, so that blocks of two pushes are never put together. All time is the scheduler's.
 */
import {
  asyncScheduler,
  defer,
  endWith,
  filter,
  map,
  merge,
  mergeMap,
  type Observable,
  type SchedulerLike,
  takeWhile,
  timer,
} from 'rxjs';
import type { Reading } from '../domain/reading.ts';
import type { CipherKeys } from './dlms/ciphering/general-glo-ciphering.ts';
import type { Invocations } from './dlms/ciphering/invocations.ts';
import type { DlmsCode } from './dlms/codes.ts';
import { type DlmsProfile, observePush } from './dlms/observation.ts';
import type { DlmsPush } from './dlms/push/push.ts';
import { createPushReceiver, type Framing, type PushEvent } from './dlms/receiver.ts';
import { advance, type ThinnedInterval, thin } from './dlms/thinning.ts';
import { type ImplausibleField, sift } from './plausible.ts';

export interface ListenOptions {
  readonly building: string;
  readonly meter: string;
  readonly keys?: CipherKeys | undefined;
  readonly profile?: DlmsProfile | undefined;
  readonly framing?: Framing | undefined;
  /** One reading in this time; 60 s unless given. */
  readonly intervalMs?: number | undefined;
  /** A pause this long ends a burst; 2 s unless given: a push every 5 s of at most 504 bytes at 2400 Bd leaves 2.6 s. */
  readonly burstGapMs?: number | undefined;
  /** Invocation counters accepted before, to go on after a restart. */
  readonly invocations?: Invocations | undefined;
  /** The multiplier that holds at an instant, where declared events change it; else the profile's. */
  readonly multiplierAt?: ((at: number) => number) | undefined;
  /** Powers beyond it are not believed; any is, unless given. */
  readonly maxPowerW?: number | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

/** What happens on a line; `at` is epoch ms of the scheduler's clock. */
export type ListenEvent =
  | { readonly kind: 'reading'; readonly at: number; readonly reading: Reading }
  /** Values of a push that cannot be and were left out. */
  | { readonly kind: 'implausible'; readonly at: number; readonly fields: readonly ImplausibleField[] }
  /** Every accepted push, before thinning; `invocations` is the state to keep. */
  | { readonly kind: 'push'; readonly at: number; readonly push: DlmsPush; readonly invocations: Invocations }
  | {
      readonly kind: 'fault';
      readonly at: number;
      readonly code: DlmsCode;
      readonly facts: Readonly<Record<string, unknown>>;
      readonly discardedBytes?: number;
    }
  /** No push for three intervals; `since` is the last push, null when there was none. Said once. */
  | { readonly kind: 'silent'; readonly at: number; readonly since: number | null }
  | { readonly kind: 'heard'; readonly at: number; readonly silentMs: number };

export const defaultIntervalMs = 60_000;
export const defaultBurstGapMs = 2_000;
/** Intervals without a push after which a meter is silent. */
export const silentIntervals = 3;
/** The clock is looked at this many times an interval. */
const ticksPerInterval = 12;

/** Each subscription listens anew. Completes when the bytes do, after the readings that are still held. */
export function listen(bytes$: Observable<Uint8Array>, options: ListenOptions): Observable<ListenEvent> {
  const scheduler = options.scheduler ?? asyncScheduler;
  const intervalMs = options.intervalMs ?? defaultIntervalMs;
  return defer(() => {
    const line = createLine(options, intervalMs, scheduler.now());
    const tickMs = intervalMs / ticksPerInterval;
    const ticks$ = timer(tickMs - (scheduler.now() % tickMs), tickMs, scheduler).pipe(
      map(() => ({ kind: 'tick' }) as const),
    );
    const chunks$ = bytes$.pipe(
      map((bytes): Signal => ({ kind: 'bytes', bytes })),
      endWith({ kind: 'end' } as const),
    );
    return merge(chunks$, ticks$).pipe(
      takeWhile((signal) => signal.kind !== 'end', true),
      mergeMap((signal) => line(signal, scheduler.now())),
    );
  });
}

/** The readings alone. */
export function readingsOf(events$: Observable<ListenEvent>): Observable<Reading> {
  return events$.pipe(
    filter((event) => event.kind === 'reading'),
    map(({ reading }) => reading),
  );
}

type Signal =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'tick' }
  | { readonly kind: 'end' };

/** The state of one subscription: what a signal at an instant brings. */
function createLine(options: ListenOptions, intervalMs: number, startedAt: number) {
  const { keys, framing, profile = {}, invocations, burstGapMs = defaultBurstGapMs } = options;
  const { layout, scales } = profile;
  const requireAuthentication = keys?.authentication !== undefined;
  const receiver = createPushReceiver({ keys, framing, layout, scales, invocations, requireAuthentication });
  let lastBytesAt = startedAt;
  let lastPushAt: number | undefined;
  let silent = false;
  let indexMissing = false;
  let interval: ThinnedInterval | undefined;

  function takePushEvents(pushEvents: readonly PushEvent[], at: number, events: ListenEvent[]): void {
    for (const event of pushEvents) {
      if (event.kind === 'fault') events.push({ ...event, at });
      else takePush(event.push, at, events);
    }
  }

  function takePush(push: DlmsPush, at: number, events: ListenEvent[]): void {
    if (silent) events.push({ kind: 'heard', at, silentMs: at - (lastPushAt ?? startedAt) });
    silent = false;
    lastPushAt = at;
    events.push({ kind: 'push', at, push, invocations: receiver.invocations });
    const multiplier = options.multiplierAt?.(at) ?? profile.multiplier;
    const observation = observePush(push, { ...profile, multiplier });
    if (!observation.ok) {
      events.push({ kind: 'fault', at, code: observation.code, facts: observation.facts });
      return;
    }
    // Before the greatest power of the interval is taken.
    const { value, dropped } = sift(observation.value, options.maxPowerW ?? Number.POSITIVE_INFINITY);
    if (dropped.length > 0) events.push({ kind: 'implausible', at, fields: dropped });
    const step = thin(interval, value, at, intervalMs);
    interval = step.current;
    if (step.ended) finishInterval(step.ended, at, events);
  }

  function finishInterval(ended: ThinnedInterval, at: number, events: ListenEvent[]): void {
    const { observation, indexAt, pushes } = ended;
    const { energyImportWh, ...rest } = observation;
    if (energyImportWh === undefined || indexAt === undefined) {
      // Said once until an index comes: some lists hold it rarely.
      if (!indexMissing) events.push({ kind: 'fault', at, code: 'INDEX_ABSENT', facts: { pushes } });
      indexMissing = true;
      return;
    }
    indexMissing = false;
    const { building, meter } = options;
    const reading: Reading = {
      building,
      meter,
      at: indexAt,
      energyImportWh,
      ...rest,
      source: 'dlms',
      receivedAt: indexAt,
    };
    events.push({ kind: 'reading', at, reading });
  }

  function watchClock(at: number, events: ListenEvent[]): void {
    const step = advance(interval, at, intervalMs);
    interval = step.current;
    if (step.ended) finishInterval(step.ended, at, events);
    if (!silent && at - (lastPushAt ?? startedAt) > silentIntervals * intervalMs) {
      silent = true;
      events.push({ kind: 'silent', at, since: lastPushAt ?? null });
    }
  }

  return (signal: Signal, at: number): ListenEvent[] => {
    const events: ListenEvent[] = [];
    if (signal.kind !== 'end') watchClock(at, events);
    if (signal.kind === 'bytes') {
      if (at - lastBytesAt > burstGapMs) takePushEvents(receiver.endBurst(), at, events);
      lastBytesAt = at;
      takePushEvents(receiver.receive(signal.bytes), at, events);
    } else if (signal.kind === 'end') {
      takePushEvents(receiver.end(), at, events);
      if (interval) finishInterval(interval, at, events);
      interval = undefined;
    }
    return events;
  };
}
