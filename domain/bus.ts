/** A bus: one byte stream (serial port or TCP gateway) with the meters that are read or heard on it. Durations in ms. */

export type Parity = 'none' | 'even' | 'odd';

export interface SerialEndpoint {
  readonly kind: 'serial';
  readonly path: string;
  /** 300 to 38400. */
  readonly baud: number;
  readonly parity: Parity;
}
export interface TcpEndpoint {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
}
/** A recorded capture, for support. */
export interface ReplayEndpoint {
  readonly kind: 'replay';
  readonly path: string;
}
export type Endpoint = SerialEndpoint | TcpEndpoint | ReplayEndpoint;

export interface Bus {
  readonly id: string;
  /** The building whose meters hang on it. */
  readonly building: string;
  readonly endpoint: Endpoint;
  /** `mbus`: we are the master and poll; `dlms`: the meter pushes and we listen. */
  readonly driver: 'mbus' | 'dlms';
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Repetitions of the same telegram after the first, at most 2. */
  readonly retries: number;
}
