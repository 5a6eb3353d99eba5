/**
 * One configured bus at work: link and driver, to readings, rejects and what the bus says of itself. A building may mix buses
 * that are polled (M-Bus) and buses that are heard (DLMS pushes).
 */
import {
  asyncScheduler,
  defer,
  filter,
  from,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  type SchedulerLike,
  tap,
  timer,
} from 'rxjs';
import type { Building, Meter } from '../domain/building.ts';
import type { Bus } from '../domain/bus.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { DeclaredEvent } from '../domain/events.ts';
import type { Reading } from '../domain/reading.ts';
import type { BusHealth } from '../domain/telemetry.ts';
import { type BusAccount, createBusAccount } from './bus-health.ts';
import { createDoubt } from './confirm.ts';
import { meterAt } from './declared.ts';
import type { CipherKeys } from './dlms/ciphering/general-glo-ciphering.ts';
import { harmlessCodes } from './dlms/receiver.ts';
import type { InvocationStore } from './invocation-store.ts';
import { type ListenEvent, listen } from './listen.ts';
import { fromHexLine, toHex } from './mbus/hex.ts';
import { type ImplausibleField, sift } from './plausible.ts';
import { type CycleEvent, type PolledMeter, poll, type ReadoutEvent, type SuccessfulReadout } from './poll.ts';
import { loadDlmsProfile } from './profiles/dlms.ts';
import { loadProfile } from './profiles/load.ts';
import type { MeterProfile } from './profiles/profile.ts';
import { readingOf } from './profiles/reading.ts';
import type { ReceivedTelegram } from './readout.ts';
import type { IngestReject } from './rejects.ts';
import type { ByteLink, LinkStatus } from './transport/byte-link.ts';

export type BusEvent =
  | { readonly kind: 'reading'; readonly bus: string; readonly reading: Reading }
  | { readonly kind: 'reject'; readonly bus: string; readonly reject: IngestReject }
  | { readonly kind: 'health'; readonly bus: string; readonly health: BusHealth }
  | { readonly kind: 'cycle'; readonly bus: string; readonly cycle: CycleEvent }
  | { readonly kind: 'failed'; readonly bus: string; readonly meter: string; readonly code: string }
  /** Class 1 data: the meter raised an alarm of its own. */
  | { readonly kind: 'alarm'; readonly bus: string; readonly meter: string; readonly frame: string }
  | { readonly kind: 'link'; readonly bus: string; readonly status: LinkStatus }
  /** The reading goes on without these. */
  | {
      readonly kind: 'implausible';
      readonly bus: string;
      readonly meter: string;
      readonly fields: readonly ImplausibleField[];
    }
  | { readonly kind: 'silent' | 'heard'; readonly bus: string; readonly meter: string };

export interface BusOptions {
  /** False: the delivery is full. */
  readonly mayRead: () => boolean;
  readonly scheduler?: SchedulerLike | undefined;
  /** Profiles are sought beside it. */
  readonly configurationFile?: string | undefined;
  /** Counters of pushes over a restart; undefined: they begin anew. */
  readonly invocations?: InvocationStore | undefined;
  /** What is declared of a building now, asked at each reading; the configured events where left out. */
  readonly eventsOf?: ((building: string) => readonly DeclaredEvent[]) | undefined;
}

/** Cold; opens the link, does not close it; never an error once subscribed. Throws ConfigurationError for keys and profiles. */
export function runBus(bus: Bus, building: Building, link: ByteLink, options: BusOptions): Observable<BusEvent> {
  const scheduler = options.scheduler ?? asyncScheduler;
  const meters = building.meters.filter((meter) => meter.source?.bus === bus.id);
  const account = createBusAccount(building.id, bus.id);
  const context: Context = { bus, building, link, account, scheduler, options };
  const driven =
    bus.driver === 'mbus' ? pollBus(context, meters) : merge(...meters.map((meter) => hear(context, meter)));
  const health = defer(() => timer(60_000 - (scheduler.now() % 60_000), 60_000, scheduler)).pipe(
    map((): BusEvent => ({ kind: 'health', bus: bus.id, health: account.take(scheduler.now()) })),
  );
  const status = link.status$.pipe(map((each): BusEvent => ({ kind: 'link', bus: bus.id, status: each })));
  return defer(() => {
    link.open();
    return merge(status, driven, health);
  });
}

