/** Records without a value: manufacturer data, a readout request, the rest that could not be delimited. */
import type { RecordErrorCode } from '../errors.ts';
import { FUNCTIONS } from './data-information.ts';
import { draftOf, type Meaning, meaningOf } from './meaning.ts';
import {
  type DataRecord,
  DecodedRecord,
  GLOBAL_READOUT,
  MANUFACTURER_DATA,
  MORE_RECORDS_FOLLOW,
  UNREADABLE,
} from './record.ts';
import { PLAIN_TEXT_ROW } from './vif-table.ts';

/** What the special functions of the DIF (0F, 1F, 7F) announce. */
export function specialRecord(
  meaning: Meaning,
  bytes: Uint8Array,
  start: number,
  dataStart: number,
  end: number,
): DataRecord {
  return new DecodedRecord('instantaneous', 0, 0, 0, null, null, 0, null, meaning, bytes, start, dataStart, end);
}

/** bytes[start, end), which a broken record leaves unread. */
export function unreadableRecord(error: RecordErrorCode, bytes: Uint8Array, start: number, end: number): DataRecord {
  const recordFunction = FUNCTIONS[(bytes[start]! >> 4) & 3]!;
  return new DecodedRecord(recordFunction, 0, 0, 0, null, null, 0, error, UNREADABLE_MEANING, bytes, start, start, end);
}

function named(quantity: string): Meaning {
  return meaningOf({ ...draftOf(PLAIN_TEXT_ROW), quantity });
}
export const MANUFACTURER_MEANING = named(MANUFACTURER_DATA);
export const MORE_RECORDS_MEANING = named(MORE_RECORDS_FOLLOW);
export const GLOBAL_READOUT_MEANING = named(GLOBAL_READOUT);
const UNREADABLE_MEANING = named(UNREADABLE);
