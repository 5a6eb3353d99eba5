/**
 * DataNotification (DLMS Green Book 9.5):
 *
 *   0F | long invoke id and priority u32 | 00, or 0C and a date-time of 12 bytes | notification body: one COSEM value
 *
 * Some meters (Kaifa) write the date-time as an octet-string with its type byte: 09 0C. The invoke id is the low 24 bits.
 */
import { type Outcome, ok, rejected } from '../../domain/errors.ts';
import type { CosemData } from './axdr/cosem-data.ts';
import { decodeCosemData } from './axdr/data.ts';
import type { DlmsCode } from './codes.ts';

export interface DataNotification {
  readonly invokeId: number;
  /** The 12 bytes of the date-time, when sent. */
  readonly dateTime: Uint8Array | undefined;
  readonly body: CosemData;
  /** Offset behind the body. */
  readonly next: number;
}

export const dataNotificationTag = 0x0f;
const bodyAt = 5;

export function decodeDataNotification(bytes: Uint8Array): Outcome<DataNotification, DlmsCode> {
  if (bytes[0] !== dataNotificationTag) return rejected('APDU_UNSUPPORTED', { tag: bytes[0] });
  if (bytes.length <= bodyAt) return rejected('APDU_TRUNCATED', { actual: bytes.length });
  const at = bytes[bodyAt] === 0x09 && (bytes[bodyAt + 1] === 0x0c || bytes[bodyAt + 1] === 0) ? bodyAt + 1 : bodyAt;
  const length = bytes[at]!;
  if (length !== 0 && length !== 12) return rejected('DATE_INVALID', { length });
  const body = decodeCosemData(bytes, at + 1 + length);
  if (!body.ok) return body;
  return ok({
    invokeId: ((bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!) >>> 0,
    dateTime: length === 12 ? bytes.slice(at + 1, at + 13) : undefined,
    body: body.value.data,
    next: body.value.next,
  });
}
