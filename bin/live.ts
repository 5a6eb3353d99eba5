/** The live half of the embedded mode: buses read, results published, the API and page served. Shared by `run` and `demo`. */
import type { Logger } from 'pino';
import { type ApiServer, createApiServer } from '../api/server.ts';
import type { Building } from '../domain/building.ts';
import type { Bus } from '../domain/bus.ts';
import { systemClock } from '../domain/clock.ts';
import type { ApiConfig, NotificationsConfig } from '../domain/config/config.ts';
import { openInvocationStore } from '../ingest/invocation-store.ts';
import { createIngest, type Ingest } from '../ingest/pipeline.ts';
import { type Notifier, startNotifier } from '../notify/notifier.ts';
import { createDeclaredNow, declaredLog, keepDeclared } from './declared-now.ts';
import { type Processing, type Store, startProcessing } from './embedded.ts';
import { createLogger } from './logger.ts';
import { logNotifier, warnOfGaps } from './notifier-log.ts';
import { unsubscribing } from './unsubscribing.ts';

export interface LiveOptions {
  readonly store: Store;
  /** With the declared events of the journal. */
  readonly buildings: readonly Building[];
  readonly buses: readonly Bus[];
  readonly api: ApiConfig;
  /** No token is asked of loopback. */
  readonly open: boolean;
  readonly configurationFile?: string;
  /** Where the counters of DLMS pushes stand over a restart; left out: they begin anew. */
  readonly invocationsFile?: string;
  /** Left out: anomalies are logged and nobody is told, whatever the contacts. */
  readonly notifications?: NotificationsConfig;
  /** Read anew each minute and on SIGHUP: what was declared meanwhile, and the tokens of the configuration. */
  readonly refresh?: () => Promise<{ readonly buildings: readonly Building[]; readonly tokens: ApiConfig['tokens'] }>;
}

const refreshEveryMs = 60_000;

export interface Live {
  readonly url: string;
  readonly processing: Processing;
  /** Within 10 s: buses first, then what was read is processed, then the page. */
  stop(): Promise<void>;
}

export async function startLive(options: LiveOptions): Promise<Live> {
  const { store, buildings, buses, api: address } = options;
  const log = createLogger('releve');
  let api: ApiServer | undefined;
  const processing = startProcessing({
    store,
    buildings,
    watching: true,
    onEvent: (event) => log.info(event, event.type),
    onPublished: () => api?.invalidate(),
  });
  const file = options.invocationsFile;
  const invocations = file === undefined ? undefined : openInvocationStore({ file });
  if (invocations?.damaged) log.warn({ file }, 'counters of the pushes begin anew: the file is not readable');
  const declared = createDeclaredNow(buildings, store.journal);
  const declaring = new AbortController();
  keepDeclared(declared, { signal: declaring.signal, ...declaredLog(log) });
  const ingest: Ingest = createIngest({
    buildings,
    eventsOf: (building) => declared.eventsOf(building),
    buses,
    journal: store.journal,
    ...(options.configurationFile && { configurationFile: options.configurationFile }),
    invocations,
  });
  const events = ingest.events$.subscribe((event) => logIngest(log, event));
  const notifier = notify(options, log);
  try {
    api = await createApiServer({
      reader: store.results,
      buildings,
      clock: systemClock,
      tokens: address.tokens,
      openOnLoopback: options.open,
      readiness: { journal: () => store.journal.check(), resultats: () => store.results.check() },
      audit: (line) => log.info(line, 'audit'),
      https: address.publicUrl?.startsWith('https:') ?? false,
      trustedProxies: address.trustedProxies ?? [],
      ...unsubscribing(options.notifications?.unsubscribeSecret, () => buildings, store.journal),
    });
    const { url } = await api.listen({ host: address.host, port: address.port });
    ingest.start();
    const refreshing = refreshEvery(api, options, log);
    return {
      url,
      processing,
      async stop() {
        refreshing.stop();
        declaring.abort();
        await ingest.stop();
        events.unsubscribe();
        await Promise.race([processing.drained(), new Promise((resolve) => setTimeout(resolve, 3000))]);
        await processing.stop();
        await notifier.stop(2000);
        await api?.close();
      },
    };
  } catch (error) {
    declaring.abort();
    await ingest.stop(0);
    events.unsubscribe();
    await processing.stop();
    await notifier.stop(0);
    throw error;
  }
}

/** A configuration that has become wrong leaves the last good one in force. */
function refreshEvery(api: ApiServer, { refresh }: LiveOptions, log: Logger): { stop(): void } {
  if (!refresh) return { stop: () => undefined };
  const now = (): void => {
    refresh().then(
      (changes) => api.reload(changes),
      (error: unknown) =>
        log.error({ reason: error instanceof Error ? error.message : String(error) }, 'not refreshed'),
    );
  };
  const timer = setInterval(now, refreshEveryMs);
  process.on('SIGHUP', now);
  return {
    stop() {
      clearInterval(timer);
      process.off('SIGHUP', now);
    },
  };
}

function notify({ store, buildings, notifications, api }: LiveOptions, log: Logger): Notifier {
  if (notifications) warnOfGaps({ buildings, notifications, api }, log);
  const notifier = startNotifier({
    journal: store.journal,
    buildings: notifications ? buildings : buildings.map((building) => ({ ...building, contacts: [] })),
    notifications: notifications ?? { criticalPasses: true, maxAgeMs: 7 * 86_400_000 },
    publicUrl: api.publicUrl,
    mode: 'embedded',
    clock: systemClock,
    onEvent: (event) => logNotifier(log, event),
  });
  notifier.done.catch((error) => log.error({ reason: String(error) }, 'notifier ended'));
  return notifier;
}

/** Readings are the ordinary case and only counted; the rest is told. */
function logIngest(log: Logger, event: { readonly kind: string }): void {
  if (event.kind === 'reading' || event.kind === 'acknowledged' || event.kind === 'health' || event.kind === 'heard')
    return;
  if (event.kind === 'cycle' || event.kind === 'link') log.debug(event, event.kind);
  else log.warn(event, event.kind);
}
