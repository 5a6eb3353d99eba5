/** A bus behind a TCP gateway (raw socket mode of a serial device server): keep-alive, connect timeout, reconnection. */
import { connect as connectSocket } from 'node:net';
import type { ByteLink } from './byte-link.ts';
import { type Connect, createReconnectingLink, type ReconnectOptions } from './reconnecting-link.ts';

export interface TcpLinkOptions extends ReconnectOptions {
  readonly host: string;
  readonly port: number;
  /** First keep-alive probe after so long without traffic, default 15 s. */
  readonly keepAliveMs?: number | undefined;
  /** Gives up an attempt to connect, default 5 s. */
  readonly connectTimeoutMs?: number | undefined;
}

/** Does not connect before `open`. */
export function createTcpLink(options: TcpLinkOptions): ByteLink {
  const { host, port, keepAliveMs = 15_000, connectTimeoutMs = 5000 } = options;
  const connect: Connect = (events) => {
    const socket = connectSocket({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
    let reason = 'closed by the gateway';
    // The socket's own timer: it guards the system call, not the protocol.
    socket.setTimeout(connectTimeoutMs, () => {
      reason = `no connection within ${connectTimeoutMs} ms`;
      socket.destroy();
    });
    socket.on('connect', () => {
      socket.setTimeout(0);
      events.opened();
    });
    socket.on('data', (chunk) => events.received(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)));
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => events.closed(reason));
    return {
      write: (bytes, done) => {
        socket.write(bytes, done);
      },
      destroy: () => {
        reason = 'given up';
        socket.destroy();
      },
    };
  };
  return createReconnectingLink(connect, options);
}
