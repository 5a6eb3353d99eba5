/** The embedded wiring: journal and results in one SQLite file, the processors in this process. No server, no broker. */
import type { Building } from '../domain/building.ts';
import type { JournalEvent, PartitionTask } from '../journal/port.ts';
import { type BuildingTask, createBuildingTask } from '../processors/task.ts';
import type { openSqliteStore } from '../results/sqlite/open.ts';

export type Store = ReturnType<typeof openSqliteStore>;

export interface ProcessingOptions {
  readonly store: Store;
  readonly buildings: readonly Building[];
  /** The wall clock makes days and silence. */
  readonly watching: boolean;
  readonly onEvent?: (event: JournalEvent) => void;
  /** Called after each commit that published something. */
  readonly onPublished?: () => void;
}

export interface Processing {
  readonly task: () => BuildingTask | undefined;
  /** Resolves when everything appended so far has been read, published and, where needed, replayed. */
  drained(): Promise<void>;
  /** Stops after the batch in hand. */
  stop(): Promise<void>;
  /** Rejects when processing fails. */
  readonly done: Promise<void>;
}

const tickMs = 200;

export function startProcessing(options: ProcessingOptions): Processing {
  const { store, buildings, watching } = options;
  const abort = new AbortController();
  let task: BuildingTask | undefined;
  const waiting = new Set<() => void>();
  const onIdle = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const done = store.journal.process({
    group: 'process',
    inputs: ['events', 'readings', 'telemetry'],
    tickMs,
    signal: abort.signal,
    ...(options.onEvent && { onEvent: options.onEvent }),
    createTask(partition) {
      task = createBuildingTask({ partition, buildings, watching, history: store.results });
      return observed(task, onIdle, options.onPublished);
    },
  });
  done.catch(onIdle);
  return {
    task: () => task,
    drained: () =>
      Promise.race([
        new Promise<void>((resolve) => {
          waiting.add(resolve);
        }),
        done,
      ]),
    async stop() {
      abort.abort();
      await done;
    },
    done,
  };
}

/** Tells when a tick found nothing to read, to publish or to replay. */
function observed(task: BuildingTask, onIdle: () => void, onPublished?: () => void): PartitionTask {
  let quiet = false;
  return {
    restore: (state) => task.restore(state),
    positions: () => task.positions(),
    process(batch, now) {
      quiet = false;
      return task.process(batch, now);
    },
    tick(now, lag) {
      const records = task.tick(now, lag);
      quiet = lag === 0 && !records.some((record) => record.topic === 'results');
      if (records.some((record) => record.topic === 'results')) onPublished?.();
      return records;
    },
    maintain(now) {
      const work = task.maintain?.(now) ?? null;
      if (work === null && quiet) onIdle();
      if (!work) return null;
      return work.then((records) => {
        onPublished?.();
        return records;
      });
    },
  };
}
