/** What a sink tells whoever runs it: for logs, metrics and its own telemetry. */
import type { TopicName } from '../domain/topics.ts';
import type { JournalEvent } from '../journal/port.ts';

export type SinkEvent =
  | { readonly type: 'journal'; readonly event: JournalEvent }
  | {
      readonly type: 'written';
      readonly topic: TopicName;
      readonly partition: number;
      readonly count: number;
      /** Of these, refused for good by the store. */
      readonly refused: number;
      /** From the reception of the batch's oldest reading to now; null: no reading in it. */
      readonly latencyMs: number | null;
      /** Records of the topic's partition not yet read. */
      readonly lag: number;
      readonly durationMs: number;
    }
  | {
      readonly type: 'dead_letters';
      readonly topic: TopicName;
      readonly partition: number;
      readonly count: number;
    }
  | { readonly type: 'retry'; readonly reason: string; readonly afterMs: number }
  | { readonly type: 'stop'; readonly reason: string }
  | { readonly type: 'reconciled'; readonly partition: number; readonly count: number; readonly durationMs: number };
