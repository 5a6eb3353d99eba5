/**
 * A ByteLink over something that opens and closes: keeps one connection, waits longer after each failure.
 *
 *   idle ─open─► connecting ─opened─► connected ─lost─► waiting (first, ×2, … maximum) ─► connecting
 *                    └──────failed──────────────────────►┘
 *
 * The wait falls back to the first as soon as bytes arrive: a peer that accepts and hangs up at once is still backed off.
 */
import {
  asyncScheduler,
  BehaviorSubject,
  distinctUntilChanged,
  map,
  Observable,
  type SchedulerLike,
  Subject,
  type Subscription,
} from 'rxjs';
import { type ByteLink, LinkDown, type LinkState, type LinkStatus } from './byte-link.ts';

export interface RawConnection {
  /** `done` is called once, with the error if it failed. */
  write(bytes: Uint8Array, done: (error?: Error | null) => void): void;
  /** Frees the handle; `closed` follows. */
  destroy(): void;
}

export interface RawEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  /** Once, whether it was ever open or not. */
  closed(reason: string): void;
}

/** Starts one attempt; never throws. */
export type Connect = (events: RawEvents) => RawConnection;

export interface ReconnectOptions {
  /** Wait after the first failure, default 250 ms. */
  readonly firstWaitMs?: number | undefined;
  /** Longest wait, default 30 s. */
  readonly maximumWaitMs?: number | undefined;
  /** Closes after so long without a byte in either direction, until `open` is called again; undefined: never. */
  readonly idleCloseMs?: number | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

export function createReconnectingLink(connect: Connect, options: ReconnectOptions = {}): ByteLink {
  const { firstWaitMs = 250, maximumWaitMs = 30_000, idleCloseMs, scheduler = asyncScheduler } = options;
  const bytes = new Subject<Uint8Array>();
  const status = new BehaviorSubject<LinkStatus>({ state: 'idle', attempts: 0 });
  /** Unsettled writes, to fail at once when the connection goes. */
  const pending = new Set<(error: LinkDown) => void>();
  let connection: RawConnection | undefined;
  let waiting: Subscription | undefined;
  let idle: Subscription | undefined;
  let attempts = 0;
  let released: (() => void) | undefined;

  function become(state: LinkState, reason?: string): void {
    status.next({ state, reason, attempts });
  }

  function touch(): void {
    if (idleCloseMs === undefined) return;
    idle?.unsubscribe();
    idle = scheduler.schedule(() => {
      become('idle', 'idle');
      connection?.destroy();
    }, idleCloseMs);
  }

  function attempt(): void {
    become('connecting', status.value.reason);
    let current = true;
    const own = connect({
      opened() {
        if (!current) return;
        become('connected');
        touch();
      },
      received(chunk) {
        if (!current) return;
        attempts = 0;
        touch();
        bytes.next(chunk);
      },
      closed(reason) {
        if (!current) return;
        current = false;
        lost(own, reason);
      },
    });
    connection = own;
  }

  function lost(which: RawConnection, reason: string): void {
    if (connection === which) connection = undefined;
    idle?.unsubscribe();
    const { state } = status.value;
    if (state === 'closed') released?.();
    else if (state !== 'idle') {
      const waitMs = Math.min(maximumWaitMs, firstWaitMs * 2 ** Math.min(attempts, 20));
      attempts += 1;
      become('waiting', reason);
      waiting = scheduler.schedule(attempt, waitMs);
    }
    for (const fail of [...pending]) fail(new LinkDown(reason));
  }

  return {
    bytes$: bytes.asObservable(),
    status$: status.asObservable(),
    connected$: status.pipe(
      map(({ state }) => state === 'connected'),
      distinctUntilChanged(),
    ),
    get connected() {
      return status.value.state === 'connected';
    },
    open() {
      if (status.value.state !== 'idle') return;
      if (connection === undefined) attempt();
      // Still closing: its end starts the wait for the next one.
      else become('waiting');
    },
    write(chunk) {
      return new Observable<never>((observer) => {
        const own = connection;
        if (own === undefined || status.value.state !== 'connected') {
          observer.error(new LinkDown(status.value.reason ?? 'not connected'));
          return undefined;
        }
        const fail = (error: LinkDown): void => {
          pending.delete(fail);
          observer.error(error);
        };
        pending.add(fail);
        touch();
        own.write(chunk, (error) => {
          if (!pending.delete(fail)) return;
          if (error) observer.error(new LinkDown(error.message));
          else observer.complete();
        });
        return () => pending.delete(fail);
      });
    },
    reconnect(reason) {
      if (status.value.state !== 'connected') return;
      become('connected', reason);
      connection?.destroy();
    },
    close() {
      waiting?.unsubscribe();
      idle?.unsubscribe();
      become('closed');
      const done = connection
        ? new Promise<void>((resolve) => {
            released = resolve;
          })
        : Promise.resolve();
      connection?.destroy();
      return done.then(() => {
        bytes.complete();
        status.complete();
      });
    },
  };
}
