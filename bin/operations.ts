/** Health, readiness and Prometheus metrics of a role without an API of its own, on an address of its own. */
import { createServer, type Server } from 'node:http';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { reasonOf } from './reason.ts';

export interface OperationsOptions {
  readonly host: string;
  readonly port: number;
  readonly registry: Registry;
  /** The whole page, where the registry is not all of it: threads have registries of their own. */
  readonly page?: (own: Registry) => Promise<Registry>;
  /** Each dependency; a rejection is its reason. */
  readonly readiness: Readonly<Record<string, () => Promise<void>>>;
}

const checkMs = 3000;

/** Resolves when listening. */
export async function startOperations(
  options: OperationsOptions,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  collectDefaultMetrics({ register: options.registry });
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', options).then(({ status, type, body }) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () => close(server),
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(url: string, { registry, page, readiness }: OperationsOptions): Promise<Answer> {
  const path = url.split('?')[0];
  if (path === '/health') return json(200, { status: 'ok' });
  if (path === '/metrics') {
    const whole = page ? await page(registry) : registry;
    return { status: 200, type: whole.contentType, body: await whole.metrics() };
  }
  if (path !== '/ready') return json(404, { status: 'inconnu' });
  const entries = await Promise.all(
    Object.entries(readiness).map(async ([name, check]) => [name, await state(check)] as const),
  );
  return json(entries.every(([, value]) => value === 'ok') ? 200 : 503, Object.fromEntries(entries));
}

async function state(check: () => Promise<void>): Promise<string> {
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve('no answer'), checkMs).unref();
  });
  return Promise.race([
    late,
    check().then(
      () => 'ok',
      (error: unknown) => reasonOf(error),
    ),
  ]);
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
}
