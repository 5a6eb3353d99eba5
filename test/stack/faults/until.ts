import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until it is true. @throws Error that names it, where it is not within the time */
export async function until(
  what: string,
  withinMs: number,
  condition: () => boolean | Promise<boolean>,
  everyMs = 100,
): Promise<void> {
  for (const limit = Date.now() + withinMs; !(await condition()); await sleep(everyMs)) {
    if (Date.now() > limit) throw new Error(`not within ${withinMs} ms: ${what}`);
  }
}
