import { expect, test } from 'vitest';
import { committedMessages } from '../../../journal/kafka/committed.ts';
import { decodeFetchResponse } from '../../../journal/kafka/fetch-response.ts';
import { writeBatch, writeControlBatch, writeFetchResponse } from './batches.ts';

const one = (base: number, value: string, producerId?: bigint): Buffer =>
  writeBatch({
    base,
    records: [{ offsetDelta: 0, key: 'k', value }],
    ...(producerId === undefined ? {} : { producerId, isTransactional: true }),
  });

test('topics and partitions with their ends, errors and aborted transactions', async () => {
  const bytes = writeFetchResponse(
    [
      {
        topic: 'relevé.readings',
        partitions: [
          { partition: 3, lastStableOffset: 12, records: one(11, 'a') },
          { partition: 4, errorCode: 6, lastStableOffset: -1, aborted: null, records: null },
        ],
      },
      { topic: 'empty', partitions: [{ partition: 0, lastStableOffset: 0, records: Buffer.alloc(0) }] },
    ],
    { throttleMs: 250 },
  );
  const { throttleTime, clientSideThrottleTime, errorCode, responses } = await decodeFetchResponse(bytes);
  expect([throttleTime, clientSideThrottleTime, errorCode]).toEqual([0, 250, 0]);
  expect(
    responses.map(({ topicName, partitions }) => [
      topicName,
      partitions.map(({ partition, errorCode, lastStableOffset, nextOffset, messages }) => [
        partition,
        errorCode,
        lastStableOffset,
        nextOffset,
        messages.length,
      ]),
    ]),
  ).toEqual([
    [
      'relevé.readings',
      [
        [3, 0, 12, 12, 1],
        [4, 6, -1, null, 0],
      ],
    ],
    ['empty', [[0, 0, 0, null, 0]]],
  ]);
});

test('nothing at all, as a broker answers that holds us back', async () => {
  const { clientSideThrottleTime, responses } = await decodeFetchResponse(writeFetchResponse([], { throttleMs: 9000 }));
  expect([clientSideThrottleTime, responses]).toEqual([9000, []]);
});

test('what was aborted is taken out, two transactions of two producers in each other', async () => {
  const records = Buffer.concat([
    one(10, 'P aborted', 1n),
    one(11, 'Q committed', 2n),
    one(12, 'P aborted', 1n),
    writeControlBatch(13, 1n, 0),
    one(14, 'P committed', 1n),
    writeControlBatch(15, 2n, 1),
    writeControlBatch(16, 1n, 1),
    one(17, 'no transaction'),
  ]);
  const bytes = writeFetchResponse([
    { topic: 't', partitions: [{ partition: 0, lastStableOffset: 18, aborted: [[1n, 10]], records }] },
  ]);
  const { responses } = await decodeFetchResponse(bytes);
  const read = (from: number): unknown[] =>
    committedMessages(responses[0]!.partitions[0]!, from).map(({ offset, value }) => [offset, value]);
  const kept = [
    [11, 'Q committed'],
    [14, 'P committed'],
    [17, 'no transaction'],
  ];
  expect(read(10)).toEqual(kept);
  expect(read(12)).toEqual(kept.slice(1));
});