interface Context {
  readonly bus: Bus;
  readonly building: Building;
  readonly link: ByteLink;
  readonly account: BusAccount;
  readonly scheduler: SchedulerLike;
  readonly options: BusOptions;
}

/** As it is declared by now to be at that instant. */
function meterNow({ building, options }: Context, meter: Meter, at: number): Meter {
  return meterAt(options.eventsOf?.(building.id) ?? building.events, meter, at);
}

function pollBus(context: Context, meters: readonly Meter[]): Observable<BusEvent> {
  const { bus, link, account, scheduler, options } = context;
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  const profiles = new Map<string, MeterProfile>();
  const problems: string[] = [];
  const polled = meters.map((meter): PolledMeter => {
    const { primary, secondary } = meter.source ?? {};
    if (primary === undefined && secondary === undefined)
      problems.push(`meter ${meter.id}: source has neither primary nor secondary address`);
    const profile = attempt(problems, () => loadProfile(meter.source?.profile, options.configurationFile));
    if (profile) profiles.set(meter.id, profile);
    const key = attempt(problems, () => keyOf(meter.id, 'key', meter.source?.key));
    return { id: meter.id, primary, secondary, key };
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  const doubt = createDoubt(meters);
  const maxPowerOf = ({ meter }: Reading): number => byId.get(meter)?.maxPowerW ?? Number.POSITIVE_INFINITY;
  const decode = (id: string, { telegrams }: SuccessfulReadout): Reading | null => {
    const meter = byId.get(id);
    const profile = profiles.get(id);
    if (!meter || !profile) return null;
    const now = scheduler.now();
    const outcome = readingOf(context.building.id, meterNow(context, meter, now), profile, telegrams, now);
    return outcome.ok ? outcome.value : null;
  };
  const speed = bus.endpoint.kind === 'serial' ? timingsOf(bus.endpoint.baud) : {};
  return poll(link, polled, {
    intervalMs: bus.intervalMs,
    timeoutMs: bus.timeoutMs,
    retries: Math.min(2, bus.retries),
    mayRead: options.mayRead,
    mustConfirm(id, outcome) {
      if (outcome.counts.frameErrors > 0) doubt.broken(scheduler.now());
      const reading = decode(id, outcome);
      // What cannot be a reading may be one that was changed on its way.
      return reading === null ? doubt.isNoisy(scheduler.now()) : doubt.mustConfirm(reading);
    },
    confirms(id, first, second) {
      const [before, after] = [decode(id, first), decode(id, second)];
      if (before === null) return after === null || !doubt.mustConfirm(after);
      return after !== null && doubt.confirms(before, after);
    },
    scheduler,
    ...speed,
  }).pipe(
    mergeMap((event): Observable<BusEvent> => {
      account.polled(event, scheduler.now());
      if (event.kind === 'readout' && event.outcome.counts.frameErrors > 0) doubt.broken(scheduler.now());
      if (event.kind === 'cycle') return of({ kind: 'cycle', bus: bus.id, cycle: event });
      const meter = byId.get(event.meter);
      const profile = profiles.get(event.meter);
      const events = meter && profile ? readoutEvents(context, meter, profile, event) : [];
      return from(
        events.flatMap((each): BusEvent[] =>
          each.kind === 'reading'
            ? doubt
                .believe(each.reading)
                .map((reading) => ({ ...each, reading: sift(reading, maxPowerOf(reading)).value }))
            : [each],
        ),
      );
    }),
  );
}

/** Rest and patience that follow from the speed of the line, EN 13757-2 5.4. */
function timingsOf(baud: number) {
  const byteMs = 11_000 / baud;
  return {
    restMs: Math.ceil(3 * byteMs),
    quietMs: Math.max(50, Math.ceil(6 * byteMs)),
    longestAnswerMs: Math.ceil(300 * byteMs),
  };
}

function readoutEvents(context: Context, meter: Meter, profile: MeterProfile, event: ReadoutEvent): BusEvent[] {
  const { bus, building, scheduler } = context;
  const { outcome } = event;
  if (outcome.kind === 'failed') return [{ kind: 'failed', bus: bus.id, meter: meter.id, code: outcome.code }];
  const at = scheduler.now();
  const reading = readingOf(building.id, meterNow(context, meter, at), profile, outcome.telegrams, at);
  const events: BusEvent[] = [];
  if (reading.ok) {
    const { value, dropped } = sift(reading.value, meter.maxPowerW);
    context.account.implausible(dropped.length);
    if (dropped.length > 0) events.push({ kind: 'implausible', bus: bus.id, meter: meter.id, fields: dropped });
    events.push({ kind: 'reading', bus: bus.id, reading: value });
  } else {
    context.account.meterFailed(meter.id, at);
    const { code, facts } = reading;
    const reject: IngestReject = {
      ...{ code, facts, at, building: building.id, bus: bus.id, meter: meter.id },
      frames: outcome.telegrams.map(frameHex),
    };
    events.push({ kind: 'reject', bus: bus.id, reject });
  }
  if (outcome.alarm) {
    events.push({ kind: 'alarm', bus: bus.id, meter: meter.id, frame: frameHex(outcome.alarm) });
  }
  return events;
}

function frameHex({ telegram }: ReceivedTelegram): string {
  return toHex(telegram.frame.bytes);
}

function hear(context: Context, meter: Meter): Observable<BusEvent> {
  const { bus, building, link, scheduler, options } = context;
  const keys: CipherKeys = {
    encryption: keyOf(meter.id, 'key', meter.source?.key),
    authentication: keyOf(meter.id, 'authentication_key', meter.source?.authenticationKey),
  };
  const profile = loadDlmsProfile(meter.source?.profile, options.configurationFile);
  return listen(link.bytes$, {
    building: building.id,
    meter: meter.id,
    keys,
    profile,
    multiplierAt: (at) => meterNow(context, meter, at).multiplier,
    intervalMs: bus.intervalMs,
    maxPowerW: meter.maxPowerW,
    invocations: options.invocations?.of(building.id, meter.id, keys.encryption),
    scheduler,
  }).pipe(
    tap((event) => {
      if (event.kind === 'push' && event.push.systemTitle !== undefined)
        options.invocations?.keep(building.id, meter.id, keys.encryption, event.invocations);
    }),
    map((event) => pushEvent(context, meter, event)),
    filter((event) => event !== null),
  );
}

function pushEvent(context: Context, meter: Meter, event: ListenEvent): BusEvent | null {
  const { bus, building, account } = context;
  const base = { building: building.id, bus: bus.id, meter: meter.id, at: event.at };
  switch (event.kind) {
    case 'reading': {
      const { serial } = event.reading;
      const expected = meterNow(context, meter, event.at).serial;
      if (serial !== undefined && expected !== undefined && !isSameSerial(serial, expected)) {
        const facts = { expected, answered: serial };
        return { kind: 'reject', bus: bus.id, reject: { ...base, code: 'METER_MISMATCH', facts } };
      }
      return { kind: 'reading', bus: bus.id, reading: event.reading };
    }
    case 'push':
      account.pushed(true);
      return null;
    case 'implausible':
      account.implausible(event.fields.length);
      return { kind: 'implausible', bus: bus.id, meter: meter.id, fields: event.fields };
    case 'fault': {
      account.discarded(event.discardedBytes ?? 0);
      if (checkCodes.has(event.code)) account.checkFailed();
      if (harmlessCodes.has(event.code)) return null;
      account.pushed(false);
      account.meterFailed(meter.id, event.at);
      return { kind: 'reject', bus: bus.id, reject: { ...base, code: event.code, facts: event.facts } };
    }
    case 'silent':
      account.meterFailed(meter.id, event.at);
      return { kind: 'silent', bus: bus.id, meter: meter.id };
    case 'heard':
      return { kind: 'heard', bus: bus.id, meter: meter.id };
  }
}

const checkCodes: ReadonlySet<string> = new Set(['HDLC_HCS', 'HDLC_FCS', 'FRAME_CHECKSUM', 'CIPHER_TAG']);

/** Type plate and push may differ in what stands before the digits. */
function isSameSerial(a: string, b: string): boolean {
  const [x, y] = [a.trim().toUpperCase(), b.trim().toUpperCase()];
  return x.endsWith(y) || y.endsWith(x);
}

/** Undefined, and the problems noted, where it throws a ConfigurationError. */
function attempt<T>(problems: string[], make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

function keyOf(meter: string, name: string, hex: string | undefined): Uint8Array | undefined {
  if (hex === undefined) return undefined;
  const bytes = fromHexLine(hex);
  // The key itself never goes into a message.
  if (bytes?.length !== 16) throw new ConfigurationError([`meter ${meter}: ${name} is not 32 hex digits`]);
  return bytes;
}
