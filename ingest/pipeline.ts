/**
 * All buses of a configuration to the journal: readings, rejects and the health of each bus, with back-pressure.
 *
 *   bus 1 ─┐ reading, reject, health            ┌─► journal
 *   bus 2 ─┼──────────────────────► delivery ───┤
 *   bus n ─┘ ◄── mayRead: not congested ──────  └─► spool
 *
 * A reading counts as acknowledged when it is durable in the journal or in the spool. What was lost (the spool full while meters
 * push) is counted and becomes a SPOOL_FULL reject as soon as there is room.
 */
import {
  asyncScheduler,
  merge,
  type Observable,
  type SchedulerLike,
  Subject,
  type Subscription,
  takeUntil,
  timer,
} from 'rxjs';
import type { Building } from '../domain/building.ts';
import type { Bus } from '../domain/bus.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { DeclaredEvent } from '../domain/events.ts';
import { type JournalAppender, type OutgoingRecord, readingRecord } from '../journal/port.ts';
import { type BusEvent, runBus } from './bus.ts';
import { createDelivery, type DeliveryEvent, type DeliveryOptions } from './delivery.ts';
import type { InvocationStore } from './invocation-store.ts';
import { createRejectLimiter, rejectRecord } from './rejects.ts';
import type { Spool } from './spool.ts';
import type { ByteLink } from './transport/byte-link.ts';
import { createLink } from './transport/endpoint.ts';

export type IngestEvent = BusEvent | DeliveryEvent;

export interface IngestOptions {
  readonly buildings: readonly Building[];
  readonly buses: readonly Bus[];
  readonly journal: JournalAppender;
  readonly spool?: Spool | undefined;
  readonly delivery?: Partial<Omit<DeliveryOptions, 'journal' | 'spool' | 'scheduler'>> | undefined;
  /** The link of a bus; default by its endpoint. */
  readonly linkOf?: ((bus: Bus) => ByteLink) | undefined;
  readonly configurationFile?: string | undefined;
  /** Counters of DLMS pushes over a restart; closed by `stop`. */
  readonly invocations?: InvocationStore | undefined;
  /** What is declared of a building by now; the configured events where left out. */
  readonly eventsOf?: ((building: string) => readonly DeclaredEvent[]) | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

export interface IngestCounts {
  readonly readings: number;
  /** Records durable in the journal or in the spool. */
  readonly acknowledged: number;
  readonly rejects: number;
  readonly refused: number;
  readonly waiting: number;
  readonly spooled: number;
}

export interface Ingest {
  /** Hot; for logs, metrics and the page; never an error, completes at the end of `stop`. */
  readonly events$: Observable<IngestEvent>;
  readonly counts: IngestCounts;
  /** True: ticks are left out until the journal or the spool has room. */
  readonly congested: boolean;
  start(): void;
  /** Stops reading, waits until all is durable (at most `graceMs`, default 8 s), frees the links. True: nothing was lost. */
  stop(graceMs?: number): Promise<boolean>;
}

/** Throws ConfigurationError with every problem of profiles, keys and addresses. Nothing runs before `start`. */
export function createIngest(options: IngestOptions): Ingest {
  const { buildings, buses, journal, spool, scheduler = asyncScheduler } = options;
  const delivery = createDelivery({ ...options.delivery, journal, spool, scheduler });
  const events = new Subject<IngestEvent>();
  const limiter = createRejectLimiter();
  const counts = { readings: 0, acknowledged: 0, refused: 0 };
  const lost = new Map<string, Lost>();
  const { links, runs } = prepare(options, buildings, buses, () => !delivery.congested);
  let running: Subscription | undefined;

  function takeBusEvent(event: BusEvent): void {
    if (event.kind === 'reading') {
      counts.readings += 1;
      delivery.deliver([readingRecord(event.reading)]);
    } else if (event.kind === 'health') {
      const { building } = event.health;
      delivery.deliver([{ topic: 'telemetry', key: building, building, value: event.health }]);
    } else if (event.kind === 'reject') {
      const record = limiter.take(event.reject);
      if (record) delivery.deliver([record]);
    }
    events.next(event);
  }

  function takeDeliveryEvent(event: DeliveryEvent): void {
    if (event.kind === 'acknowledged') {
      counts.acknowledged += event.records.length;
      if (lost.size > 0 && !delivery.congested) reportLost();
    } else if (event.kind === 'refused') {
      counts.refused += event.records.length;
      for (const record of event.records) addLost(lost, record, scheduler.now());
    }
    events.next(event);
  }

  function reportLost(): void {
    const found = [...lost.values()];
    lost.clear();
    for (const { building, from, to, count } of found) {
      const reject = {
        code: 'SPOOL_FULL',
        building,
        bus: '',
        meter: null,
        at: to,
        facts: { from, to, count },
      } as const;
      delivery.deliver([rejectRecord(reject, count)]);
    }
  }

  const delivered = delivery.events$.subscribe(takeDeliveryEvent);

  return {
    events$: events.asObservable(),
    get counts() {
      return { ...counts, rejects: limiter.total, waiting: delivery.waiting, spooled: delivery.spooled };
    },
    get congested() {
      return delivery.congested;
    },
    start() {
      running ??= merge(...runs).subscribe(takeBusEvent);
    },
    async stop(graceMs = 8000) {
      running?.unsubscribe();
      const isDurable = await new Promise<boolean>((resolve) => {
        let complete = true;
        delivery
          .flush()
          .pipe(takeUntil(timer(graceMs, scheduler)))
          .subscribe({
            complete: () => {
              complete = delivery.waiting === 0;
              resolve(complete);
            },
          });
      });
      delivery.stop();
      delivered.unsubscribe();
      await Promise.all(links.map((link) => link.close()));
      spool?.close();
      options.invocations?.close();
      events.complete();
      return isDurable;
    },
  };
}

interface Lost {
  readonly building: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

function addLost(lost: Map<string, Lost>, record: OutgoingRecord, at: number): void {
  const before = lost.get(record.building);
  lost.set(record.building, {
    building: record.building,
    from: before?.from ?? at,
    to: at,
    count: (before?.count ?? 0) + 1,
  });
}

function prepare(
  options: IngestOptions,
  buildings: readonly Building[],
  buses: readonly Bus[],
  mayRead: () => boolean,
): { readonly links: ByteLink[]; readonly runs: Observable<BusEvent>[] } {
  const { scheduler, configurationFile, invocations, eventsOf } = options;
  const linkOf = options.linkOf ?? ((bus: Bus) => createLink(bus.endpoint, scheduler));
  const links: ByteLink[] = [];
  const runs: Observable<BusEvent>[] = [];
  const problems: string[] = [];
  for (const bus of buses) {
    const building = buildings.find(({ id }) => id === bus.building);
    if (!building) {
      problems.push(`bus ${bus.id}: no building ${bus.building}`);
      continue;
    }
    try {
      const link = linkOf(bus);
      const run = runBus(bus, building, link, { mayRead, scheduler, configurationFile, invocations, eventsOf });
      links.push(link);
      runs.push(run);
    } catch (error) {
      if (!(error instanceof ConfigurationError) && !(error instanceof RangeError)) throw error;
      problems.push(...(error instanceof ConfigurationError ? error.problems : [`bus ${bus.id}: ${error.message}`]));
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { links, runs };
}
