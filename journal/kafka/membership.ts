/**
 * Membership of a consumer group: who owns which partitions, and heartbeats. kafkajs's consumer does that and nothing else here: all its
 * partitions are paused, for records are fetched by each partition's own loop, from its own position.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, Kafka } from 'kafkajs';
import type { JournalEvent } from '../port.ts';
import { coPartitionAssigner } from './co-partition-assigner.ts';
import { isRefused, reasonOf } from './errors.ts';

export interface MembershipOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  /** Full names; all with the same number of partitions. */
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  /** Runs a partition until the signal says that it is lost or the whole stops; a rejection ends the membership with it. */
  own(partition: number, member: Member, signal: AbortSignal): Promise<void>;
  readonly signal: AbortSignal;
  onEvent?(event: JournalEvent): void;
}

export interface Member {
  /** Commits the next offsets to read, as a member of the present generation. */
  commit(
    offsets: readonly { readonly topic: string; readonly partition: number; readonly next: number }[],
  ): Promise<void>;
  /** True where the brokers still count us in: a process that slept through its session hears of it late. */
  isConfirmed(): Promise<boolean>;
  /** False after a session's time without a word of the brokers: others may have been given our partitions. */
  isCurrent(): boolean;
}

interface Owned {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** Longer makes a stop slower, shorter makes needless rounds. */
const pausedRoundMs = 300;
const rejoinAfterMs = 2000;
/** Far more than joining takes on a machine that is busy: giving up too soon would begin for ever. */
const longestSilenceMs = 120_000;
const silencePollMs = 1000;
const longestLeaveMs = 5000;

/** Resolves when the signal has stopped it and every partition is let go. */
export async function joinGroup(options: MembershipOptions): Promise<void> {
  const owned = new Map<number, Owned>();
  let fail: (error: unknown) => void = () => undefined;
  /** Rejects when a partition's loop gives up for good. */
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => reject(new OwnerFailed(error));
  });
  failed.catch(() => undefined);

  while (!options.signal.aborted) {
    const consumer = createConsumer(options);
    const member = createMember(consumer, options.sessionTimeoutMs);
    const over = new AbortController();
    const crashed = new Promise<unknown>((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) resolve(payload.error);
      });
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (over.signal.aborted) {
        // It was given up as hung, and has come back: nobody serves what it is given.
        void consumer.disconnect().catch(() => undefined);
        return;
      }
      pauseAll(consumer, payload.memberAssignment);
      member.joinedAs(payload.memberId);
      const partitions = Object.values(payload.memberAssignment).flat();
      assign(new Set(partitions.map(Number)), member);
    });
    const silence = whenSilent(member, Math.max(longestSilenceMs, 4 * options.sessionTimeoutMs), over.signal);
    try {
      const joined = join(consumer, options.topics).then(() =>
        Promise.race([crashed, failed, aborted(options.signal)]),
      );
      const error = await Promise.race([joined, silence]);
      if (error !== undefined) throw error;
    } catch (error) {
      if (error instanceof OwnerFailed || isRefused(error)) {
        await letGo(consumer);
        throw error instanceof OwnerFailed ? error.cause : error;
      }
      options.onEvent?.({ type: 'retry', facts: { reason: reasonOf(error) } });
    } finally {
      over.abort();
    }
    await letGo(consumer);
    if (!options.signal.aborted)
      await sleep(rejoinAfterMs, undefined, { signal: options.signal }).catch(() => undefined);
  }

  function assign(partitions: ReadonlySet<number>, member: Member): void {
    for (const [partition, { controller }] of owned) {
      if (partitions.has(partition)) continue;
      owned.delete(partition);
      controller.abort();
      options.onEvent?.({ type: 'revoked', partition });
    }
    for (const partition of partitions) {
      if (owned.has(partition) || options.signal.aborted) continue;
      const controller = new AbortController();
      options.onEvent?.({ type: 'assigned', partition });
      const done = options.own(partition, member, controller.signal);
      done.catch(fail);
      owned.set(partition, { controller, done });
    }
  }

  async function letGo(consumer: Consumer): Promise<void> {
    const all = [...owned];
    owned.clear();
    for (const [partition, { controller }] of all) {
      controller.abort();
      options.onEvent?.({ type: 'revoked', partition });
    }
    await Promise.allSettled(all.map(([, { done }]) => done));
    // One that has hung may hang here too; the brokers forget it after its session.
    const patience = new AbortController();
    await Promise.race([
      consumer.disconnect().catch(() => undefined),
      sleep(longestLeaveMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }
}

/** Resolves with an error when the brokers have said nothing for so long: whatever the consumer waits for, a new one is made. */
async function whenSilent(member: HeardMember, longestMs: number, signal: AbortSignal): Promise<unknown> {
  while (!signal.aborted) {
    if (member.silentMs() > longestMs) return new Error(`no word of the brokers for ${Math.round(longestMs / 1000)} s`);
    await sleep(silencePollMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

class OwnerFailed extends Error {
  constructor(cause: unknown) {
    super('a partition has failed', { cause });
  }
}

async function join(consumer: Consumer, topics: readonly string[]): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => undefined });
}

function createConsumer({ kafka, groupId, sessionTimeoutMs }: MembershipOptions): Consumer {
  return kafka.consumer({
    groupId,
    partitionAssigners: [coPartitionAssigner],
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(1000, Math.floor(sessionTimeoutMs / 5)),
    rebalanceTimeout: sessionTimeoutMs,
    maxWaitTimeInMs: pausedRoundMs,
    allowAutoTopicCreation: false,
  });
}

function pauseAll(consumer: Consumer, assignment: Readonly<Record<string, readonly number[]>>): void {
  const all = Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions: partitions.map(Number) }));
  if (all.length > 0) consumer.pause(all);
}

interface HeardMember extends Member {
  joinedAs(memberId: string): void;
  /** Since the brokers' last word, or since this was made. */
  silentMs(): number;
}

function createMember(consumer: Consumer, sessionTimeoutMs: number): HeardMember {
  let currentId: string | undefined;
  let heardAt = performance.now();
  consumer.on(consumer.events.HEARTBEAT, () => {
    heardAt = performance.now();
  });
  return {
    joinedAs(memberId) {
      currentId = memberId;
      heardAt = performance.now();
    },
    silentMs: () => performance.now() - heardAt,
    isCurrent: () => performance.now() - heardAt < sessionTimeoutMs,
    commit: (offsets) =>
      consumer.commitOffsets(offsets.map(({ topic, partition, next }) => ({ topic, partition, offset: String(next) }))),
    async isConfirmed() {
      const { members } = await consumer.describeGroup();
      return members.some(({ memberId }) => memberId === currentId);
    },
  };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
