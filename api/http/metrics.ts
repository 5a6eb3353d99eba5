/** How many requests each route has answered, with which status, and how long they took. */
import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

const name = 'releve_http_request_duration_seconds';

export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const known = registry.getSingleMetric(name);
  const durations =
    known instanceof Histogram
      ? (known as Histogram<'route' | 'status'>)
      : new Histogram({
          name,
          help: 'Duration of HTTP requests by route and status',
          labelNames: ['route', 'status'] as const,
          buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
          registers: [registry],
        });
  app.addHook('onResponse', (request, reply, done) => {
    durations.observe(
      { route: request.routeOptions.url ?? 'unknown', status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
    done();
  });
}
