/** Topics on a real broker: made once, verified, settings put right, partitions only reported. */
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { topicName, topicNames } from '../../domain/topics.ts';
import { createTopics } from '../../journal/kafka/create-topics.ts';
import { ensureTopics, verifyTopics } from '../../journal/kafka/ensure-topics.ts';

const day = 86_400_000;
let admin: Admin;
const newPlan = () => ({ prefix: `topics-${crypto.randomUUID()}`, partitions: 3, replicationFactor: 1 });

beforeAll(async () => {
  admin = new Kafka({ brokers: inject('kafka').brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
});
afterAll(() => admin.disconnect());

async function settingsOf(topic: string): Promise<Record<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
  });
  return Object.fromEntries(resources[0]!.configEntries.map((entry) => [entry.configName, entry.configValue]));
}

test('an empty broker lacks every topic and verifying makes none', async () => {
  const plan = newPlan();
  const differences = await verifyTopics(admin, plan);
  expect(differences.map((difference) => difference.topic)).toEqual(
    topicNames.map((name) => topicName(name, plan.prefix)),
  );
  expect(new Set(differences.map((difference) => difference.setting))).toEqual(new Set(['topic']));
  expect((await admin.listTopics()).filter((topic) => topic.startsWith(plan.prefix))).toEqual([]);
});

test('all topics are made with the partitions, cleanup and retention of the contracts; a second run changes nothing', async () => {
  const plan = newPlan();
  const first = await ensureTopics(admin, plan);
  expect(first.created).toHaveLength(topicNames.length);
  expect(first.altered).toEqual([]);
  expect(first.remaining).toEqual([]);
  expect(await ensureTopics(admin, plan)).toEqual({ created: [], altered: [], remaining: [] });
  const metadata = await admin.fetchTopicMetadata({ topics: [topicName('readings', plan.prefix)] });
  expect(metadata.topics[0]?.partitions).toHaveLength(3);
  for (const [name, cleanup, retention] of [
    ['readings', 'delete', 30 * day],
    ['results', 'compact', -1],
    ['telemetry', 'delete', 7 * day],
    ['state', 'compact', -1],
    ['late', 'delete', 90 * day],
    ['rejects', 'delete', 90 * day],
    ['events', 'compact', -1],
    ['notifications', 'delete', 365 * day],
  ] as const) {
    const settings = await settingsOf(topicName(name, plan.prefix));
    expect([name, settings['cleanup.policy'], settings['retention.ms']]).toEqual([name, cleanup, String(retention)]);
  }
});

test('a setting that somebody changed is put right, and the other settings of the topic stay', async () => {
  const plan = newPlan();
  const topic = topicName('state', plan.prefix);
  await createTopics(admin, [
    {
      topic,
      numPartitions: 3,
      replicationFactor: 1,
      configEntries: [
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'max.message.bytes', value: '2000000' },
      ],
    },
  ]);
  const report = await ensureTopics(admin, plan);
  expect(report.created).not.toContain(topic);
  expect(report.altered).toContainEqual({ topic, setting: 'cleanup.policy', expected: 'compact', actual: 'delete' });
  expect(report.remaining).toEqual([]);
  expect(await settingsOf(topic)).toMatchObject({ 'cleanup.policy': 'compact', 'max.message.bytes': '2000000' });
});

test('another number of partitions is reported and left alone', async () => {
  const plan = newPlan();
  await ensureTopics(admin, plan);
  const report = await ensureTopics(admin, { ...plan, partitions: 6 });
  expect(report.altered).toEqual([]);
  expect(report.remaining).toHaveLength(topicNames.length);
  expect(report.remaining[0]).toEqual({
    topic: topicName('readings', plan.prefix),
    setting: 'partitions',
    expected: '6',
    actual: '3',
  });
});

test('a retention of ones own takes the place of the contract', async () => {
  const plan = { ...newPlan(), retentionMs: { readings: 90 * day } };
  await ensureTopics(admin, plan);
  expect((await settingsOf(topicName('readings', plan.prefix)))['retention.ms']).toBe(String(90 * day));
  const { prefix, partitions, replicationFactor } = plan;
  expect(await verifyTopics(admin, { prefix, partitions, replicationFactor })).toEqual([
    {
      topic: topicName('readings', prefix),
      setting: 'retention.ms',
      expected: String(30 * day),
      actual: String(90 * day),
    },
  ]);
});
