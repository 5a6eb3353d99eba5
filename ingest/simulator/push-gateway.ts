/**
 * A building of simulated E450s: each meter pushes DLMS on a line of its own, here a TCP port of its own, every few seconds.
 * Clocks are local without deviation, as the E450 sends them; with keys the pushes are enciphered and carry a tag.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { asyncScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import type { Meter } from '../../domain/building.ts';
import { type Calendar, createCalendar } from '../../domain/calendar.ts';
import { encodeE450Push } from './e450.ts';
import { sequence } from './random.ts';
import type { Simulation } from './simulation.ts';

export interface PushGatewayOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Port of the first meter, the others follow; default: any free ones. */
  readonly port?: number | undefined;
  /** Between pushes, default 5 s. */
  readonly pushMs?: number | undefined;
  /** 16 bytes each; without `key` the pushes are plain. */
  readonly key?: Uint8Array | undefined;
  readonly authKey?: Uint8Array | undefined;
  /** Share of bytes changed on their way. */
  readonly noise?: number | undefined;
  readonly dead?: readonly string[] | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

export interface PushGateway {
  readonly host: string;
  /** Port by meter id. */
  readonly ports: ReadonlyMap<string, number>;
  drop(): void;
  close(): Promise<void>;
}

/** The push of a meter at an instant, as it stands on the line. */
export function meterPush(
  simulation: Simulation,
  meter: Meter,
  calendar: Calendar,
  at: number,
  invocation: number,
  options: Pick<PushGatewayOptions, 'key' | 'authKey'> = {},
): Uint8Array {
  const { registerWh, powerW } = simulation.registersAt(meter.id, at);
  const deciVolts = 2300 + ((registerWh * 7) % 60) - 30;
  const { key, authKey } = options;
  return encodeE450Push({
    shape: 'list',
    framing: 'hdlc',
    invocation,
    clock: { local: localTime(calendar, at) },
    values: [
      { obis: '0-0:96.1.0', value: meter.serial ?? meter.id },
      { obis: '1-0:1.7.0', value: powerW },
      { obis: '1-0:2.7.0', value: 0 },
      { obis: '1-1:1.8.0', value: registerWh },
      { obis: '1-1:2.8.0', value: 0 },
      { obis: '1-0:32.7.0', value: Math.round(deciVolts / 10) },
      // In hundredths of an ampere.
      { obis: '1-0:31.7.0', value: Math.round((powerW * 1000) / deciVolts) },
    ],
    ...(key ? { cipher: { systemTitle: systemTitle(meter), key, ...(authKey ? { authKey } : {}) } } : {}),
  });
}

/** Resolves when every port listens. */
export async function startPushGateway(simulation: Simulation, options: PushGatewayOptions = {}): Promise<PushGateway> {
  const { host = '127.0.0.1', pushMs = 5000, noise = 0, scheduler = asyncScheduler } = options;
  const calendar = createCalendar(simulation.building.timezone);
  const draw = sequence(simulation.seed + 2);
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  const timers: Subscription[] = [];
  const ports = new Map<string, number>();
  for (const [position, meter] of simulation.building.meters.entries()) {
    const own = new Set<Socket>();
    const server = createServer((socket) => {
      for (const set of [own, sockets]) set.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        for (const set of [own, sockets]) set.delete(socket);
      });
    });
    servers.push(server);
    const wanted = options.port === undefined ? 0 : options.port + position;
    ports.set(meter.id, await listening(server, host, wanted));
    if (options.dead?.includes(meter.id)) continue;
    // The counter never falls, also not over a restart.
    let invocation = Math.floor(scheduler.now() / 1000) % 0x7fff_ffff;
    timers.push(
      scheduler.schedule(function push(this: { schedule(state?: undefined, delay?: number): unknown }) {
        invocation += 1;
        const bytes = meterPush(simulation, meter, calendar, scheduler.now(), invocation, options);
        const sent = noise > 0 ? bytes.map((byte) => (draw() < noise ? byte ^ 0x55 : byte)) : bytes;
        for (const socket of own) socket.write(sent);
        this.schedule(undefined, pushMs);
      }, pushMs * draw()),
    );
  }
  return {
    host,
    ports,
    drop() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      for (const timer of timers) timer.unsubscribe();
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    },
  };
}

/** LGZ and five bytes of the serial. */
function systemTitle(meter: Meter): Uint8Array {
  const digits = (meter.serial ?? meter.id).replace(/\D/g, '').padStart(10, '0').slice(-10);
  return Uint8Array.from([0x4c, 0x47, 0x5a, ...Buffer.from(digits, 'hex')]);
}

function localTime(calendar: Calendar, at: number): string {
  const { start, date } = calendar.windowOf('day', at);
  const seconds = Math.min(86_399, Math.floor((at - start) / 1000));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${date}T${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function listening(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
