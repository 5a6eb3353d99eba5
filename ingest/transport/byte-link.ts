/** Bytes to and from a bus, whatever carries them: a TCP gateway, a serial port, a recorded capture. */
import type { Observable } from 'rxjs';

export type LinkState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'closed';

export interface LinkStatus {
  readonly state: LinkState;
  /** Why it is not connected, as the system says it. */
  readonly reason?: string | undefined;
  /** Failed attempts since bytes last came. */
  readonly attempts: number;
}

export interface ByteLink {
  /** What arrives, in chunks of any size; hot, never an error, completes at `close`. */
  readonly bytes$: Observable<Uint8Array>;
  /** The present status, then every change. */
  readonly status$: Observable<LinkStatus>;
  /** The present state, then every change. */
  readonly connected$: Observable<boolean>;
  readonly connected: boolean;
  /** Wants a connection from now on; reconnects by itself after a loss. Nothing happens where there is or will be one. */
  open(): void;
  /** Cold. Completes when the bytes are handed over; a LinkDown error where there is no connection. */
  write(bytes: Uint8Array): Observable<never>;
  /** Gives up a connection that is open in name only; the next one is made at once. */
  reconnect(reason: string): void;
  /** For good. Resolves when the handle is free. */
  close(): Promise<void>;
}

/** There is no connection, or it went away during the write. */
export class LinkDown extends Error {
  override readonly name = 'LinkDown';
}
