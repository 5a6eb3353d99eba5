/**
 * A thread of `releve process`: one member of the group. By messages it is told to stop and asked for its metrics; its log goes to the main thread as
 * whole lines on a port of its own, for lines that several threads write themselves can break each other.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { trustAuthorities } from '../results/influx/trust.ts';
import { createLogger } from './logger.ts';
import type { Metrics } from './metrics-page.ts';
import { openServers, type ProcessSettings, runMember } from './process-member.ts';

export interface ThreadData {
  /** From 1 on, as in the log. */
  readonly thread: number;
  readonly settings: ProcessSettings;
  readonly lines: MessagePort;
  /** Somebody may ask for metrics. */
  readonly isMeasured: boolean;
}

export type ToThread = { readonly type: 'stop' } | { readonly type: 'metrics'; readonly question: number };

export type FromThread =
  | { readonly type: 'metrics'; readonly question: number; readonly metrics: Metrics }
  | { readonly type: 'failed'; readonly message: string; readonly stack: string | undefined };

async function run(port: MessagePort, { thread, settings, lines, isMeasured }: ThreadData): Promise<void> {
  const stop = new AbortController();
  const registry = new Registry();
  if (isMeasured) collectDefaultMetrics({ register: registry });
  port.on('message', (message: ToThread) => {
    if (message.type === 'stop') stop.abort();
    else void tellMetrics(message.question);
  });

  async function tellMetrics(question: number): Promise<void> {
    tell({ type: 'metrics', question, metrics: await registry.getMetricsAsJSON() });
  }

  function tell(message: FromThread): void {
    port.postMessage(message);
  }

  try {
    const log = createLogger('process', { write: (line) => lines.postMessage(line) }, { thread });
    const { influx } = settings.config;
    if (influx?.ca !== undefined) trustAuthorities(influx.ca);
    const servers = openServers(settings, log);
    try {
      await runMember({ settings, servers, registry, log, signal: stop.signal });
    } finally {
      await servers.close();
    }
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    tell({ type: 'failed', message, stack });
  } finally {
    // Nothing holds the thread any longer.
    port.close();
  }
}

if (parentPort) await run(parentPort, workerData as ThreadData);
