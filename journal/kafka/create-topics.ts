/**
 * Creating topics and waiting until they can be used. kafkajs's own wait fails when a broker has not yet heard of a
 * topic that its controller has just made (UNKNOWN_TOPIC_OR_PARTITION); here that is one more reason to wait.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';

// Node finds only some of kafkajs's names by itself; the rest are members of its default export.
const { KafkaJSProtocolError } = kafkajs;

const pollEveryMs = 50;
const notYet = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

/**
 * Resolves when every partition of those topics has a leader; topics that exist already are left as they are.
 * @throws Error when they have none within `withinMs`, KafkaJSError when the broker refuses
 */
export async function createTopics(admin: Admin, topics: readonly ITopicConfig[], withinMs = 30_000): Promise<void> {
  if (topics.length === 0) return;
  await admin.createTopics({ topics: [...topics], waitForLeaders: false, timeout: withinMs });
  const names = topics.map(({ topic }) => topic);
  const deadline = performance.now() + withinMs;
  while (!(await haveLeaders(admin, names))) {
    if (performance.now() > deadline) throw new Error(`no leader within ${withinMs} ms for topics ${names.join(', ')}`);
    await sleep(pollEveryMs);
  }
}

async function haveLeaders(admin: Admin, names: string[]): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    const partitions = topics.flatMap((topic) => topic.partitions);
    return topics.length === names.length && partitions.every((partition) => partition.leader >= 0);
  } catch (error) {
    if (error instanceof KafkaJSProtocolError && notYet.has(error.type)) return false;
    throw error;
  }
}
