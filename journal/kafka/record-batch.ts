/**
 * Record batches (magic 2) as the broker keeps them. kafkajs decodes a batch with a Buffer, a decoder and three BigInts a record, which was half of the
 * time of `process`; here a record costs its two texts.
 *
 *     0         8       12     16    17   21   23           27     35     43     51     57    61
 *     | base    | length| epoch|magic|crc |attr| lastDelta  |first |max   |prodId|epoch,seq|count| records …
 *     record: length, attributes (1), Δtime, Δoffset, key length, key, value length, value, headers      varints, zigzag
 *
 * What did not arrive as it was written (checksum) is an error, and asked for again. What was written so that nobody can read it is handed on as
 * records without content, for it would stand there for ever: whoever reads sets them aside.
 */
import { crc32c } from './crc32c.ts';
import { decompress, knowsCodec } from './decompress.ts';
import { RecordBatchError } from './errors.ts';
import type { RawMessage, UnreadableCode } from './raw.ts';

export interface DecodedBatches {
  readonly messages: RawMessage[];
  /** One past the last offset of the batches, empty ones (compaction) included; null: no whole batch. */
  readonly nextOffset: number | null;
}

interface BatchHeader {
  readonly base: number;
  readonly lastOffsetDelta: number;
  readonly count: number;
  readonly codec: number;
  readonly isControlBatch: boolean;
  readonly batchContext: RawMessage['batchContext'];
}

const headerBytes = 61;
const lengthEnd = 12;
const magicAt = 16;
const checksumAt = 17;
const checkedFrom = 21;
const codecMask = 0x7;
const transactionalFlag = 0x10;
const controlFlag = 0x20;

/** The last batch may be cut off and is left for the next fetch. @throws RecordBatchError on another format or a wrong checksum */
export async function decodeBatches(bytes: Buffer): Promise<DecodedBatches> {
  const messages: RawMessage[] = [];
  let nextOffset: number | null = null;
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const magic = bytes[at + magicAt];
    if (magic !== 2) throw new RecordBatchError('RECORDS_FORMAT', `record batch of format ${magic}, not 2`);
    const length = bytes.readInt32BE(at + 8);
    if (length < headerBytes - lengthEnd)
      throw new RecordBatchError('RECORDS_CHECKSUM', `record batch of ${length} bytes`);
    const end: number = at + lengthEnd + length;
    if (end > bytes.length) break;
    const header = decodeHeader(bytes, at);
    if (bytes.readUInt32BE(at + checksumAt) !== crc32c(bytes, at + checkedFrom, end))
      throw new RecordBatchError('RECORDS_CHECKSUM', `record batch at offset ${header.base}: wrong checksum`);
    if (header.count > 0) await decodeRecords(bytes.subarray(at + headerBytes, end), header, messages);
    nextOffset = header.base + header.lastOffsetDelta + 1;
    at = end;
  }
  return { messages, nextOffset };
}

function decodeHeader(bytes: Buffer, at: number): BatchHeader {
  const attributes = bytes.readInt16BE(at + checkedFrom);
  const lastOffsetDelta = bytes.readInt32BE(at + 23);
  return {
    base: Number(bytes.readBigInt64BE(at)),
    lastOffsetDelta,
    count: bytes.readInt32BE(at + 57),
    codec: attributes & codecMask,
    isControlBatch: (attributes & controlFlag) > 0,
    batchContext: {
      producerId: bytes.readBigInt64BE(at + 43).toString(),
      inTransaction: (attributes & transactionalFlag) > 0,
      lastOffsetDelta,
    },
  };
}

async function decodeRecords(stored: Buffer, header: BatchHeader, into: RawMessage[]): Promise<void> {
  if (!knowsCodec(header.codec)) return pushUnreadable('RECORDS_CODEC', header, into);
  const before = into.length;
  try {
    pushRecords(await decompress(header.codec, stored), header, into);
  } catch {
    // The checksum was right: it is as its producer wrote it.
    into.length = before;
    pushUnreadable('RECORDS_MALFORMED', header, into);
  }
}

function pushRecords(bytes: Buffer, header: BatchHeader, into: RawMessage[]): void {
  const { base, count, isControlBatch: isControlRecord, batchContext } = header;
  let at = 0;

  /** 32 bits; of a larger one, an instant's, only the length matters. */
  function varint(): number {
    let byte = bytes[at++]!;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new RangeError('varint of more than five bytes');
  }

  function text(end: number): string | null {
    const length = varint();
    if (length < 0) return null;
    at += length;
    if (at > end) throw new RangeError('text beyond its record');
    return bytes.toString('utf8', at - length, at);
  }

  for (let index = 0; index < count; index++) {
    const length = varint();
    const end = at + length;
    if (length < 0 || end > bytes.length) throw new RangeError('batch shorter than its records');
    at++;
    while (bytes[at++]! >= 0x80);
    const offset = base + varint();
    const key = text(end) ?? '';
    const value = text(end);
    into.push({ offset, key, value, isControlRecord, batchContext });
    at = end;
  }
}

/** As many as the batch says it has, at its last offsets. */
function pushUnreadable(unreadable: UnreadableCode, header: BatchHeader, into: RawMessage[]): void {
  const { base, lastOffsetDelta, isControlBatch: isControlRecord, batchContext } = header;
  const first = base + Math.max(0, lastOffsetDelta + 1 - header.count);
  for (let offset = first; offset <= base + lastOffsetDelta; offset++)
    into.push({ offset, key: '', value: null, isControlRecord, unreadable, batchContext });
}
