/**
 * The threads of `releve process`, seen from the main thread: they begin together, stop together, and one that fails or dies ends them all, as a failure
 * ends a process of one thread.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { DestinationStream, Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { countsOf, type Metrics, pageOf } from './metrics-page.ts';
import type { ProcessSettings } from './process-member.ts';
import type { FromThread, ThreadData, ToThread } from './process-thread.ts';
import { reasonOf } from './reason.ts';

export interface ThreadsOptions {
  readonly count: number;
  readonly settings: ProcessSettings;
  /** Takes the lines of all threads. */
  readonly output: DestinationStream;
  readonly log: Logger;
  /** Somebody may ask for metrics. */
  readonly isMeasured: boolean;
  /** How long the others may take to stop when one has failed. */
  readonly longestStopMs: number;
}

export interface ProcessThreads {
  /** Resolves when the signal has stopped them all; rejects as a member does, or with ThreadDied. */
  run(signal: AbortSignal): Promise<void>;
  /** The metrics of the main thread and of all others. */
  page(own: Registry): Promise<Registry>;
}

/** A thread has ended that nobody had stopped and that could not say why. */
export class ThreadDied extends Error {
  override readonly name = 'ThreadDied';
  readonly code: 'THREAD_DIED' | 'THREAD_OUT_OF_MEMORY';
  readonly thread: number;
  constructor(thread: number, cause: unknown) {
    const isFull = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
    const code = isFull ? 'THREAD_OUT_OF_MEMORY' : 'THREAD_DIED';
    super(`${code}: thread ${thread}: ${reasonOf(cause)}`, { cause });
    this.code = code;
    this.thread = thread;
  }
}

/** Less than Prometheus waits for a page. */
const answerMs = 3000;

export function createProcessThreads(options: ThreadsOptions): ProcessThreads {
  const threads: Thread[] = [];
  return {
    async run(signal) {
      const { count, log, longestStopMs } = options;
      log.info({ threads: count }, 'threads');
      for (let number = 1; number <= count; number++) threads.push(startThread(number, options));
      const stop = (): void => {
        for (const thread of threads) thread.stop();
      };
      const flush = (): void => {
        for (const thread of threads) thread.flush();
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      // A stop that takes too long ends the process amid the threads' work.
      process.once('exit', flush);
      const ends = threads.map(({ ended }) => ended);
      try {
        await Promise.all(ends);
      } catch (error) {
        if (error instanceof ThreadDied) {
          const { code, thread, cause } = error;
          const stack = cause instanceof Error ? cause.stack : undefined;
          log.fatal({ code, thread, reason: reasonOf(cause), stack }, 'a thread died');
        }
        stop();
        await Promise.race([Promise.allSettled(ends), sleep(longestStopMs, undefined, { ref: false })]);
        await Promise.all(threads.map((thread) => thread.kill()));
        throw error;
      }
    },
    async page(own) {
      const answers = await Promise.all(threads.map((thread) => thread.metrics()));
      const silent = answers.filter(({ isFresh }) => !isFresh).length;
      const gauge = own.getSingleMetric(threadsGauge) ?? createThreadsGauge(own);
      (gauge as Gauge).set({ answers: 'yes' }, answers.length - silent);
      (gauge as Gauge).set({ answers: 'no' }, silent);
      return pageOf(
        await own.getMetricsAsJSON(),
        answers.map(({ metrics }) => metrics),
      );
    },
  };
}

interface Thread {
  readonly ended: Promise<void>;
  stop(): void;
  kill(): Promise<unknown>;
  /** Writes the lines that have come and are not written yet. */
  flush(): void;
  metrics(): Promise<{ readonly isFresh: boolean; readonly metrics: Metrics }>;
}

function startThread(number: number, { settings, output, isMeasured }: ThreadsOptions): Thread {
  const lines = new MessageChannel();
  const workerData: ThreadData = { thread: number, settings, lines: lines.port2, isMeasured };
  const worker = new Worker(new URL('./process-thread.ts', import.meta.url), {
    name: `process-${number}`,
    workerData,
    transferList: [lines.port2],
  });
  const waiting = new Map<number, (metrics: Metrics) => void>();
  let known: Metrics = [];
  let questions = 0;
  let isStopping = false;
  let failure: Error | undefined;

  function tell(message: ToThread): void {
    worker.postMessage(message);
  }

  function flush(): void {
    for (let next = receiveMessageOnPort(lines.port1); next; next = receiveMessageOnPort(lines.port1))
      output.write(next.message as string);
  }

  lines.port1.on('message', (line: string) => output.write(line));
  worker.on('message', (message: FromThread) => {
    if (message.type === 'metrics') {
      known = message.metrics;
      waiting.get(message.question)?.(message.metrics);
      return;
    }
    const { message: text, stack } = message;
    failure = Object.assign(new Error(text), { stack });
  });
  worker.once('error', (error) => {
    failure = new ThreadDied(number, error);
  });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once('exit', (code) => {
      flush();
      lines.port1.close();
      if (!failure && !(isStopping && code === 0)) failure = new ThreadDied(number, new Error(`exit code ${code}`));
      if (failure) reject(failure);
      else resolve();
    });
  });
  return {
    ended,
    stop() {
      isStopping = true;
      tell({ type: 'stop' });
    },
    kill: () => worker.terminate(),
    flush,
    async metrics() {
      const question = questions++;
      const answer = new Promise<Metrics>((resolve) => waiting.set(question, resolve));
      tell({ type: 'metrics', question });
      const metrics = await Promise.race([answer, sleep(answerMs, undefined, { ref: false })]);
      waiting.delete(question);
      return metrics ? { isFresh: true, metrics } : { isFresh: false, metrics: countsOf(known) };
    },
  };
}

const threadsGauge = 'releve_process_threads';

function createThreadsGauge(registry: Registry): Gauge {
  return new Gauge({
    name: threadsGauge,
    help: 'Threads that have told their metrics, and threads that have not: of these only the counters as last told',
    labelNames: ['answers'],
    registers: [registry],
  });
}
