/** Prometheus metrics of `ingest`: the buses, what is acknowledged, what waits. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { IngestCounts, IngestEvent } from '../ingest/pipeline.ts';

/** `counts`: asked at each scrape. */
export function createIngestMetrics(registry: Registry, counts: () => IngestCounts): (event: IngestEvent) => void {
  const registers = [registry];
  const ofBus = ['building', 'bus'] as const;
  const readings = new Counter({
    name: 'releve_ingest_readings_total',
    help: 'Readings',
    labelNames: ['bus'],
    registers,
  });
  const acknowledged = new Counter({
    name: 'releve_ingest_acknowledged_total',
    help: 'Records made durable, by where: journal or spool',
    labelNames: ['in'],
    registers,
  });
  const rejects = new Counter({
    name: 'releve_ingest_rejects_total',
    help: 'Frames and readings set aside, by code',
    labelNames: ['bus', 'code'],
    registers,
  });
  const implausible = new Counter({
    name: 'releve_ingest_implausible_total',
    help: 'Values that cannot be and were left out of their readings, by field',
    labelNames: ['bus', 'field'],
    registers,
  });
  const lost = new Counter({ name: 'releve_ingest_spool_full_total', help: 'Records lost: SPOOL_FULL', registers });
  const polls = new Counter({ name: 'releve_bus_polls_total', help: 'Meters asked', labelNames: ofBus, registers });
  const answers = new Counter({ name: 'releve_bus_answers_total', help: 'Good answers', labelNames: ofBus, registers });
  const errors = new Counter({
    name: 'releve_bus_errors_total',
    help: 'Timeouts and wrong frames',
    labelNames: [...ofBus, 'kind'],
    registers,
  });
  const discarded = new Counter({
    name: 'releve_bus_discarded_bytes_total',
    help: 'Bytes that belong to no frame',
    labelNames: ofBus,
    registers,
  });
  const cycle = new Gauge({
    name: 'releve_bus_cycle_seconds',
    help: 'Duration of the last cycle',
    labelNames: ofBus,
    registers,
  });
  new Gauge({
    name: 'releve_ingest_waiting',
    help: 'Records not yet in the journal, by where: memory or spool',
    labelNames: ['in'],
    registers,
    collect() {
      const { waiting, spooled } = counts();
      this.set({ in: 'memory' }, waiting);
      this.set({ in: 'spool' }, spooled);
    },
  });
  return (event) => {
    switch (event.kind) {
      case 'reading':
        readings.inc({ bus: event.bus });
        return;
      case 'acknowledged':
        acknowledged.inc({ in: event.in }, event.records.length);
        return;
      case 'reject':
        rejects.inc({ bus: event.bus, code: event.reject.code });
        return;
      case 'implausible':
        for (const field of event.fields) implausible.inc({ bus: event.bus, field });
        return;
      case 'refused':
        lost.inc(event.records.length);
        return;
      case 'health': {
        const { building, bus, cycleMs, ...health } = event.health;
        polls.inc({ building, bus }, health.polls);
        answers.inc({ building, bus }, health.answers);
        errors.inc({ building, bus, kind: 'timeout' }, health.timeouts);
        errors.inc({ building, bus, kind: 'frame' }, health.checksumErrors);
        discarded.inc({ building, bus }, health.discardedBytes);
        if (cycleMs !== null) cycle.set({ building, bus }, cycleMs / 1000);
        return;
      }
    }
  };
}
