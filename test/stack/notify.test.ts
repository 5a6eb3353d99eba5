/** The notifier over a real Kafka as the command runs it, and forgetting in Kafka and InfluxDB. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { forget } from '../../bin/forget.ts';
import type { Building } from '../../domain/building.ts';
import { createCalendar } from '../../domain/calendar.ts';
import { parseConfig } from '../../domain/config/parse.ts';
import { type Anomaly, type Result, resultKey } from '../../domain/results.ts';
import { createKafka } from '../../journal/kafka/client.ts';
import { ensureTopics } from '../../journal/kafka/ensure-topics.ts';
import { createKafkaJournal } from '../../journal/kafka/journal.ts';
import type { Journal, JournalRecord } from '../../journal/port.ts';
import { messageId } from '../../notify/records.ts';
import { ensureBuckets } from '../../results/influx/ensure-buckets.ts';
import { createInfluxResults } from '../../results/influx/results.ts';
import { until } from '../contract/journal.contract.ts';
import { day0, dayMs, meterDay, storedReading } from '../contract/results.fixtures.ts';
import { anomaly } from '../notify/fixtures.ts';
import { notifications } from '../notify/harness.ts';
import { type MailReceiver, receiveMail, receiveWebhooks, type WebhookReceiver } from '../notify/receivers.ts';

const program = fileURLToPath(new URL('../../bin/releve.ts', import.meta.url));
const names = ['tilleuls', 'acacias', 'platanes', 'chenes'];

let prefix: string;
let folder: string;
let journal: Journal;
let mail: MailReceiver;
let hooks: WebhookReceiver;
let children: ChildProcess[];
let count = 0;

beforeEach(async () => {
  const { brokers } = inject('kafka');
  prefix = `notify-${process.pid}-${++count}`;
  folder = mkdtempSync(join(tmpdir(), 'releve-notify-'));
  children = [];
  const admin = createKafka({ brokers }).admin();
  await admin.connect();
  await ensureTopics(admin, { prefix, partitions: 4, replicationFactor: 1 });
  await admin.disconnect();
  journal = createKafkaJournal({ brokers, prefix });
  mail = await receiveMail();
  hooks = await receiveWebhooks();
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await mail.close();
  await hooks.close();
  await journal.close();
  rmSync(folder, { recursive: true, force: true });
});

function configurationText(): string {
  return `
version: 1
kafka: { brokers: [${inject('kafka')
    .brokers.map((broker) => `'${broker}'`)
    .join(', ')}], prefix: ${prefix}, partitions: 4 }
buildings:
${names
  .map(
    (name) => `
  - id: ${name}
    lots: [{ number: 1, occupancy: [{ from: 2020-01-01, occupant: A }] }]
    meters: [{ id: LOC01, role: tenant, lot: 1 }]
    contacts:
      - { role: syndic, email: ${name}@example.org }
      - { role: locataire, lot: 1, webhook: { url: '${hooks.url}/${name}', secret: '\${NOTIFY_TEST_HOOK}' } }
      - { role: maintenance, email: maintenance@example.org }`,
  )
  .join('')}
notifications:
  smtp: { host: 127.0.0.1, port: ${mail.port}, from: releve@example.org }
`;
}

function startNotify(file: string): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'notify', '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NOTIFY_TEST_HOOK: 'secret', KAFKAJS_NO_PARTITIONER_WARNING: '1' },
  });
  child.stderr?.resume();
  children.push(child);
  return child;
}

function stopped(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

test('each message once by its key: a kill, a second notifier, an orderly stop; maintenance is Grafana’s', async () => {
  const file = join(folder, 'releve.yaml');
  writeFileSync(file, configurationText());
  const expected = new Set<string>();
  const calendar = createCalendar('Europe/Paris');
  const tell = async (daysAgo: number): Promise<void> => {
    const now = Date.now();
    const day = calendar.windowOf('day', now - daysAgo * dayMs);
    const common = { start: day.start, date: day.date, openedAt: now, updatedAt: now };
    const found: Anomaly[] = names.flatMap((building) => [
      anomaly('fuite_energetique', { ...common, building }),
      anomaly('compteur_fige', { ...common, building, meter: 'LOC01', lots: [1] }),
      anomaly('bus_degrade', { ...common, building, bus: 'bus1' }),
    ]);
    for (const each of found) {
      if (each.type === 'fuite_energetique') expected.add(messageId(resultKey(each), 'syndic/0', 'mail'));
      if (each.type === 'compteur_fige') expected.add(messageId(resultKey(each), 'locataire/1/0', 'webhook'));
    }
    await journal.append(
      found.map((value) => ({ topic: 'results', key: resultKey(value), building: value.building, value })),
    );
  };
  const arrived = (): string[] => [
    ...mail.accepted.map(({ id }) => id.split('@')[0]!),
    ...hooks.accepted.map(({ id }) => id),
  ];
  const complete = async (): Promise<boolean> => new Set(arrived()).size >= expected.size;

  const first = startNotify(file);
  await tell(0);
  await until(complete, 60_000);
  await tell(1);
  await until(async () => arrived().length > 8, 60_000);
  first.kill('SIGKILL');
  const second = startNotify(file);
  await until(complete, 90_000);
  const third = startNotify(file);
  let log = '';
  third.stderr?.on('data', (chunk: Buffer) => {
    log += chunk;
  });
  // The two share the partitions from here on.
  await until(async () => log.includes('"type":"assigned"'), 60_000);
  await tell(2);
  await until(complete, 90_000);
  second.kill('SIGTERM');
  third.kill('SIGTERM');
  expect(await Promise.all([stopped(second), stopped(third)])).toEqual([130, 130]);

  expect(new Set(arrived())).toEqual(expected);
  // The kill may have cut off one of each channel between its answer and its record.
  expect(arrived().length - expected.size).toBeLessThanOrEqual(2);
  expect(mail.accepted.map(({ to }) => to)).not.toContain('maintenance@example.org');
  const sent = (await notifications(journal)).flatMap((record) => (record.kind === 'sent' ? [record.message] : []));
  expect(new Set(sent)).toEqual(expected);
}, 300_000);

test('forgetting: gone from InfluxDB and from the compacted topic, with its trace', async () => {
  const id = `${prefix}-tilleuls`;
  const text = `
version: 1
buildings: [{ id: ${id}, lots: [{ number: 1, occupancy: [{ from: 2026-03-01, to: 2026-03-11, occupant: A }] }],
  meters: [{ id: LOC01, role: tenant, lot: 1 }, { id: LOC02, role: common }] }]
`;
  const building = parseConfig([{ name: 'test', text }], () => '').buildings[0] as Building;
  await ensureBuckets(inject('influx'));
  const results = createInfluxResults(inject('influx'));
  try {
    const days = Array.from({ length: 15 }, (_, n) => n);
    const items: Result[] = days.flatMap((n) => [meterDay(id, n), meterDay(id, n, { meter: 'LOC02', lot: 2 })]);
    const readings = days.map((n) => storedReading(id, 'LOC01', 0, { at: day0 + n * dayMs }));
    await journal.append(items.map((value) => ({ topic: 'results', key: resultKey(value), building: id, value })));
    expect(await results.write([...items, ...readings])).toMatchObject({ outcome: 'done', refused: [] });

    const lot = building.lots[0]!;
    const stay = { from: day0, to: day0 + 10 * dayMs, occupant: 'A' };
    const now = Date.now();
    expect(await forget({ journal, eraser: results, building, lot, stay, by: 'gardien', now })).toMatchObject({
      results: 10,
      stored: null,
    });

    const query = { building: id, from: day0, to: day0 + 40 * dayMs };
    expect(await results.meterDays({ ...query, meter: 'LOC01' })).toHaveLength(5);
    expect(await results.meterDays({ ...query, meter: 'LOC02' })).toHaveLength(15);
    const left: number[] = [];
    for await (const batch of results.readings(query)) left.push(...batch.map(({ at }) => (at - day0) / dayMs));
    expect(left).toEqual([10, 11, 12, 13, 14]);
    const last = new Map<string, JournalRecord>();
    for (let partition = 0; partition < 4; partition++)
      for await (const batch of journal.read('results', partition))
        for (const record of batch) last.set(record.key, record);
    expect([...last.values()].filter(({ value }) => value === null)).toHaveLength(10);
    const traces: unknown[] = [];
    for (let partition = 0; partition < 4; partition++)
      for await (const batch of journal.read('events', partition)) traces.push(...batch.map(({ value }) => value));
    expect(traces).toMatchObject([{ type: 'forget', building: id, lot: 1, by: 'gardien', results: 10, stored: null }]);
  } finally {
    await results.close();
  }
}, 120_000);
