/**
 * Stops on SIGINT and SIGTERM: what is in hand is finished, then the exit code is 130; a second signal ends at once. A role that owes nothing to
 * its memory, because the journal has it all, ends after `withinMs` whatever still waits for a server that is away.
 */
export interface Shutdown {
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
}

export function onShutdown(withinMs?: number): Shutdown {
  const controller = new AbortController();
  const requested = new Promise<void>((resolve) => {
    const stop = (): void => {
      if (controller.signal.aborted) process.exit(130);
      if (withinMs !== undefined) setTimeout(() => process.exit(130), withinMs).unref();
      controller.abort();
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
  return { signal: controller.signal, requested };
}

/** For roles on servers: less than the 10 s that a stop may take. */
export const longestStopMs = 8000;
