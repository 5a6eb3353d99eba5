/** A building of simulated slaves behind a TCP gateway: raw bus bytes both ways, as serial device servers give them. */
import { createServer, type Server, type Socket } from 'node:net';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { Bus } from '../../domain/bus.ts';
import { createLine, type LineFaults } from './line.ts';
import { sequence } from './random.ts';
import type { Simulation } from './simulation.ts';
import { buildingSlaves, type SlaveOptions } from './slaves.ts';

export interface GatewayOptions extends SlaveOptions, LineFaults {
  /** Default 127.0.0.1 and any free port. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Speed of the bus behind it; undefined: answers at once. */
  readonly baud?: number | undefined;
  /** Mean time between cuts of its connections; undefined: none. */
  readonly dropEveryMs?: number | undefined;
  /** The clock by which registers advance and bytes travel. */
  readonly scheduler?: SchedulerLike | undefined;
}

export interface Gateway {
  readonly host: string;
  readonly port: number;
  /** Connections open now. */
  readonly connections: number;
  /** Cuts every connection; new ones are accepted. */
  drop(): void;
  close(): Promise<void>;
}

/** Resolves when it listens; rejects where the port is taken. */
export async function startGateway(simulation: Simulation, options: GatewayOptions = {}): Promise<Gateway> {
  const { scheduler = asyncScheduler, host = '127.0.0.1', dropEveryMs } = options;
  const line = createLine(buildingSlaves(simulation, options), { ...options, seed: simulation.seed, scheduler });
  const sockets = new Set<Socket>();
  const draw = sequence(simulation.seed + 1);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('data', (bytes) => line.write(new Uint8Array(bytes)));
    // A reset by the other side is the other side's affair.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  const answers = line.bytes$.subscribe((bytes) => {
    for (const socket of sockets) socket.write(bytes);
  });
  const drop = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const cuts =
    dropEveryMs === undefined
      ? undefined
      : scheduler.schedule(
          function cut(this: { schedule(state?: undefined, delay?: number): unknown }) {
            drop();
            this.schedule(undefined, 2 * dropEveryMs * draw());
          },
          2 * dropEveryMs * draw(),
        );
  const port = await listen(server, host, options.port ?? 0);
  return {
    host,
    port,
    get connections() {
      return sockets.size;
    },
    drop,
    close() {
      cuts?.unsubscribe();
      answers.unsubscribe();
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** The configuration of a bus that ends at this gateway. */
export function gatewayBus(
  gateway: Gateway,
  simulation: Simulation,
  options: { readonly id?: string; readonly intervalMs?: number; readonly timeoutMs?: number } = {},
): Bus {
  return {
    id: options.id ?? simulation.building.meters.find((meter) => meter.source)?.source?.bus ?? 'bus-1',
    building: simulation.building.id,
    endpoint: { kind: 'tcp', host: gateway.host, port: gateway.port },
    driver: 'mbus',
    intervalMs: options.intervalMs ?? simulation.building.intervalMs,
    timeoutMs: options.timeoutMs ?? 500,
    retries: 2,
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
