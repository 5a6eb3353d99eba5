/**
 * Produce requests (version 7, any broker since Kafka 2.1) with record batches of our own. kafkajs keeps what is its: producer id, epoch, sequence
 * numbers, transactions, leaders, retries. Its own way groups messages by partition in quadratic time and takes an encoder of
 * 512 bytes, four copies and a dozen objects for each.
 *
 *     0         8       12     16    17   21   23           27     35     43     51     53      57    61
 *     | base 0  | length|epoch |magic|crc |attr| lastDelta  |first |max   |prodId|epoch |sequence|count| compressed records (`records-writer.ts`)
 */
import { createRequire } from 'node:module';
import type { Message, TopicMessages } from 'kafkajs';
import { compress, compression } from './compression.ts';
import { crc32c } from './crc32c.ts';
import type { TopicBatches } from './encode.ts';
import { type RawBroker, sendThrough } from './internals.ts';
import { RecordsWriter } from './records-writer.ts';

/** Who sends a batch. */
export interface BatchProducer {
  readonly transactionalId?: string | null | undefined;
  /** 64 bits. */
  readonly producerId: { toString(): string };
  readonly producerEpoch: number;
}

interface ProduceExchange extends BatchProducer {
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly messages: unknown;
      readonly firstSequence?: number;
    }[];
  }[];
  readonly acks: number;
  readonly timeout?: number;
}

type Produce = (this: RawBroker, exchange: ProduceExchange) => Promise<unknown>;

interface KafkajsEncoder {
  writeBuffer(bytes: Buffer): KafkajsEncoder;
}

const inModules = createRequire(import.meta.url);
const mended = Symbol.for('releve.produce');
const produceKey = 0;
const version = 7;
const headerBytes = 61;
const lengthEnd = 12;
const checkedFrom = 21;
const transactionalFlag = 0x10;
const defaultTimeoutMs = 30_000;

/** In kafkajs's terms: all it does with messages is to look for one without value, and to sort them into partitions. */
export function toMessages({ topic, partitions }: TopicBatches): TopicMessages {
  const messages = { find: () => undefined, reduce: () => Object.fromEntries(partitions) };
  return { topic, messages: messages as unknown as Message[] };
}

/** Makes the library send {@link toMessages}; again does nothing more. @throws Error where it is another version */
export function mendProduce(): void {
  const { prototype } = inModules('kafkajs/src/broker') as {
    readonly prototype: { produce: Produce; [mended]?: true };
  };
  if (prototype[mended]) return;
  const { produce } = prototype;
  if (typeof produce !== 'function') throw new Error('this kafkajs is not version 2.2.4');
  prototype.produce = function (exchange) {
    const isOurs = exchange.topicData.every(({ partitions }) =>
      partitions.every(({ messages }) => messages instanceof RecordsWriter),
    );
    return isOurs ? sendThrough(this, requestOf(exchange)) : produce.call(this, exchange);
  };
  prototype[mended] = true;
}

function requestOf(exchange: ProduceExchange): { request: object; response: object } {
  const Encoder = inModules('kafkajs/src/protocol/encoder') as new (bytes: number) => KafkajsEncoder;
  return {
    request: {
      apiKey: produceKey,
      apiVersion: version,
      apiName: 'Produce',
      expectResponse: () => exchange.acks !== 0,
      encode: async () => {
        const bytes = await encodeProduce(exchange);
        return new Encoder(bytes.length).writeBuffer(bytes);
      },
    },
    response: inModules(`kafkajs/src/protocol/requests/produce/v${version}/response`) as object,
  };
}

async function encodeProduce(exchange: ProduceExchange): Promise<Buffer> {
  const { transactionalId = null, acks, timeout = defaultTimeoutMs, topicData } = exchange;
  const parts: Buffer[] = [text(transactionalId), int16(acks), int32(timeout), int32(topicData.length)];
  for (const { topic, partitions } of topicData) {
    parts.push(text(topic), int32(partitions.length));
    for (const { partition, messages, firstSequence = 0 } of partitions) {
      const batch = await encodeBatch(messages as RecordsWriter, firstSequence, exchange);
      parts.push(int32(partition), int32(batch.length), batch);
    }
  }
  return Buffer.concat(parts);
}

/** One batch; a producer that is part of a transaction says so. */
export async function encodeBatch(
  records: RecordsWriter,
  firstSequence: number,
  { transactionalId, producerId, producerEpoch }: BatchProducer,
): Promise<Buffer> {
  const stored = await compress(records.bytes);
  const batch = Buffer.alloc(headerBytes + stored.length);
  const now = BigInt(Date.now());
  batch.writeInt32BE(batch.length - lengthEnd, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(compression | (transactionalId ? transactionalFlag : 0), checkedFrom);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(now, 27);
  batch.writeBigInt64BE(now, 35);
  batch.writeBigInt64BE(BigInt(producerId.toString()), 43);
  batch.writeInt16BE(producerEpoch, 51);
  batch.writeInt32BE(firstSequence, 53);
  batch.writeInt32BE(records.length, 57);
  stored.copy(batch, headerBytes);
  batch.writeUInt32BE(crc32c(batch, checkedFrom, batch.length), 17);
  return batch;
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string | null): Buffer {
  if (value === null) return int16(-1);
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}
