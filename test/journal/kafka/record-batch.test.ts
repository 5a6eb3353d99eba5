import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBatches } from '../../../journal/kafka/record-batch.ts';
import { type WrittenRecord, writeBatch, writeControlBatch } from './batches.ts';

const two: readonly WrittenRecord[] = [
  { offsetDelta: 0, key: 'B1', value: '{"é":1}' },
  { offsetDelta: 1, key: 'B2', value: '{}' },
];

function shortForm({ messages }: Awaited<ReturnType<typeof decodeBatches>>): unknown[] {
  return messages.map(({ offset, key, value }) => [offset, key, value]);
}

describe('record batches', () => {
  test('records of one batch after the other, from their base offsets on', async () => {
    const decoded = await decodeBatches(
      Buffer.concat([writeBatch({ base: 40, records: two }), writeBatch({ base: 2 ** 40, records: two })]),
    );
    expect(shortForm(decoded)).toEqual([
      [40, 'B1', '{"é":1}'],
      [41, 'B2', '{}'],
      [2 ** 40, 'B1', '{"é":1}'],
      [2 ** 40 + 1, 'B2', '{}'],
    ]);
    expect(decoded.nextOffset).toBe(2 ** 40 + 2);
  });

  test('a record without key has an empty one, without value null, and headers are passed over', async () => {
    const records: WrittenRecord[] = [
      { offsetDelta: 0, key: null, value: null },
      { offsetDelta: 1, key: '', value: '' },
      {
        offsetDelta: 2,
        key: 'k',
        value: 'v',
        headers: [
          ['trace', 'x'.repeat(300)],
          ['none', null],
        ],
      },
      { offsetDelta: 3, key: 'l', value: 'w' },
    ];
    expect(shortForm(await decodeBatches(writeBatch({ base: 0, records })))).toEqual([
      [0, '', null],
      [1, '', ''],
      [2, 'k', 'v'],
      [3, 'l', 'w'],
    ]);
  });

  test('numbers of several bytes: distant offsets, instants of ten bytes, long values', async () => {
    const value = 'long '.repeat(60_000);
    const records: WrittenRecord[] = [
      { offsetDelta: 0, timestampDelta: -(2n ** 62n), key: 'a', value: 'first' },
      { offsetDelta: 2 ** 30, timestampDelta: 2n ** 62n, key: 'k'.repeat(200), value },
      { offsetDelta: 2 ** 31 - 1, key: 'z', value: 'last' },
    ];
    const decoded = await decodeBatches(writeBatch({ base: 5, records }));
    expect(shortForm(decoded)).toEqual([
      [5, 'a', 'first'],
      [5 + 2 ** 30, 'k'.repeat(200), value],
      [5 + 2 ** 31 - 1, 'z', 'last'],
    ]);
    expect(decoded.nextOffset).toBe(5 + 2 ** 31);
  });

  test('gaps that compaction leaves, within a batch and of a whole batch', async () => {
    const decoded = await decodeBatches(
      Buffer.concat([
        writeBatch({ base: 10, records: [{ offsetDelta: 3, key: 'k', value: 'v' }], lastOffsetDelta: 9 }),
        writeBatch({ base: 30, records: [], lastOffsetDelta: 4 }),
      ]),
    );
    expect(shortForm(decoded)).toEqual([[13, 'k', 'v']]);
    expect(decoded.nextOffset).toBe(35);
  });

  test('control records and the producer’s transaction are told', async () => {
    const { messages } = await decodeBatches(
      Buffer.concat([
        writeBatch({ base: 0, records: two, producerId: 2n ** 60n, isTransactional: true }),
        writeControlBatch(2, 2n ** 60n, 0),
        writeBatch({ base: 3, records: two }),
      ]),
    );
    expect(
      messages.map(({ isControlRecord, batchContext: { producerId, inTransaction } }) => [
        isControlRecord,
        producerId,
        inTransaction,
      ]),
    ).toEqual([
      [false, String(2n ** 60n), true],
      [false, String(2n ** 60n), true],
      [true, String(2n ** 60n), true],
      [false, '-1', false],
      [false, '-1', false],
    ]);
  });

  test('a last batch that is cut off anywhere waits for the next fetch', async () => {
    const whole = writeBatch({ base: 0, records: two });
    const second = writeBatch({ base: 2, records: two });
    for (let length = 0; length < second.length; length++) {
      const decoded = await decodeBatches(Buffer.concat([whole, second.subarray(0, length)]));
      expect([length, decoded.messages.length, decoded.nextOffset]).toEqual([length, 2, 2]);
    }
    expect((await decodeBatches(whole.subarray(0, -1))).nextOffset).toBe(null);
    expect((await decodeBatches(Buffer.alloc(0))).nextOffset).toBe(null);
  });

  test('gzip and Zstandard', async () => {
    for (const [codec, compress] of [
      [1, gzipSync],
      [4, zstdCompressSync],
    ] as const) {
      const decoded = await decodeBatches(writeBatch({ base: 7, records: two, codec, compress }));
      expect(shortForm(decoded)).toEqual([
        [7, 'B1', '{"é":1}'],
        [8, 'B2', '{}'],
      ]);
    }
  });
});

