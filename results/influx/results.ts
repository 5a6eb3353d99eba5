/** Results in InfluxDB 2. The buckets are made by `ensureBuckets`. */
import { InfluxDB, setLogger } from '@influxdata/influxdb-client';
import { type Clock, systemClock } from '../../domain/clock.ts';
import { limitInFlight } from '../../domain/in-flight.ts';
import type { ResultsStore } from '../port.ts';
import type { InfluxConnection } from './admin-request.ts';
import { createEraser } from './erase.ts';
import { createInfluxReader } from './read.ts';
import { writeItems } from './write.ts';

export interface InfluxResultsOptions extends InfluxConnection {
  readonly clock?: Clock | undefined;
  /** Longest wait for an answer; less than the sink's session timeout. 10 s where left out. */
  readonly timeoutMs?: number | undefined;
}

/** Requests that keep InfluxDB busy; more only wait there. */
const writesAtOnce = 4;

export function createInfluxResults(options: InfluxResultsOptions): ResultsStore {
  const { url, org, token } = options;
  const clock = options.clock ?? systemClock;
  // Failures are outcomes, said by whoever writes; the client's own log would repeat them to the console.
  setLogger({ error: () => undefined, warn: () => undefined });
  const client = new InfluxDB({ url, token, timeout: options.timeoutMs ?? 10_000 });
  const writer = { client, org, clock, inFlight: limitInFlight(writesAtOnce) };
  return {
    ...createInfluxReader(client, org),
    write: (items) => writeItems(writer, items),
    forget: createEraser(client, { url, org, token }),
    async check() {
      try {
        await client.getQueryApi(org).collectRows('buckets() |> limit(n: 1)');
      } catch (error) {
        // What a token that only writes is told: InfluxDB is there and knows it.
        if (!String(error).includes('no buckets found')) throw error;
      }
    },
    async close() {},
  };
}
