/** What a fetch gives before control records and aborted transactions are taken out. */

export interface RawMessage {
  readonly offset: number;
  /** Empty where the record has none. */
  readonly key: string;
  readonly value: string | null;
  readonly isControlRecord: boolean;
  /** Why its batch cannot be read, though it arrived as it was written; the record stands for one of the batch. */
  readonly unreadable?: UnreadableCode;
  /** One object for all records of a batch. */
  readonly batchContext: {
    readonly producerId: string;
    readonly inTransaction: boolean;
    readonly lastOffsetDelta: number;
  };
}

/** A codec nobody has given a number here; bytes that are not what the codec or the format writes. */
export type UnreadableCode = 'RECORDS_CODEC' | 'RECORDS_MALFORMED';

export interface RawPartition {
  readonly partition: number;
  readonly lastStableOffset: number;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: number }[];
  readonly messages: readonly RawMessage[];
  /** One past the last offset of what was sent; null: no whole batch was. */
  readonly nextOffset: number | null;
}
