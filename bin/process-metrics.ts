/** Prometheus metrics of `process`. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { JournalEvent } from '../journal/port.ts';
import type { BuildingTask } from '../processors/task.ts';

export interface ProcessMetrics {
  onEvent(event: JournalEvent): void;
  onBatch(partition: number, facts: { readings: number; oldestReceivedAt: number | null; now: number }): void;
  onTick(partition: number, lag: number): void;
  onTask(partition: number, task: BuildingTask): void;
  onRestored(source: 'snapshot' | 'changelog'): void;
}

export function createProcessMetrics(registry: Registry): ProcessMetrics {
  const registers = [registry];
  const labelNames = ['partition'] as const;
  const readings = new Counter({
    name: 'releve_process_readings_total',
    help: 'Readings applied',
    labelNames,
    registers,
  });
  const lag = new Gauge({ name: 'releve_process_lag', help: 'Records not yet read', labelNames, registers });
  const latency = new Histogram({
    name: 'releve_process_latency_seconds',
    help: 'From the reception of the oldest reading of a batch to its processing',
    buckets: [0.05, 0.1, 0.3, 1, 3, 10, 60, 600],
    registers,
  });
  const restore = new Gauge({
    name: 'releve_process_restore_seconds',
    help: 'Duration of the last restore',
    labelNames,
    registers,
  });
  const restores = new Counter({
    name: 'releve_process_restores_total',
    help: 'Restores, from a local snapshot or from the whole changelog',
    labelNames: ['source'],
    registers,
  });
  const restarts = new Counter({
    name: 'releve_process_restarts_total',
    help: 'Tasks dropped and restored anew',
    labelNames: ['partition', 'why'],
    registers,
  });
  /** What a partition's loop still tells while it ends is another member's to tell: the metrics of all members are added up. */
  const owned = new Set<number>();
  const tasks = new Map<number, BuildingTask>();
  new Gauge({
    name: 'releve_process_account',
    help: 'The account of readings: used, duplicates, conflicts, glitches, quarantined, late, rejected',
    labelNames: ['partition', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [partition, task] of tasks)
        for (const [outcome, count] of Object.entries(task.account())) this.set({ partition, outcome }, count);
    },
  });
  new Gauge({
    name: 'releve_process_open_windows',
    help: 'Days kept because something can still change them',
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const [partition, task] of tasks) this.set({ partition }, task.openDays());
    },
  });
  return {
    onEvent({ type, partition = 0, facts }) {
      if (type === 'assigned') owned.add(partition);
      if (type === 'restored' && owned.has(partition))
        restore.set({ partition }, Number(facts?.durationMs ?? 0) / 1000);
      if (type === 'fenced' || type === 'retry' || type === 'failed') restarts.inc({ partition, why: type });
      if (type === 'revoked') {
        owned.delete(partition);
        tasks.delete(partition);
        lag.remove({ partition });
        restore.remove({ partition });
      }
    },
    onBatch(partition, facts) {
      readings.inc({ partition }, facts.readings);
      if (facts.oldestReceivedAt !== null) latency.observe(Math.max(0, facts.now - facts.oldestReceivedAt) / 1000);
    },
    onTick(partition, value) {
      if (owned.has(partition)) lag.set({ partition }, value);
    },
    onTask(partition, task) {
      if (owned.has(partition)) tasks.set(partition, task);
    },
    onRestored: (source) => restores.inc({ source }),
  };
}
