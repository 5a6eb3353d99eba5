/** Record batches and answers to a fetch, written byte by byte as the protocol has them: a second, naive implementation. */

export interface WrittenRecord {
  readonly offsetDelta: number;
  readonly timestampDelta?: bigint;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: readonly (readonly [name: string, value: string | null])[];
}

export interface WrittenBatch {
  readonly base: number;
  readonly records: readonly WrittenRecord[];
  /** Other than the last record's, where compaction has taken records. */
  readonly lastOffsetDelta?: number;
  readonly producerId?: bigint;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  readonly codec?: number;
  /** What the codec makes of the records; as they are where left out. */
  readonly compress?: (plain: Buffer) => Buffer;
  /** Instead of what the records come to. */
  readonly count?: number;
  readonly magic?: number;
}

export function writeBatch(batch: WrittenBatch): Buffer {
  const { base, records, codec = 0, isTransactional = false, isControl = false } = batch;
  const plain = Buffer.concat(records.map(writeRecord));
  const stored = (batch.compress ?? ((bytes) => bytes))(plain);
  const checked = Buffer.concat([
    int16(codec | (isTransactional ? 0x10 : 0) | (isControl ? 0x20 : 0)),
    int32(batch.lastOffsetDelta ?? records.at(-1)?.offsetDelta ?? 0),
    int64(1_700_000_000_000n),
    int64(1_700_000_000_000n),
    int64(batch.producerId ?? -1n),
    int16(0),
    int32(0),
    int32(batch.count ?? records.length),
    stored,
  ]);
  const after = Buffer.concat([int32(0), Buffer.from([batch.magic ?? 2]), uint32(slowCrc32c(checked)), checked]);
  return Buffer.concat([int64(BigInt(base)), int32(after.length), after]);
}

/** Commit (1) or abort (0): version, type. */
export function writeControlBatch(base: number, producerId: bigint, type: 0 | 1): Buffer {
  const key = Buffer.concat([int16(0), int16(type)]);
  const value = Buffer.concat([int16(0), int32(0)]);
  return writeBatch({
    base,
    producerId,
    isTransactional: true,
    isControl: true,
    records: [{ offsetDelta: 0, key, value }],
  });
}

export interface WrittenPartition {
  readonly partition: number;
  readonly errorCode?: number;
  readonly lastStableOffset: number;
  /** null: the broker has no list. */
  readonly aborted?: readonly (readonly [producerId: bigint, first: number])[] | null;
  readonly records: Buffer | null;
}

export function writeFetchResponse(
  topics: readonly { readonly topic: string; readonly partitions: readonly WrittenPartition[] }[],
  { throttleMs = 0, errorCode = 0 }: { throttleMs?: number; errorCode?: number } = {},
): Buffer {
  return Buffer.concat([
    int32(throttleMs),
    int16(errorCode),
    int32(0),
    int32(topics.length),
    ...topics.flatMap(({ topic, partitions }) => [
      int16(Buffer.byteLength(topic)),
      Buffer.from(topic),
      int32(partitions.length),
      ...partitions.flatMap(writePartition),
    ]),
  ]);
}

function writePartition({
  partition,
  errorCode = 0,
  lastStableOffset,
  aborted = [],
  records,
}: WrittenPartition): Buffer[] {
  return [
    int32(partition),
    int16(errorCode),
    int64(BigInt(lastStableOffset + 7)),
    int64(BigInt(lastStableOffset)),
    int64(0n),
    int32(aborted?.length ?? -1),
    ...(aborted ?? []).flatMap(([producerId, first]) => [int64(producerId), int64(BigInt(first))]),
    int32(-1),
    int32(records?.length ?? -1),
    records ?? Buffer.alloc(0),
  ];
}

function writeRecord({ offsetDelta, timestampDelta = 0n, key, value, headers = [] }: WrittenRecord): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(timestampDelta),
    varint(BigInt(offsetDelta)),
    sized(key),
    sized(value),
    varint(BigInt(headers.length)),
    ...headers.flatMap(([name, content]) => [sized(name), sized(content)]),
  ]);
  return Buffer.concat([varint(BigInt(body.length)), body]);
}

function sized(content: Buffer | string | null): Buffer {
  if (content === null) return varint(-1n);
  const bytes = Buffer.from(content as string);
  return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
}

/** Zigzag, seven bits a byte, lowest first. */
function varint(value: bigint): Buffer {
  let left = value >= 0n ? 2n * value : -2n * value - 1n;
  const bytes: number[] = [];
  while (left >= 128n) {
    bytes.push(Number(left % 128n) + 128);
    left /= 128n;
  }
  return Buffer.from([...bytes, Number(left)]);
}

function slowCrc32c(bytes: Buffer): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc % 2n === 1n ? (crc / 2n) ^ 0x82f63b78n : crc / 2n;
  }
  return Number(crc ^ 0xffffffffn);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
