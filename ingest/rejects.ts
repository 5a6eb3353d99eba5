/** Rejects of ingest: the same one of a meter is recorded at most once an hour, with how often it came; every one is counted. */
import type { RejectCode } from '../domain/errors.ts';
import type { OutgoingRecord } from '../journal/port.ts';
import type { DlmsCode } from './dlms/codes.ts';
import type { TelegramErrorCode } from './mbus/errors.ts';

export type IngestRejectCode = RejectCode | TelegramErrorCode | DlmsCode;

export interface IngestReject {
  readonly code: IngestRejectCode;
  readonly building: string;
  readonly bus: string;
  readonly meter: string | null;
  readonly at: number;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Frames that were refused, hex. */
  readonly frames?: readonly string[] | undefined;
}

/** Value of the topic `rejects`; `count`: this one and those left out since the last record. */
export function rejectRecord(reject: IngestReject, count: number): OutgoingRecord {
  return {
    topic: 'rejects',
    key: reject.building,
    building: reject.building,
    value: { v: 1, component: 'ingest', ...reject, count },
  };
}

export interface RejectLimiter {
  /** The record to write, or null where one stands already. */
  take(reject: IngestReject): OutgoingRecord | null;
  readonly total: number;
}

const quietMs = 3_600_000;

export function createRejectLimiter(): RejectLimiter {
  const known = new Map<string, { at: number; left: number }>();
  let total = 0;
  return {
    take(reject) {
      total += 1;
      const key = `${reject.building}/${reject.meter ?? reject.bus}/${reject.code}`;
      const before = known.get(key);
      if (before && reject.at - before.at < quietMs) {
        before.left += 1;
        return null;
      }
      known.set(key, { at: reject.at, left: 0 });
      return rejectRecord(reject, 1 + (before?.left ?? 0));
    },
    get total() {
      return total;
    },
  };
}
