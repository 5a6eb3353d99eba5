/** Metrics of members of the group on one page: every partition told by its owner alone, counts added up, what a process has once shown once. */
import { Gauge, Registry } from 'prom-client';
import { beforeEach, expect, test } from 'vitest';
import { countsOf, pageOf } from '../../bin/metrics-page.ts';
import { createProcessMetrics, type ProcessMetrics } from '../../bin/process-metrics.ts';
import { createBuildingTask } from '../../processors/task.ts';

interface Member {
  readonly registry: Registry;
  readonly metrics: ProcessMetrics;
}

let main: Registry;
let one: Member;
let other: Member;

function createMember(): Member {
  const registry = new Registry();
  return { registry, metrics: createProcessMetrics(registry) };
}

beforeEach(() => {
  main = new Registry();
  one = createMember();
  other = createMember();
});

function own({ metrics }: Member, partition: number): void {
  metrics.onEvent({ type: 'assigned', partition });
  metrics.onTask(partition, createBuildingTask({ partition, buildings: [] }));
  metrics.onEvent({ type: 'restored', partition, facts: { durationMs: 1500 } });
  metrics.onRestored('changelog');
}

async function page(silent: readonly Member[] = []): Promise<string[]> {
  const answers = await Promise.all([one, other].map(({ registry }) => registry.getMetricsAsJSON()));
  const told = answers.map((metrics, index) => (silent.includes([one, other][index]!) ? countsOf(metrics) : metrics));
  return (await pageOf(await main.getMetricsAsJSON(), told).metrics()).split('\n');
}

function shown(lines: readonly string[], name: string): string[] {
  return lines.filter((line) => line.startsWith(name)).sort();
}

test('a partition that moves is told by the member that has it now, whatever its former owner still does', async () => {
  own(one, 0);
  one.metrics.onBatch(0, { readings: 5, oldestReceivedAt: 0, now: 200 });
  one.metrics.onTick(0, 7);
  one.metrics.onEvent({ type: 'revoked', partition: 0 });
  own(other, 0);
  other.metrics.onTick(0, 3);
  other.metrics.onBatch(0, { readings: 2, oldestReceivedAt: 0, now: 2000 });
  one.metrics.onTick(0, 7);
  one.metrics.onTask(0, createBuildingTask({ partition: 0, buildings: [] }));
  one.metrics.onEvent({ type: 'restored', partition: 0, facts: { durationMs: 9000 } });
  const lines = await page();
  expect(shown(lines, 'releve_process_lag')).toEqual(['releve_process_lag{partition="0"} 3']);
  expect(shown(lines, 'releve_process_restore_seconds')).toEqual(['releve_process_restore_seconds{partition="0"} 1.5']);
  expect(shown(lines, 'releve_process_open_windows')).toEqual(['releve_process_open_windows{partition="0"} 0']);
  expect(shown(lines, 'releve_process_readings_total')).toEqual(['releve_process_readings_total{partition="0"} 7']);
  expect(shown(lines, 'releve_process_restores_total')).toEqual([
    'releve_process_restores_total{source="changelog"} 2',
  ]);
  expect(shown(lines, 'releve_process_latency_seconds_bucket{le="0.3"}')).toEqual([
    'releve_process_latency_seconds_bucket{le="0.3"} 1',
  ]);
  expect(shown(lines, 'releve_process_latency_seconds_bucket{le="+Inf"}')).toEqual([
    'releve_process_latency_seconds_bucket{le="+Inf"} 2',
  ]);
  expect(shown(lines, 'releve_process_latency_seconds_sum')).toEqual(['releve_process_latency_seconds_sum 2.2']);
});

test('of a member that does not answer counters stay, gauges do not', async () => {
  own(one, 0);
  own(other, 1);
  one.metrics.onTick(0, 7);
  other.metrics.onTick(1, 3);
  one.metrics.onBatch(0, { readings: 5, oldestReceivedAt: null, now: 0 });
  const lines = await page([one]);
  expect(shown(lines, 'releve_process_lag')).toEqual(['releve_process_lag{partition="1"} 3']);
  expect(shown(lines, 'releve_process_readings_total')).toEqual(['releve_process_readings_total{partition="0"} 5']);
  expect(shown(lines, 'releve_process_restores_total')).toEqual([
    'releve_process_restores_total{source="changelog"} 2',
  ]);
});

test('what the process has once is not added up, what each thread has is; of delays the longest is shown', async () => {
  const told = (resident: number, heap: number, delay: number) => {
    const registry = new Registry();
    for (const [name, value, aggregator] of [
      ['process_resident_memory_bytes', resident, 'sum'],
      ['process_start_time_seconds', 1_700_000_000, 'omit'],
      ['nodejs_heap_size_used_bytes', heap, 'sum'],
      ['nodejs_eventloop_lag_p99_seconds', delay, 'average'],
    ] as const)
      new Gauge({ name, help: name, aggregator, registers: [registry] }).set(value);
    return registry.getMetricsAsJSON();
  };
  const whole = pageOf(await told(500, 10, 0.01), [await told(501, 200, 0.3), await told(502, 100, 0.1)]);
  expect((await whole.metrics()).split('\n').filter((line) => !/^(#|$)/.test(line))).toEqual([
    'process_resident_memory_bytes 500',
    'process_start_time_seconds 1700000000',
    'nodejs_heap_size_used_bytes 310',
    'nodejs_eventloop_lag_p99_seconds 0.3',
  ]);
});
