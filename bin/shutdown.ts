/** Stops on SIGINT and SIGTERM: what is in hand is finished, then the exit code is 130; a second signal ends at once. */
export interface Shutdown {
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
}

export function onShutdown(): Shutdown {
  const controller = new AbortController();
  const requested = new Promise<void>((resolve) => {
    const stop = (): void => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
  return { signal: controller.signal, requested };
}
