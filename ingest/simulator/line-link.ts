/** A simulated line as a ByteLink without a socket: for virtual time, and for cuts at a chosen instant. */
import { BehaviorSubject, distinctUntilChanged, filter, map, Observable } from 'rxjs';
import { type ByteLink, LinkDown, type LinkStatus } from '../transport/byte-link.ts';
import type { Line } from './line.ts';

export interface LineLink extends ByteLink {
  /** Loses the connection until `restore`. */
  cut(reason?: string): void;
  restore(): void;
}

/** Connected from the start. */
export function createLineLink(line: Line): LineLink {
  const status = new BehaviorSubject<LinkStatus>({ state: 'connected', attempts: 0 });
  const isConnected = (): boolean => status.value.state === 'connected';
  return {
    // What travels while the connection is cut is lost.
    bytes$: line.bytes$.pipe(filter(isConnected)),
    status$: status.asObservable(),
    connected$: status.pipe(map(isConnected), distinctUntilChanged()),
    get connected() {
      return isConnected();
    },
    open() {},
    write: (bytes) =>
      new Observable<never>((observer) => {
        if (!isConnected()) {
          observer.error(new LinkDown('cut'));
          return;
        }
        line.write(bytes);
        observer.complete();
      }),
    reconnect() {},
    cut(reason = 'cut') {
      status.next({ state: 'waiting', reason, attempts: 1 });
    },
    restore() {
      status.next({ state: 'connected', attempts: 0 });
    },
    close() {
      status.next({ state: 'closed', attempts: 0 });
      return Promise.resolve();
    },
  };
}
