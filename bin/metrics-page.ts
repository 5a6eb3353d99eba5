/** One page of metrics for a process and its threads, each of which has a registry of its own. */
import { AggregatorRegistry, type MetricObject, type Registry } from 'prom-client';

/** What `registry.getMetricsAsJSON()` gives: plain data. */
export type Metrics = readonly MetricObject[];

/** Sums, but for what a process has only once and for what does not add up. */
export function pageOf(own: Metrics, threads: readonly Metrics[]): Registry {
  // The first one to tell a metric says how it is put together.
  return AggregatorRegistry.aggregate([own.map(withAggregator), ...threads.map((metrics) => [...metrics])]);
}

/** What still holds of a thread that does not answer: counts never go back, but what it has at the moment is not known. */
export function countsOf(metrics: Metrics): Metrics {
  return metrics.filter(({ type }) => String(type) !== 'gauge');
}

function withAggregator(metric: MetricObject): MetricObject {
  const { name, aggregator } = metric;
  if (name.startsWith('process_')) return { ...metric, aggregator: 'first' };
  // The event loop's delay: the slowest thread's, not that of a main thread with nothing to do.
  return aggregator === 'average' ? { ...metric, aggregator: 'max' } : metric;
}
