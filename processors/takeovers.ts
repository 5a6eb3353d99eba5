/**
 * Partitions that this sink has been given: whoever had them before may have had a write on its way, and the store lets the last writer win. So what was
 * written first is written once more, when such a write has come to its end.
 *
 *     former owner   read 7 … write 7 ────────────→ lands last
 *     this sink                    read 7, 8 … write 8 ──→ lands            … settled: write 8 once more
 */
export interface Takeover {
  readonly partition: number;
  /** The first offset of `results` that was handled. */
  readonly from: number;
}

export interface Takeovers {
  gained(partition: number): void;
  lost(partition: number): void;
  /** Called with the offset of every batch; the first one counts. */
  handled(partition: number, offset: number): void;
  /** Time has gone on; gives, once, those that have settled. */
  settled(elapsedMs: number): Takeover[];
}

export function createTakeovers(settleMs: number): Takeovers {
  const open = new Map<number, { ageMs: number; from: number | undefined }>();
  return {
    gained(partition) {
      open.set(partition, { ageMs: 0, from: undefined });
    },
    lost(partition) {
      open.delete(partition);
    },
    handled(partition, offset) {
      const takeover = open.get(partition);
      if (takeover) takeover.from ??= offset;
    },
    settled(elapsedMs) {
      const due: Takeover[] = [];
      for (const [partition, takeover] of open) {
        // It came within the time that has gone by: only what is older than settling is settled whenever it came.
        const isDue = takeover.ageMs >= settleMs;
        takeover.ageMs += elapsedMs;
        if (!isDue) continue;
        open.delete(partition);
        if (takeover.from !== undefined) due.push({ partition, from: takeover.from });
      }
      return due;
    },
  };
}
