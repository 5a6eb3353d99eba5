/**
 * From what a fetch returned, the records that a reader of committed data sees. The broker sends everything up to the last stable offset, with
 * a list (producer, first offset) of the transactions in it that were aborted; each ends at that producer's next control record.
 *
 *     offset   10   11   12   13        14   15
 *     producer P    P    Q    P abort   Q    P        aborted: (P, 10)   →   12, 14, 15
 */
import type { RawMessage, RawPartition } from './raw.ts';

/** Messages from `from` on, in order, without aborted and control records. */
export function committedMessages(partition: RawPartition, from: number): RawMessage[] {
  const waiting = partition.abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, first: firstOffset }))
    .sort((a, b) => a.first - b.first);
  const aborted = new Set<string>();
  const kept: RawMessage[] = [];
  for (const message of partition.messages) {
    const { offset, batchContext } = message;
    while (waiting.length > 0 && waiting[0]!.first <= offset) aborted.add(waiting.shift()!.producerId);
    const { producerId, inTransaction } = batchContext;
    if (message.isControlRecord) aborted.delete(producerId);
    else if (offset >= from && !(inTransaction && aborted.has(producerId))) kept.push(message);
  }
  return kept;
}