describe('batches that cannot be read', () => {
  test('of an unknown codec: as many records without content, the next batch is read', async () => {
    const decoded = await decodeBatches(
      Buffer.concat([
        writeBatch({ base: 0, records: two, codec: 6, isTransactional: true, producerId: 9n }),
        writeBatch({ base: 2, records: two }),
      ]),
    );
    expect(decoded.messages.map(({ offset, unreadable }) => [offset, unreadable])).toEqual([
      [0, 'RECORDS_CODEC'],
      [1, 'RECORDS_CODEC'],
      [2, undefined],
      [3, undefined],
    ]);
    expect(decoded.messages[0]!.batchContext).toEqual({ producerId: '9', inTransaction: true, lastOffsetDelta: 1 });
    expect(decoded.nextOffset).toBe(4);
  });

  test('bytes that the codec did not write, records that do not fit: the same', async () => {
    for (const codec of [1, 2, 3, 4]) {
      const { messages } = await decodeBatches(writeBatch({ base: 0, records: two, codec }));
      expect(messages.map(({ offset, unreadable }) => [codec, offset, unreadable])).toEqual([
        [codec, 0, 'RECORDS_MALFORMED'],
        [codec, 1, 'RECORDS_MALFORMED'],
      ]);
    }
    const tooMany = await decodeBatches(writeBatch({ base: 0, records: two, count: 3, lastOffsetDelta: 2 }));
    expect(tooMany.messages.map(({ offset, unreadable }) => [offset, unreadable])).toEqual([
      [0, 'RECORDS_MALFORMED'],
      [1, 'RECORDS_MALFORMED'],
      [2, 'RECORDS_MALFORMED'],
    ]);
  });

  test('whatever the records’ bytes are, decoding ends with one or the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 0, max: 7 }),
        fc.integer({ min: 0, max: 40 }),
        async (bytes, codec, count) => {
          const compress = () => Buffer.from(bytes);
          const batch = writeBatch({ base: 0, records: [], codec, compress, count, lastOffsetDelta: 40 });
          const { nextOffset, messages } = await decodeBatches(batch);
          expect(nextOffset).toBe(41);
          expect(messages.length).toBe(count);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('any byte that changed on the way behind the checksum is told', async () => {
    const batch = writeBatch({ base: 3, records: two });
    for (let at = 17; at < batch.length; at++) {
      const changed = Buffer.from(batch);
      changed[at]! ^= 0x10;
      await expect(decodeBatches(changed), `byte ${at}`).rejects.toMatchObject({ code: 'RECORDS_CHECKSUM' });
    }
  });

  test('another format, an impossible length', async () => {
    await expect(decodeBatches(writeBatch({ base: 0, records: two, magic: 1 }))).rejects.toMatchObject({
      code: 'RECORDS_FORMAT',
    });
    const short = writeBatch({ base: 0, records: two });
    short.writeInt32BE(-1, 8);
    await expect(decodeBatches(short)).rejects.toMatchObject({ code: 'RECORDS_CHECKSUM' });
  });
});
