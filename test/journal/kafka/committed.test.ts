import { describe, expect, test } from 'vitest';
import { committedMessages } from '../../../journal/kafka/committed.ts';
import type { RawMessage, RawPartition } from '../../../journal/kafka/raw.ts';

/** `P` a transactional record of producer P, `p` one outside of transactions, `P!` P's control record. */
function partition(first: number, log: string, aborted: readonly [producer: string, first: number][]): RawPartition {
  const messages = log.split(' ').map((text, index): RawMessage => {
    const producerId = text[0]!.toUpperCase();
    const inTransaction = text[0] === producerId;
    return {
      offset: first + index,
      key: text.endsWith('!') ? '\0\0\0\0' : 'k',
      value: text,
      isControlRecord: text.endsWith('!'),
      batchContext: { producerId, inTransaction, lastOffsetDelta: 0 },
    };
  });
  const end = first + messages.length;
  const abortedTransactions = aborted.map(([producerId, offset]) => ({ producerId, firstOffset: offset }));
  return { partition: 0, lastStableOffset: end, abortedTransactions, messages, nextOffset: end };
}

function offsets(raw: RawPartition, from = 0): number[] {
  return committedMessages(raw, from).map((message) => message.offset);
}

describe('committed records of a fetch', () => {
  const table: readonly [name: string, raw: RawPartition, from: number, kept: number[]][] = [
    ['without transactions everything', partition(10, 'p q p', []), 10, [10, 11, 12]],
    ['control records are none', partition(10, 'P P! q', []), 10, [10, 12]],
    ['an aborted transaction', partition(10, 'P P Q P! Q P', [['P', 10]]), 10, [12, 14, 15]],
    ['its producer’s records outside of transactions stay', partition(10, 'P p P! p', [['P', 10]]), 10, [11, 13]],
    [
      'two aborted one after the other',
      partition(10, 'P P! P P! P', [
        ['P', 10],
        ['P', 12],
      ]),
      10,
      [14],
    ],
    [
      'two that were open where the fetch begins',
      partition(20, 'Q P Q! P! Q P', [
        ['P', 10],
        ['Q', 11],
      ]),
      20,
      [24, 25],
    ],
    [
      'listed in any order',
      partition(20, 'Q P Q! P! Q P', [
        ['Q', 11],
        ['P', 10],
      ]),
      20,
      [24, 25],
    ],
    ['what the broker sends from before the offset asked for', partition(10, 'p p p', []), 12, [12]],
    ['an abort before the offset asked for still ends its transaction', partition(10, 'P P! P', [['P', 10]]), 12, [12]],
  ];
  test.each(table)('%s', (_, raw, from, kept) => {
    expect(offsets(raw, from)).toEqual(kept);
  });

  test('a record whose key looks like an abort marker is a record', () => {
    const raw = partition(10, 'P P P! P', [['P', 10]]);
    const tricky = raw.messages.map((message, index) => (index === 0 ? { ...message, key: '\0\0\0\0' } : message));
    expect(offsets({ ...raw, messages: tricky })).toEqual([13]);
  });
});
