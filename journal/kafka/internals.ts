/**
 * The one place that reaches into kafkajs: its cluster, to fetch a partition from an offset that we choose and without a group. The public
 * consumer cannot: it starts where the group stands, delivers what it had fetched before a seek, and takes records of an
 * aborted transaction for committed ones where a fetch begins amid two of them. kafkajs is pinned to 2.2.4 and no longer changes.
 */
import type { Kafka } from 'kafkajs';

export interface RawMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly isControlRecord: boolean;
  readonly batchContext: {
    readonly producerId: string;
    readonly inTransaction: boolean;
    readonly lastOffsetDelta: number;
  };
}

export interface RawPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly messages: readonly RawMessage[];
}

export interface FetchTopic {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }[];
}

export interface RawBroker {
  fetch(request: {
    readonly isolationLevel: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly topics: readonly FetchTopic[];
  }): Promise<{
    readonly responses: readonly { readonly topicName: string; readonly partitions: readonly RawPartition[] }[];
  }>;
}

export interface RawCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  removeBroker(address: { readonly host: string; readonly port: number }): void;
  findBroker(query: { readonly nodeId: string }): Promise<RawBroker>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>;
  fetchTopicsOffset(
    topics: readonly { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}

export const readCommitted = 1;

/** A cluster with connections of its own: a fetch that waits holds nobody else up. */
export function createCluster(kafka: Kafka): RawCluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create = symbol && (kafka as unknown as Record<symbol, (options: object) => RawCluster>)[symbol];
  if (!create) throw new Error('this kafkajs is not version 2.2.4');
  return create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false, isolationLevel: readCommitted });
}
