/** What can go wrong with brokers, told apart by what is to be done. */

/** A request failed, for a reason that time or another broker may mend. */
export class KafkaFailure extends Error {
  override readonly name = 'KafkaFailure';
  constructor(cause: unknown) {
    super(reasonOf(cause), { cause });
  }
}

/** A batch that cannot be taken as it came: of a format before Kafka 0.11, or not as it was written. */
export class RecordBatchError extends Error {
  override readonly name = 'RecordBatchError';
  readonly code: 'RECORDS_FORMAT' | 'RECORDS_CHECKSUM';
  constructor(code: RecordBatchError['code'], message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** Another producer has taken over the transactional id: the partition belongs to somebody else. */
export function isFenced(error: unknown): boolean {
  return causes(error).some((cause) => fencedTypes.has((cause as { type?: unknown }).type));
}

/** The offset asked for is no longer there, or not yet. */
export function isOffsetOutOfRange(error: unknown): boolean {
  return causes(error).some(
    (cause) =>
      (cause as { name?: unknown }).name === 'KafkaJSOffsetOutOfRange' ||
      (cause as { type?: unknown }).type === 'OFFSET_OUT_OF_RANGE',
  );
}

/** Wrong password or missing rights: no retry mends it. */
export function isRefused(error: unknown): boolean {
  return causes(error).some(
    (cause) =>
      (cause as { name?: unknown }).name === 'KafkaJSSASLAuthenticationError' ||
      /AUTHORIZATION_FAILED$/.test(String((cause as { type?: unknown }).type ?? '')),
  );
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function causes(error: unknown): object[] {
  const chain: object[] = [];
  for (let cause = error; typeof cause === 'object' && cause !== null && chain.length < 8; ) {
    chain.push(cause);
    cause = (cause as { cause?: unknown }).cause;
  }
  return chain;
}

const fencedTypes: ReadonlySet<unknown> = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'UNKNOWN_PRODUCER_ID',
]);
