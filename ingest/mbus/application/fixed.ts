/**
 * The fixed data structure, CI 73 and 77: 16 bytes and two counters (MBDOC48, 6.3.2). Withdrawn since, still on buses.
 *
 *   identification 4 | access number | status | medium and unit 2 | counter 1, 4 | counter 2, 4
 *
 *   status      bit 0: counters binary (1) or BCD (0); bit 1: stored at a fixed date (1) or actual (0); others as in the
 *               long header
 *   medium and unit, bits 0-5 of each byte the unit of a counter, bits 6-7 low and high half of the medium
 *
 * A counter with the unit 3E has the unit of the other one, as it was at the last fixed date: storage 1.
 */
import type { RecordErrorCode } from '../errors.ts';
import { INVALID_BCD, readBcd } from './bcd.ts';
import { FIXED_HISTORIC, fixedMeaning } from './fixed-unit.ts';
import { type Header, readIdentification } from './header.ts';
import { readInteger } from './integer.ts';
import type { Meaning } from './meaning.ts';
import { fixedMediumName } from './media.ts';
import { type DataRecord, DecodedRecord } from './record.ts';
import { exactValue } from './scale.ts';

export const FIXED_LENGTH = 16;

/** The fixed header has no manufacturer, version or signature. */
export function readFixed(
  bytes: Uint8Array,
  start: number,
  highByteFirst: boolean,
): { readonly header: Header; readonly records: DataRecord[] } {
  const status = bytes[start + 5]!;
  const first = bytes[start + 6]!;
  const second = bytes[start + 7]!;
  const mediumCode = (first >> 6) | ((second >> 6) << 2);
  const header: Header = {
    id: readIdentification(bytes, start, highByteFirst),
    manufacturer: '',
    manufacturerCode: 0,
    version: 0,
    medium: fixedMediumName(mediumCode),
    mediumCode,
    accessNumber: bytes[start + 4]!,
    status,
    signature: 0,
  };
  const units = [first & 0x3f, second & 0x3f] as const;
  const records = units.map((unit, index) => {
    const historic = unit === FIXED_HISTORIC;
    const stored = historic || (status & 0x02) !== 0;
    const meaning = fixedMeaning(historic ? units[1 - index]! : unit);
    const at = start + 8 + 4 * index;
    const data = bytes.slice(at, at + 4);
    if (highByteFirst) data.reverse();
    return counter(meaning, data, (status & 0x01) !== 0, stored, bytes, at);
  });
  return { header, records };
}

function counter(
  meaning: Meaning,
  data: Uint8Array,
  binary: boolean,
  stored: boolean,
  bytes: Uint8Array,
  start: number,
): DataRecord {
  const raw = binary ? Number(readInteger(data, 0, 4, true)) : readBcd(data, 0, 4);
  const error: RecordErrorCode | null = raw === INVALID_BCD ? 'BCD_DIGIT' : null;
  const value = error === null ? exactValue(raw, meaning.exponent10) : null;
  const mantissa = error === null ? raw : null;
  const storage = stored ? 1 : 0;
  const { exponent10 } = meaning;
  return new DecodedRecord(
    'instantaneous',
    storage,
    0,
    0,
    value,
    mantissa,
    exponent10,
    error,
    meaning,
    bytes,
    start,
    start,
    start + 4,
  );
}
