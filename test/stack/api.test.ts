/** The answers over a real InfluxDB, and `releve api` as an operator runs it: a process over InfluxDB and Kafka. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { generateToken } from '../../api/access/tokens.ts';
import type { DailyAnalysisAnswer } from '../../api/answers/daily-analysis.ts';
import type { TenantReportAnswer } from '../../api/answers/tenant-report.ts';
import { createCalendar } from '../../domain/calendar.ts';
import type { MeterDay } from '../../domain/results.ts';
import { type InfluxServer, startInflux } from '../../infra/native/influx.ts';
import { freePort } from '../../infra/native/server-process.ts';
import { createKafka } from '../../journal/kafka/client.ts';
import { ensureTopics } from '../../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../../journal/kafka/journal.ts';
import { ensureBuckets } from '../../results/influx/ensure-buckets.ts';
import { ensureTokens } from '../../results/influx/ensure-tokens.ts';
import { createInfluxResults } from '../../results/influx/results.ts';
import { describeAnswers } from '../api/answers.contract.ts';
import { meterDay } from '../api/fixtures.ts';
import { until } from '../contract/journal.contract.ts';

describeAnswers('InfluxDB', async () => {
  const influx = inject('influx');
  await ensureBuckets(influx);
  return createInfluxResults(influx);
});

describe('the process', () => {
  const program = fileURLToPath(new URL('../../bin/releve.ts', import.meta.url));
  const calendar = createCalendar('Europe/Paris');
  const dayMs = 86_400_000;
  const today = calendar.windowOf('day', Date.now());
  const tokens = { syndic: generateToken(), maintenance: generateToken(), locataire: generateToken() };
  type Role = keyof typeof tokens;
  let folder: string;
  let file: string;
  let influx: InfluxServer;
  let children: ChildProcess[];
  let prefix: string;
  let count = 0;

  beforeEach(async () => {
    children = [];
    prefix = `api-${process.pid}-${++count}`;
    folder = mkdtempSync(join(tmpdir(), 'releve-api-'));
    file = join(folder, 'releve.yaml');
    influx = await startInflux({ dir: join(folder, 'influx') });
    await ensureBuckets(influx);
    writeFileSync(join(folder, 'token'), (await ensureTokens(influx)).api);
    const results = createInfluxResults(influx);
    expect(await results.write(days())).toEqual({ outcome: 'done', refused: [] });
    await results.close();
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await influx.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Ten days of two lots: lot n has n kWh a day. */
  function days(): MeterDay[] {
    return Array.from({ length: 10 }, (_, n) => calendar.windowOf('day', today.start + 43_200_000 - n * dayMs)).flatMap(
      (window) =>
        [1, 2].map((lot) => ({
          ...meterDay(window, { id: `LOC0${lot}`, role: 'tenant', lot } as never, { energyWh: lot * 1000 }),
          building: 'tilleuls',
        })),
    );
  }

  function configure(roles: readonly Role[], brokers = inject('kafka').brokers): void {
    const token = (role: Role) => ({
      role,
      buildings: ['tilleuls'],
      ...(role === 'locataire' && { lot: 1 }),
      hash: tokens[role].hash,
    });
    const lot = (number: number) => ({ number, occupancy: [{ from: '2020-01-01', occupant: `A${number}` }] });
    const meter = (number: number) => ({ id: `LOC0${number}`, role: 'tenant', lot: number });
    const building = { id: 'tilleuls', lots: [lot(1), lot(2)], meters: [meter(1), meter(2)] };
    const { url, org: organisation } = influx;
    writeFileSync(
      file,
      JSON.stringify({
        version: 1,
        kafka: { brokers, prefix, partitions: 1 },
        influx: { url, organisation, token: `file:${join(folder, 'token')}`, timeout: '2s' },
        api: { tokens: roles.map(token) },
        buildings: [building],
      }),
    );
  }

  interface Running {
    readonly child: ChildProcess;
    readonly url: string;
    log(): string;
    ask(path: string, role?: Role): Promise<Response>;
    /** SIGTERM; the exit code and how long it took. */
    stop(): Promise<{ readonly code: number | null; readonly tookMs: number }>;
  }

  /** Resolves when it says that it listens. */
  async function start(): Promise<Running> {
    const words = ['--disable-warning=ExperimentalWarning', program, 'api', '-c', file, '--port', '0'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk;
    });
    const listening = () => /"url":"(http:[^"]+)","msg":"listening"/.exec(log)?.[1];
    await until(async () => listening() !== undefined || child.exitCode !== null);
    const url = listening();
    if (url === undefined) throw new Error(`ended with ${child.exitCode}: ${log}`);
    return {
      child,
      url,
      log: () => log,
      ask: (path, role) =>
        fetch(url + path, { headers: role ? { authorization: `Bearer ${tokens[role].token}` } : {} }),
      async stop() {
        const since = performance.now();
        const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        return { code: await code, tookMs: performance.now() - since };
      },
    };
  }

  test('answers by role, takes a configuration over, says what is away, and stops', async () => {
    const admin = createKafka(inject('kafka')).admin();
    await admin.connect();
    await ensureTopics(admin, { prefix, partitions: 1, replicationFactor: 1 });
    await admin.disconnect();
    configure(['syndic', 'maintenance', 'locataire']);
    const api = await start();
    const status = async (path: string, role?: Role) => (await api.ask(path, role)).status;
    const report = '/api/immeuble/rapports-locataires?locataire=1&days=5';

    expect(await status('/health')).toBe(200);
    expect(await (await api.ask('/ready')).json()).toEqual({
      statut: 'pret',
      dependances: { influxdb: 'ok', kafka: 'ok' },
    });
    expect(await status('/api/immeuble/tableau-bord-syndic')).toBe(401);
    expect(await status('/api/immeuble/tableau-bord-syndic', 'locataire')).toBe(403);
    expect(await status('/api/immeuble/maintenance', 'maintenance')).toBe(200);
    expect(await status('/api/immeuble/rapports-locataires?locataire=9', 'syndic')).toBe(404);
    expect(await status('/api/immeuble/analyse-quotidienne?days=0', 'syndic')).toBe(400);
    expect(await status('/', 'syndic')).toBe(200);
    const analysis = (await (
      await api.ask('/api/immeuble/analyse-quotidienne?days=2', 'syndic')
    ).json()) as DailyAnalysisAnswer;
    expect(analysis.analyses[1]?.consommations_locataires.locataire_2?.energie_consommee).toBe(2);
    const askReport = async () => (await (await api.ask(report, 'locataire')).json()) as TenantReportAnswer;
    const own = await askReport();
    expect(own.statistiques.energie_totale).toBe(5);

    // Somebody else moved in yesterday: the declared event counts after the next reading of it.
    const journal = createKafkaJournal({ ...inject('kafka'), prefix });
    const movedIn = calendar.windowOf('day', today.start - dayMs / 2);
    const event = { v: 1, building: 'tilleuls', type: 'move-in', lot: 1, occupant: 'B1', at: movedIn.start };
    await journal.append([{ topic: 'events', key: 'tilleuls/move-in/1', building: 'tilleuls', value: event }]);
    await journal.close();
    api.child.kill('SIGHUP');
    await until(async () => {
      const { consommation_quotidienne: shown } = await askReport();
      return shown.length === 2 && shown[0]?.date === movedIn.date;
    });

    // A token left out is revoked; what is wrong changes nothing.
    configure(['syndic', 'locataire']);
    api.child.kill('SIGHUP');
    await until(async () => (await status('/api/immeuble/maintenance', 'maintenance')) === 401);
    expect(await status('/api/immeuble/maintenance', 'syndic')).toBe(200);
    writeFileSync(file, 'version: 1\nbuildings: wrong\n');
    api.child.kill('SIGHUP');
    await until(async () => api.log().includes('configuration kept as it was'));
    expect(await status('/api/immeuble/maintenance', 'syndic')).toBe(200);

    const port = Number(new URL(influx.url).port);
    await influx.stop();
    const away = await api.ask('/ready');
    expect(away.status).toBe(503);
    expect(await away.json()).toMatchObject({ dependances: { influxdb: 'indisponible', kafka: 'ok' } });
    expect(await status('/health')).toBe(200);
    const failed = await api.ask('/api/immeuble/analyse-quotidienne?days=3', 'syndic');
    expect(failed.status).toBe(503);
    expect(await failed.json()).toMatchObject({ status: 503, title: 'Service indisponible' });
    influx = await startInflux({ dir: join(folder, 'influx'), port });
    await until(async () => (await status('/ready')) === 200);
    expect(await status('/api/immeuble/analyse-quotidienne?days=3', 'syndic')).toBe(200);

    // No token in the log, and a visitor who keeps the connection open does not hold it up.
    for (const { token } of Object.values(tokens)) expect(api.log()).not.toContain(token);
    expect(api.log()).toContain('"msg":"audit"');
    const held = connect(Number(new URL(api.url).port), '127.0.0.1');
    held.on('error', () => undefined).write('GET /health HTTP/1.1\r\nHost: x\r\n');
    const { code, tookMs } = await api.stop();
    held.destroy();
    expect(code).toBe(130);
    expect(tookMs).toBeLessThan(10_000);
  });

  test('starts and stops without the broker; tenants wait, because it is not known who lives where', async () => {
    configure(['syndic', 'locataire'], [`127.0.0.1:${await freePort()}`]);
    const api = await start();
    expect((await api.ask('/api/immeuble/analyse-quotidienne', 'syndic')).status).toBe(200);
    const tenant = await api.ask('/api/immeuble/rapports-locataires?locataire=1', 'locataire');
    expect(tenant.status).toBe(503);
    expect(await (await api.ask('/ready')).json()).toMatchObject({
      dependances: { influxdb: 'ok', kafka: 'indisponible' },
    });
    const { code, tookMs } = await api.stop();
    expect(code).toBe(130);
    expect(tookMs).toBeLessThan(10_000);
  });
});
