/**
 * Keeps a partition's local snapshot: in rounds, a few buildings after each tick, so that nothing waits for it; and once when the partition is
 * let go. A building's entry is taken between two transactions, when its state is exactly what is committed.
 */
import { type SnapshotEntry, type SnapshotHeader, type SnapshotWriter, writeSnapshot } from './local-snapshot.ts';

/** What the keeper writes down. */
export interface KeptState {
  /** Null while there is nothing to name the log by. */
  header(): SnapshotHeader | null;
  buildings(): readonly string[];
  /** Null for a building that is no more. */
  entry(building: string): SnapshotEntry | null;
}

export interface SnapshotPace {
  /** From the beginning of a round to that of the next. */
  readonly everyMs: number;
  /** Of encoding after a tick; one building at least. */
  readonly sliceMs: number;
}

export interface SnapshotKeeperOptions {
  readonly path: string;
  readonly kept: KeptState;
  readonly pace?: SnapshotPace | undefined;
  /** A file was not written; the one before stands. */
  onTrouble(reason: string): void;
}

export interface SnapshotKeeper {
  /** After a tick. Null: nothing to do. */
  step(now: number): Promise<void> | null;
  /** A round from its beginning to its end, given up at that instant of `performance.now()`: then the file before stands. */
  finish(until: number): Promise<void>;
}

/** A twentieth of the time between two ticks, until the round is done. */
const usualPace: SnapshotPace = { everyMs: 300_000, sliceMs: 10 };

interface Round {
  readonly header: SnapshotHeader;
  readonly writer: SnapshotWriter;
  readonly waiting: string[];
}

export function createSnapshotKeeper(options: SnapshotKeeperOptions): SnapshotKeeper {
  const { path, kept, onTrouble } = options;
  const { everyMs, sliceMs } = options.pace ?? usualPace;
  let round: Round | undefined;
  let beganAt: number | undefined;
  let writtenOffset: number | undefined;

  async function begin(): Promise<Round | undefined> {
    const header = kept.header();
    if (!header || header.offset === writtenOffset) return undefined;
    const waiting = [...kept.buildings()].reverse();
    return { header, writer: await writeSnapshot(path, header), waiting };
  }

  /** True when the round is done. */
  async function slice({ writer, waiting, header }: Round): Promise<boolean> {
    const entries: SnapshotEntry[] = [];
    const until = performance.now() + sliceMs;
    do {
      const building = waiting.pop();
      if (building === undefined) break;
      const entry = kept.entry(building);
      if (entry) entries.push(entry);
    } while (performance.now() < until);
    await writer.add(entries);
    if (waiting.length > 0) return false;
    await writer.finish();
    writtenOffset = header.offset;
    return true;
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      onTrouble(error instanceof Error ? error.message : String(error));
      await round?.writer.abandon();
      round = undefined;
    }
  }

  return {
    step(now) {
      beganAt ??= now;
      if (!round && now - beganAt < everyMs && now >= beganAt) return null;
      return guarded(async () => {
        if (!round) {
          beganAt = now;
          round = await begin();
        }
        if (round && (await slice(round))) round = undefined;
      });
    },
    finish(until) {
      return guarded(async () => {
        await round?.writer.abandon();
        round = await begin();
        while (round && !(await slice(round))) {
          if (performance.now() < until) continue;
          await round.writer.abandon();
          break;
        }
        round = undefined;
      });
    },
  };
}
