/**
 * kafkajs 2.2.4 looks for requests that wait because of throttling with a timer that, where none waits, is set to a negative delay: it fires after
 * 1 ms and sets itself again, for every connection, for ever (seen: 21,000 timers a second and 7 % of a core with 8 idle partitions, and a
 * warning of Node on stderr). With nothing waiting and no throttling there is nothing to look for: requests that come look by themselves.
 */
import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(this: RequestQueue): void;
}

const mended = Symbol.for('releve.idle-timers');

/** Mends the library once; throws where it is not the version that it was written for. */
export function mendIdleTimers(): void {
  const queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    readonly prototype: RequestQueue & { [mended]?: true };
  };
  const { prototype } = queue;
  if (prototype[mended]) return;
  const schedule = prototype.scheduleCheckPendingRequests;
  if (typeof schedule !== 'function') throw new Error('this kafkajs is not version 2.2.4');
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
  prototype[mended] = true;
}
