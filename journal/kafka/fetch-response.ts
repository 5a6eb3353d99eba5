/** The answer to a fetch, version 11 (any broker since Kafka 2.3), decoded without an object a byte string. */
import type { RawPartition } from './raw.ts';
import { decodeBatches } from './record-batch.ts';

export interface FetchResponse {
  readonly throttleTime: 0;
  /** The broker expects us to wait. */
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly (RawPartition & { readonly errorCode: number })[];
  }[];
}

export async function decodeFetchResponse(bytes: Buffer): Promise<FetchResponse> {
  let at = 0;
  function int16(): number {
    at += 2;
    return bytes.readInt16BE(at - 2);
  }
  function int32(): number {
    at += 4;
    return bytes.readInt32BE(at - 4);
  }
  function int64(): bigint {
    at += 8;
    return bytes.readBigInt64BE(at - 8);
  }
  function text(): string {
    const length = int16();
    at += length;
    return bytes.toString('utf8', at - length, at);
  }

  const clientSideThrottleTime = int32();
  const errorCode = int16();
  int32();
  const responses: { topicName: string; partitions: (RawPartition & { errorCode: number })[] }[] = [];
  for (let topics = int32(); topics > 0; topics--) {
    const topicName = text();
    const partitions: (RawPartition & { errorCode: number })[] = [];
    for (let left = int32(); left > 0; left--) {
      const partition = int32();
      const errorCode = int16();
      int64();
      const lastStableOffset = Number(int64());
      int64();
      const abortedTransactions: { producerId: string; firstOffset: number }[] = [];
      for (let aborted = int32(); aborted > 0; aborted--)
        abortedTransactions.push({ producerId: int64().toString(), firstOffset: Number(int64()) });
      int32();
      const size = Math.max(0, int32());
      at += size;
      const batches = await decodeBatches(bytes.subarray(at - size, at));
      partitions.push({ partition, errorCode, lastStableOffset, abortedTransactions, ...batches });
    }
    responses.push({ topicName, partitions });
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, responses };
}
