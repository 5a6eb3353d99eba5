/** The link that a configured endpoint means. */
import type { SchedulerLike } from 'rxjs';
import type { Endpoint } from '../../domain/bus.ts';
import type { ByteLink } from './byte-link.ts';
import { createReplayLink } from './replay.ts';
import { createSerialLink } from './serial.ts';
import { createTcpLink } from './tcp.ts';

/** Nothing is opened before `open`. */
export function createLink(endpoint: Endpoint, scheduler?: SchedulerLike): ByteLink {
  switch (endpoint.kind) {
    case 'tcp':
      return createTcpLink({ host: endpoint.host, port: endpoint.port, scheduler });
    case 'serial':
      return createSerialLink({ path: endpoint.path, baud: endpoint.baud, parity: endpoint.parity, scheduler });
    case 'replay':
      return createReplayLink({ path: endpoint.path, scheduler });
  }
}
