/**
 * The smallest task that shows exactly once: it adds up the index of every reading by building, publishes the sum as a result and keeps it in
 * the state with the positions that it reflects. A record lost or applied twice makes the sum wrong.
 */
import type { TopicName } from '../../domain/topics.ts';
import type { JournalRecord, OutgoingRecord, PartitionTask } from '../../journal/port.ts';

export interface Sum {
  readonly building: string;
  readonly count: number;
  readonly total: number;
}

interface State extends Sum {
  readonly positions: Partial<Record<TopicName, number>>;
}

export interface SummingOptions {
  /** Called with every batch before it is applied; what it throws is the task's failure. */
  readonly onBatch?: (batch: readonly JournalRecord[]) => void;
  /** Called with each tick's lag; the records returned are published. */
  readonly onTick?: (now: number, lag: number) => readonly OutgoingRecord[];
}

export function createSummingTask(partition: number, options: SummingOptions = {}): PartitionTask {
  const sums = new Map<string, Sum>();
  const positions: Partial<Record<TopicName, number>> = {};
  return {
    async restore(state) {
      for await (const batch of state) {
        for (const record of batch) {
          if (record.value === null) continue;
          const saved = record.value as State;
          if (record.key.startsWith('sum/')) sums.set(saved.building, saved);
          if (record.key === `positions/${partition}`) Object.assign(positions, saved.positions);
        }
      }
    },
    positions: () => positions,
    process(batch) {
      options.onBatch?.(batch);
      const touched = new Set<string>();
      for (const record of batch) {
        positions[record.topic] = record.offset + 1;
        const value = record.value as { building?: unknown; energyImportWh?: unknown } | null | undefined;
        if (typeof value?.building !== 'string' || typeof value.energyImportWh !== 'number') continue;
        const { building, count, total } = sums.get(value.building) ?? { building: value.building, count: 0, total: 0 };
        sums.set(building, { building, count: count + 1, total: total + value.energyImportWh });
        touched.add(building);
      }
      const out: OutgoingRecord[] = [];
      let any = '';
      for (const building of touched) {
        const sum = sums.get(building)!;
        any = building;
        out.push({ topic: 'results', key: `sum/${building}`, building, value: sum });
        out.push({ topic: 'state', key: `sum/${building}`, building, value: { ...sum, positions: {} } });
      }
      const building = any || buildingOf(batch);
      out.push({ topic: 'state', key: `positions/${partition}`, building, value: { positions: { ...positions } } });
      return out;
    },
    tick: (now, lag) => options.onTick?.(now, lag) ?? [],
  };
}

/** A building of this partition, so that the state stays in it. */
function buildingOf(batch: readonly JournalRecord[]): string {
  return batch[0]!.key;
}
