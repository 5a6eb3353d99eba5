/**
 * A bus on a serial port: 8 data bits, 1 stop bit, exclusive; a port that is pulled out is waited for and taken again.
 *
 * `serialport` is loaded at the first `open`: installations with gateways only need no native code.
 */
import type { Parity } from '../../domain/bus.ts';
import type { ByteLink } from './byte-link.ts';
import { type Connect, createReconnectingLink, type RawEvents, type ReconnectOptions } from './reconnecting-link.ts';

export interface SerialLinkOptions extends ReconnectOptions {
  readonly path: string;
  /** 300 to 38400. */
  readonly baud: number;
  readonly parity: Parity;
}

export const baudRates: readonly number[] = [300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400];

/** RangeError for a speed that M-Bus does not know. Does not touch the port before `open`. */
export function createSerialLink(options: SerialLinkOptions): ByteLink {
  if (!baudRates.includes(options.baud)) throw new RangeError(`${options.baud} Bd: one of ${baudRates.join(', ')}`);
  const connect: Connect = (events) => {
    const attempt = new SerialAttempt(options, events);
    attempt.start();
    return attempt;
  };
  return createReconnectingLink(connect, { maximumWaitMs: 5000, ...options });
}

type SerialPort = import('serialport').SerialPort;

/** One life of the port, from loading the binding to its end. */
class SerialAttempt {
  readonly #options: SerialLinkOptions;
  readonly #events: RawEvents;
  #port: SerialPort | undefined;
  #ended = false;
  #wanted = true;

  constructor(options: SerialLinkOptions, events: RawEvents) {
    this.#options = options;
    this.#events = events;
  }

  start(): void {
    import('serialport').then(
      ({ SerialPort: Port }) => {
        if (this.#wanted) this.#open(Port);
        else this.#end('given up');
      },
      (error: unknown) => this.#end(`serialport cannot be loaded: ${String(error)}`),
    );
  }

  write(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    if (!this.#port) {
      done(new Error('not open'));
      return;
    }
    this.#port.write(Buffer.from(bytes), (error) => done(error ?? null));
  }

  destroy(): void {
    this.#wanted = false;
    if (this.#port?.isOpen) this.#port.close(() => this.#end('given up'));
    else if (this.#port === undefined) return;
    else this.#end('given up');
  }

  #open(Port: typeof import('serialport').SerialPort): void {
    const { path, baud, parity } = this.#options;
    const port = new Port({ path, baudRate: baud, parity, dataBits: 8, stopBits: 1, lock: true, autoOpen: false });
    this.#port = port;
    port.on('data', (chunk: Buffer) => {
      this.#events.received(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    });
    port.on('close', (error: Error | null) => this.#end(error?.message ?? 'port closed'));
    port.on('error', (error) => {
      // Some drivers report an error and stay open: a bus that cannot be read is closed.
      if (port.isOpen) port.close(() => this.#end(error.message));
      else this.#end(error.message);
    });
    port.open((error) => {
      if (error) this.#end(error.message);
      else if (this.#wanted) this.#events.opened();
      else this.destroy();
    });
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.closed(reason);
  }
}
