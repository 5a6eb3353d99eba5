/**
 * The one place that reaches into kafkajs: its cluster, to fetch a partition from an offset that we choose and without a group. The public
 * consumer cannot: it starts where the group stands, delivers what it had fetched before a seek, and takes records of an
 * aborted transaction for committed ones where a fetch begins amid two of them. kafkajs is pinned to 2.2.4 and no longer changes.
 */
import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';
import { decodeFetchResponse, type FetchResponse } from './fetch-response.ts';

export interface FetchTopic {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }[];
}

export interface FetchRequest {
  readonly isolationLevel: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly FetchTopic[];
}

/** kafkajs's broker; only {@link sendThrough} looks into it. */
export type RawBroker = object;

export interface RawCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  metadata(query: {
    readonly topics: readonly string[];
  }): Promise<{ readonly clusterId: string; readonly brokers: readonly object[] }>;
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

type Send = (this: RawBroker, exchange: object) => Promise<unknown>;
const inModules = createRequire(import.meta.url);
/** Until an answer that the broker may hold back for `maxWaitTime` is taken for lost. */
const networkDelayMs = 5000;

/** Sends kafkajs's own request and decodes the answer ourselves; its errors are kafkajs's. */
export async function fetchFrom(broker: RawBroker, fetch: FetchRequest): Promise<FetchResponse['responses']> {
  const request = inModules('kafkajs/src/protocol/requests/fetch/v11/request') as (fetch: object) => object;
  const response = inModules('kafkajs/src/protocol/requests/fetch/v11/response') as { readonly parse: unknown };
  const answer = await sendThrough(broker, {
    request: request({ replicaId: -1, ...fetch }),
    response: { decode: decodeFetchResponse, parse: response.parse },
    requestTimeout: fetch.maxWaitTime + networkDelayMs,
  });
  return (answer as FetchResponse).responses;
}

/** One request in kafkajs's terms over the broker's connections; what its response decodes and parses. */
export async function sendThrough(
  broker: RawBroker,
  exchange: { readonly request: object; readonly response: object; readonly requestTimeout?: number },
): Promise<unknown> {
  const symbol = Object.getOwnPropertySymbols(Object.getPrototypeOf(broker)).find(
    ({ description }) => description === 'private:Broker:sendRequest',
  );
  const send = symbol && (broker as Record<symbol, Send>)[symbol];
  if (!send) throw new Error('this kafkajs is not version 2.2.4');
  return await send.call(broker, exchange);
}

/** A cluster with connections of its own: a fetch that waits holds nobody else up. */
export function createCluster(kafka: Kafka): RawCluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create = symbol && (kafka as unknown as Record<symbol, (options: object) => RawCluster>)[symbol];
  if (!create) throw new Error('this kafkajs is not version 2.2.4');
  return create({ metadataMaxAge: 300_000, allowAutoTopicCreation: false, isolationLevel: readCommitted });
}
