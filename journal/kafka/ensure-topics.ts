/**
 * The topics as the contracts say, made and verified on a broker.
 *
 * A missing topic is created and settings that differ are set. The number of partitions and the replication factor of
 * an existing topic are never changed: a building's partition follows from their number, so that a change moves its
 * records away from its state. They are reported instead.
 *
 * Topics that delete by age do so by the broker's clock (LogAppendTime): an import of last year's readings, or a
 * meter's wrong clock, neither shortens nor lengthens what is kept.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import { type TopicName, topicName, topicNames, topics } from '../../domain/topics.ts';
import { createTopics } from './create-topics.ts';

export interface TopicPlan {
  /** Before the topics' names, `releve` where left out. */
  readonly prefix?: string;
  /** Of every topic that is partitioned by building. */
  readonly partitions: number;
  /** Copies of each record; from 2 on, writes wait for two of them. */
  readonly replicationFactor: number;
  /** In place of the contract's retention, ms. */
  readonly retentionMs?: Partial<Readonly<Record<TopicName, number>>>;
}

/** One thing that is not as planned. `setting` is `topic` (missing), `partitions`, `replication` or a broker's setting. */
export interface TopicDifference {
  readonly topic: string;
  readonly setting: string;
  readonly expected: string;
  readonly actual: string | null;
}

export interface TopicReport {
  readonly created: readonly string[];
  /** What differed and was set. */
  readonly altered: readonly TopicDifference[];
  /** What differs still, and needs an operator. */
  readonly remaining: readonly TopicDifference[];
}

const dynamicTopicSetting = 1;
const settleWithinMs = 10_000;
const settlePollMs = 50;
const isFixed = (setting: string): boolean => setting === 'partitions' || setting === 'replication';

/** Creates and sets what is missing. The admin client is connected, and stays so. @throws KafkaJSError when the broker refuses */
export async function ensureTopics(admin: Admin, plan: TopicPlan): Promise<TopicReport> {
  const existing = new Set(await admin.listTopics());
  const missing = topicNames.filter((name) => !existing.has(fullName(name, plan)));
  await createTopics(
    admin,
    missing.map((name) => ({
      topic: fullName(name, plan),
      numPartitions: partitions(name, plan),
      replicationFactor: plan.replicationFactor,
      configEntries: Object.entries(settings(name, plan)).map(([key, value]) => ({ name: key, value })),
    })),
  );
  const altered = (await verifyTopics(admin, plan)).filter(({ setting }) => setting !== 'topic' && !isFixed(setting));
  await alter(admin, altered);
  return {
    created: missing.map((name) => fullName(name, plan)),
    altered,
    remaining: await settledDifferences(admin, plan),
  };
}

/** What differs once the broker has heard of what its controller was told, which takes it a moment. */
async function settledDifferences(admin: Admin, plan: TopicPlan): Promise<readonly TopicDifference[]> {
  const deadline = performance.now() + settleWithinMs;
  for (;;) {
    const differences = await verifyTopics(admin, plan);
    if (differences.every(({ setting }) => isFixed(setting)) || performance.now() > deadline) return differences;
    await sleep(settlePollMs);
  }
}

/** What differs from the plan, in the order of the contracts; empty when all is well. Changes nothing. */
export async function verifyTopics(admin: Admin, plan: TopicPlan): Promise<readonly TopicDifference[]> {
  const listed = new Set(await admin.listTopics());
  const present = topicNames.filter((name) => listed.has(fullName(name, plan)));
  const [shapes, values] = await Promise.all([readShapes(admin, present, plan), readSettings(admin, present, plan)]);
  return topicNames.flatMap((name): TopicDifference[] => {
    const topic = fullName(name, plan);
    const shape = shapes.get(topic);
    if (shape === undefined) return [{ topic, setting: 'topic', expected: 'present', actual: null }];
    const expected: Record<string, string> = {
      partitions: String(partitions(name, plan)),
      replication: String(plan.replicationFactor),
      ...settings(name, plan),
    };
    const actual: Record<string, string | undefined> = { ...shape, ...values.get(topic) };
    return Object.entries(expected)
      .filter(([setting, value]) => actual[setting] !== value)
      .map(([setting, value]) => ({ topic, setting, expected: value, actual: actual[setting] ?? null }));
  });
}

function fullName(name: TopicName, plan: TopicPlan): string {
  return topicName(name, plan.prefix);
}

function partitions(name: TopicName, plan: TopicPlan): number {
  return topics[name].partitioned ? plan.partitions : 1;
}

/** The broker's settings of a topic. */
function settings(name: TopicName, plan: TopicPlan): Record<string, string> {
  const { cleanup, retentionMs } = topics[name];
  const kept = plan.retentionMs?.[name] ?? retentionMs ?? -1;
  const common = {
    'cleanup.policy': cleanup,
    'retention.ms': String(kept),
    'min.insync.replicas': plan.replicationFactor > 1 ? '2' : '1',
  };
  // Only closed segments are compacted: they close every 6 h, and a fifth of old records is enough to start.
  if (cleanup === 'compact') return { ...common, 'segment.ms': '21600000', 'min.cleanable.dirty.ratio': '0.2' };
  return { ...common, 'message.timestamp.type': 'LogAppendTime' };
}

async function readShapes(
  admin: Admin,
  names: readonly TopicName[],
  plan: TopicPlan,
): Promise<Map<string, { partitions: string; replication: string }>> {
  if (names.length === 0) return new Map();
  const metadata = await admin.fetchTopicMetadata({ topics: names.map((name) => fullName(name, plan)) });
  return new Map(
    metadata.topics.map((topic) => [
      topic.name,
      { partitions: String(topic.partitions.length), replication: String(topic.partitions[0]?.replicas.length ?? 0) },
    ]),
  );
}

async function readSettings(
  admin: Admin,
  names: readonly TopicName[],
  plan: TopicPlan,
): Promise<Map<string, Record<string, string>>> {
  if (names.length === 0) return new Map();
  const answer = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: fullName(name, plan),
      configNames: Object.keys(settings(name, plan)),
    })),
  });
  return new Map(
    answer.resources.map((resource) => [
      resource.resourceName,
      Object.fromEntries(resource.configEntries.map((entry) => [entry.configName, entry.configValue])),
    ]),
  );
}

/** Sets what differs. The broker takes the whole list of a topic's own settings at once: those it has already are sent again. */
async function alter(admin: Admin, differences: readonly TopicDifference[]): Promise<void> {
  for (const topic of new Set(differences.map((difference) => difference.topic))) {
    const answer = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
    });
    const own = answer.resources
      .flatMap((resource) => resource.configEntries)
      .filter((entry) => entry.configSource === dynamicTopicSetting)
      .map((entry) => [entry.configName, entry.configValue] as const);
    const wanted = differences
      .filter((difference) => difference.topic === topic)
      .map((difference) => [difference.setting, difference.expected] as const);
    const entries = [...new Map([...own, ...wanted])].map(([name, value]) => ({ name, value }));
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: entries }],
    });
  }
}
