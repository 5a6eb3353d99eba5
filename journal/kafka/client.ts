/**
 * The Kafka client of all parts of the journal: connection settings, and kafkajs's log mapped to ours. What kafkajs retries by itself
 * (coordinators that load, transactions that are being ended, brokers that are away) it logs as errors, many a second: that is debug here.
 */

import { Kafka, type KafkaConfig, type LogEntry, logLevel } from 'kafkajs';
import { registerCompression } from './compression.ts';
import { mendIdleTimers } from './idle-timers.ts';
import { mendProduce } from './produce.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface KafkaOptions {
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and quotas. */
  readonly clientId?: string | undefined;
  /** Before the names of topics and groups, `releve` where left out. */
  readonly prefix?: string | undefined;
  readonly ssl?: KafkaConfig['ssl'] | undefined;
  readonly sasl?: KafkaConfig['sasl'] | undefined;
  /** Without a sign of life for this long a process loses its partitions to others; 15 s where left out. */
  readonly sessionTimeoutMs?: number | undefined;
  readonly log?: ((level: LogLevel, message: string, facts: Readonly<Record<string, unknown>>) => void) | undefined;
}

/** Patience with one request; whoever needs more retries around it. */
export const retry = { initialRetryTime: 30, maxRetryTime: 2000, retries: 8 } as const;

export function createKafka(options: KafkaOptions): Kafka {
  process.env.KAFKAJS_NO_PARTITIONER_WARNING ??= '1';
  registerCompression();
  mendIdleTimers();
  mendProduce();
  const { log } = options;
  return new Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId ?? 'releve',
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
    connectionTimeout: 5000,
    requestTimeout: 30_000,
    retry,
    logLevel: log ? logLevel.INFO : logLevel.NOTHING,
    logCreator: () => (entry) => log?.(levelOf(entry), entry.log.message, factsOf(entry)),
  });
}

function levelOf({ level, log: { message, error } }: LogEntry): LogLevel {
  if (isTransient(`${message} ${error ?? ''}`)) return 'debug';
  // Whatever fails for good rejects or is told as an event: here it is only on its way there.
  if (level === logLevel.ERROR) return 'warn';
  return level === logLevel.WARN ? 'warn' : level === logLevel.INFO ? 'info' : 'debug';
}

function factsOf({
  namespace,
  log: { message: _message, timestamp: _timestamp, logger: _logger, ...facts },
}: LogEntry) {
  return { ...facts, part: namespace };
}

function isTransient(text: string): boolean {
  return transient.some((pattern) => text.includes(pattern));
}

const transient: readonly string[] = [
  'CONCURRENT_TRANSACTIONS',
  'another concurrent operation on the same transaction',
  'Connection error: connect',
  'Failed to connect to',
  'Limiting retries for the idempotent producer',
  'still completing a previous',
  'ongoing transaction',
  'coordinator is loading',
  'coordinator is not available',
  'not the correct coordinator',
  'The group is rebalancing',
  'group is rebalancing, so a rejoin is needed',
  'Pausing fetching',
];
