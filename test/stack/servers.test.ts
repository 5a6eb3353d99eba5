/** The servers answer as the real ones do: a committed Kafka record is read back, a point is found by a Flux query. */
import { InfluxDB, Point } from '@influxdata/influxdb-client';
import { Kafka, logLevel } from 'kafkajs';
import { expect, inject, test } from 'vitest';
import { createTopics } from '../../journal/kafka/create-topics.ts';

test('Kafka gives back what was produced in a transaction, and not what was aborted', async () => {
  const kafka = new Kafka({ brokers: inject('kafka').brokers, clientId: 'servers-test', logLevel: logLevel.NOTHING });
  const topic = `servers-${crypto.randomUUID()}`;
  const admin = kafka.admin();
  await admin.connect();
  await createTopics(admin, [{ topic, numPartitions: 1, replicationFactor: 1 }]);
  await admin.disconnect();
  const producer = kafka.producer({ idempotent: true, transactionalId: topic, maxInFlightRequests: 1 });
  await producer.connect();
  const aborted = await producer.transaction();
  await aborted.send({ topic, messages: [{ key: 'A', value: 'aborted' }] });
  await aborted.abort();
  const committed = await producer.transaction();
  await committed.send({ topic, messages: [{ key: 'A', value: 'committed' }] });
  await committed.commit();
  await producer.disconnect();
  const consumer = kafka.consumer({ groupId: topic, readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const first = new Promise<string | undefined>((resolve) => {
    consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) });
  });
  expect(await first).toBe('committed');
  await consumer.disconnect();
});

test('Kafka refuses a topic that nobody made', async () => {
  const kafka = new Kafka({ brokers: inject('kafka').brokers, clientId: 'servers-test', logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ retry: { retries: 0 } });
  await producer.connect();
  await expect(producer.send({ topic: 'nobody-made-this', messages: [{ value: '1' }] })).rejects.toThrow(/topic/);
  await producer.disconnect();
});

test('InfluxDB finds a point with Flux, by days of Paris across a change of time', async () => {
  const { url, org, token } = inject('influx');
  const database = new InfluxDB({ url, token });
  const meter = crypto.randomUUID();
  const at = (instant: string, wh: number): Point =>
    new Point('servers').tag('meter', meter).intField('energy_import_wh', wh).timestamp(new Date(instant));
  const write = database.getWriteApi(org, 'scratch', 'ms', { maxRetries: 0, flushInterval: 0 });
  write.writePoints([at('2024-03-30T23:30:00Z', 1), at('2024-03-31T21:59:00Z', 2), at('2024-03-31T22:00:00Z', 4)]);
  await write.flush();
  await write.close();
  const rows = await database.getQueryApi(org).collectRows<{ _time: string; _value: number }>(`
    import "timezone"
    option location = timezone.location(name: "Europe/Paris")
    from(bucket: "scratch")
      |> range(start: 2024-03-29T23:00:00Z, stop: 2024-04-02T22:00:00Z)
      |> filter(fn: (r) => r._measurement == "servers" and r.meter == "${meter}")
      |> aggregateWindow(every: 1d, fn: sum, createEmpty: false, timeSrc: "_start")`);
  expect(rows.map((row) => [row._time, row._value])).toEqual([
    ['2024-03-30T23:00:00Z', 3],
    ['2024-03-31T22:00:00Z', 4],
  ]);
});
