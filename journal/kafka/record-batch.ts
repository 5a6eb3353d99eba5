/**
 * Record batches (magic 2) as the broker keeps them. kafkajs decodes a batch with a Buffer, a decoder and three BigInts a record, which was half of the
 * time of `process`; here a record costs its two texts.
 *
 *     0         8       12     16    17   21   23           27     35     43     51     57    61
 *     | base    | length| epoch|magic|crc |attr| lastDelta  |first |max   |prodId|epoch,seq|count| records …
 *     record: length, attributes (1), Δtime, Δoffset, key length, key, value length, value, headers      varints, zigzag
 */
import { gunzip, zstdDecompress } from 'node:zlib';
import type { RawMessage } from './raw.ts';

export interface DecodedBatches {
  readonly messages: RawMessage[];
  /** One past the last offset of the batches, empty ones (compaction) included; null: no whole batch. */
  readonly nextOffset: number | null;
}

const headerBytes = 61;
const lengthEnd = 12;
const codecMask = 0x7;
const transactionalFlag = 0x10;
const controlFlag = 0x20;
/** Fewer calls than with the 16 KB that are usual. */
const chunkSize = 256 * 1024;

/** The last batch may be cut off and is left for the next fetch. @throws Error on what no broker of today sends */
export async function decodeBatches(bytes: Buffer): Promise<DecodedBatches> {
  const messages: RawMessage[] = [];
  let nextOffset: number | null = null;
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const end: number = at + lengthEnd + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    const magic = bytes[at + 16];
    if (magic !== 2) throw new Error(`record batch of format ${magic}, not 2`);
    const base = Number(bytes.readBigInt64BE(at));
    const attributes = bytes.readInt16BE(at + 21);
    const lastOffsetDelta = bytes.readInt32BE(at + 23);
    const batchContext = {
      producerId: bytes.readBigInt64BE(at + 43).toString(),
      inTransaction: (attributes & transactionalFlag) > 0,
      lastOffsetDelta,
    };
    const count = bytes.readInt32BE(at + 57);
    const stored = bytes.subarray(at + headerBytes, end);
    const records = count > 0 ? await decompress(attributes & codecMask, stored) : stored;
    decodeRecords(records, count, base, (attributes & controlFlag) > 0, batchContext, messages);
    nextOffset = base + lastOffsetDelta + 1;
    at = end;
  }
  return { messages, nextOffset };
}

function decodeRecords(
  bytes: Buffer,
  count: number,
  base: number,
  isControlRecord: boolean,
  batchContext: RawMessage['batchContext'],
  into: RawMessage[],
): void {
  let at = 0;

  function varint(): number {
    let byte = bytes[at++]!;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let shift = 7; ; shift += 7) {
      byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
  }

  function text(): string | null {
    const length = varint();
    if (length < 0) return null;
    at += length;
    return bytes.toString('utf8', at - length, at);
  }

  for (let index = 0; index < count; index++) {
    const length = varint();
    const end = at + length;
    if (end > bytes.length) throw new Error('record batch shorter than its records');
    at++;
    while (bytes[at++]! >= 0x80);
    const offset = base + varint();
    const key = text() ?? '';
    const value = text();
    into.push({ offset, key, value, isControlRecord, batchContext });
    at = end;
  }
}

function decompress(codec: number, bytes: Buffer): Promise<Buffer> | Buffer {
  if (codec === 0) return bytes;
  if (codec !== 1 && codec !== 4) throw new Error(`records compressed by ${codecNames[codec] ?? codec}`);
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Buffer): void => (error ? reject(error) : resolve(result));
    if (codec === 1) gunzip(bytes, { chunkSize }, done);
    else zstdDecompress(bytes, { chunkSize }, done);
  });
}

const codecNames: Readonly<Record<number, string>> = { 2: 'snappy', 3: 'lz4' };
