/** Prometheus metrics of `sink`. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { SinkEvent } from '../processors/sink-events.ts';

export function createSinkMetrics(registry: Registry): (event: SinkEvent) => void {
  const registers = [registry];
  const written = new Counter({
    name: 'releve_sink_points_total',
    help: 'Points stored, dead letters included',
    labelNames: ['topic'],
    registers,
  });
  const duration = new Histogram({
    name: 'releve_sink_batch_seconds',
    help: 'From a batch in hand to the answer of the store',
    labelNames: ['topic'],
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60],
    registers,
  });
  const lag = new Gauge({
    name: 'releve_sink_lag',
    help: 'Records not yet read',
    labelNames: ['topic', 'partition'],
    registers,
  });
  const deadLetters = new Counter({
    name: 'releve_sink_dead_letters_total',
    help: 'Records set aside: no result, or refused by the store',
    labelNames: ['topic'],
    registers,
  });
  const outcomes = new Counter({
    name: 'releve_sink_outcomes_total',
    help: 'Batches stored, tries again, stops',
    labelNames: ['outcome'],
    registers,
  });
  const reconciled = new Counter({
    name: 'releve_sink_reconciled_points_total',
    help: 'Points written again by the reconciliation',
    registers,
  });
  return (event) => {
    switch (event.type) {
      case 'written':
        written.inc({ topic: event.topic }, event.count);
        duration.observe({ topic: event.topic }, event.durationMs / 1000);
        lag.set({ topic: event.topic, partition: event.partition }, event.lag);
        outcomes.inc({ outcome: 'done' });
        return;
      case 'dead_letters':
        deadLetters.inc({ topic: event.topic }, event.count);
        return;
      case 'retry':
      case 'stop':
        outcomes.inc({ outcome: event.type });
        return;
      case 'reconciled':
        reconciled.inc(event.count);
        return;
      case 'journal':
        if (event.event.type === 'revoked') lag.reset();
        return;
    }
  };
}
