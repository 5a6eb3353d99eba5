/**
 * The variable data structure: records one after another (EN 13757-3:2018, clause 6).
 *
 *   DIF [DIFE…] VIF [VIFE…] data   DIF … data   0F or 1F manufacturer data to the end       2F is skipped
 *
 * A record that cannot be used stands with its error and its bytes, and the next one is read. Only where its length is
 * unknown (truncated, reserved DIF or LVAR) does the reading stop; what was read stands. This is the loop that replay
 * and benchmarks turn on: lookups in tables and in the cache of blocks, one object a record.
 */
import type { RecordErrorCode, TelegramErrorCode } from '../errors.ts';
import { INVALID_BCD, INVALID_SHORT_BCD, readBcd, readShortBcd } from './bcd.ts';
import {
  DATA_BCD_8,
  DATA_BCD_12,
  DATA_LENGTHS,
  DATA_LVAR,
  DATA_REAL,
  DATA_SELECTION,
  DATA_SPECIAL,
  DIF_FILLER,
  DIF_GLOBAL_READOUT,
  DIF_MANUFACTURER,
  DIF_MORE_RECORDS,
  FUNCTIONS,
  MAXIMUM_DIFE,
  STORAGE_WEIGHTS,
} from './data-information.ts';
import { readInt32, readLong, UNSIGNED_SPANS } from './integer.ts';
import { type LocalMoment, readMoment } from './local-moment.ts';
import { lvarLength, readLvar } from './lvar.ts';
import { DATE, type Meaning, SIGNED, UNSIGNED } from './meaning.ts';
import { type DataRecord, DecodedRecord } from './record.ts';
import { combine, exactValue, FIFTEEN_DIGITS, POWERS_OF_TEN, scaleNumber } from './scale.ts';
import {
  GLOBAL_READOUT_MEANING,
  MANUFACTURER_MEANING,
  MORE_RECORDS_MEANING,
  specialRecord,
  unreadableRecord,
} from './special-record.ts';
import {
  countVife,
  endOfBlock,
  FB_MEANINGS,
  FD_MEANINGS,
  MAXIMUM_VIFE,
  type MeaningCache,
  PRIMARY_MEANINGS,
  VIF_EXTENSION_FB,
  VIF_EXTENSION_FD,
  VIF_PLAIN_TEXT,
} from './value-information.ts';

/** The records of a telegram; `more` when it ends with 1F; `error` when the rest could not be delimited or a block is overlong. */
export interface RecordList {
  readonly records: DataRecord[];
  readonly more: boolean;
  readonly error: TelegramErrorCode | null;
}

/**
 * The records in bytes[start, end). Places in `bytes` are kept in nine bits: at most 511.
 * @param manufacturerCode 15-bit code of the header, 0 when there is none
 * @param highByteFirst mode 2 (CI 76): values have their high byte first
 */
export function decodeRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  cache: MeaningCache,
  manufacturerCode: number,
  highByteFirst: boolean,
): RecordList {
  const records: DataRecord[] = [];
  /** A block too long for the standard: its record has the error, the frame says so, the reading goes on. */
  let overlong: 'DIFE_COUNT' | 'VIFE_COUNT' | null = null;
  let at = start;
  while (at < end) {
    const recordStart = at;
    const dif = bytes[at++]!;
    const dataField = dif & 0x0f;
    if (dataField === DATA_SPECIAL) {
      if (dif === DIF_FILLER) continue;
      if (dif === DIF_MANUFACTURER || dif === DIF_MORE_RECORDS) {
        const more = dif === DIF_MORE_RECORDS;
        records.push(specialRecord(more ? MORE_RECORDS_MEANING : MANUFACTURER_MEANING, bytes, recordStart, at, end));
        return { records, more, error: overlong };
      }
      if (dif === DIF_GLOBAL_READOUT) {
        records.push(specialRecord(GLOBAL_READOUT_MEANING, bytes, recordStart, at, at));
        continue;
      }
      return stopAt('RECORD_DIF_RESERVED', records, bytes, recordStart, end);
    }

    let storage = (dif >> 6) & 1;
    let tariff = 0;
    let subunit = 0;
    let error: RecordErrorCode | null = null;
    if (dif >= 0x80) {
      let dife = 0x80;
      for (let count = 0; dife >= 0x80; count++) {
        if (at >= end) return stopAt('RECORD_TRUNCATED', records, bytes, recordStart, end);
        dife = bytes[at++]!;
        if (count < MAXIMUM_DIFE) {
          if (count < 7) storage |= (dife & 0x0f) << (1 + 4 * count);
          else storage += (dife & 0x0f) * STORAGE_WEIGHTS[count]!;
          tariff |= ((dife >> 4) & 3) << (2 * count);
          subunit |= ((dife >> 6) & 1) << count;
        } else {
          error = 'DIFE_COUNT';
          overlong = 'DIFE_COUNT';
        }
      }
    }

    if (at >= end) return stopAt('RECORD_TRUNCATED', records, bytes, recordStart, end);
    const vif = bytes[at]!;
    let meaning: Meaning;
    if (vif < 0x80 && vif !== VIF_PLAIN_TEXT) {
      meaning = PRIMARY_MEANINGS[vif]!;
      at += 1;
    } else if ((vif === VIF_EXTENSION_FD || vif === VIF_EXTENSION_FB) && at + 1 < end && bytes[at + 1]! < 0x80) {
      meaning = vif === VIF_EXTENSION_FD ? FD_MEANINGS[bytes[at + 1]!]! : FB_MEANINGS[bytes[at + 1]!]!;
      at += 2;
    } else {
      const blockEnd = endOfBlock(bytes, at, end);
      if (blockEnd < 0) return stopAt('RECORD_TRUNCATED', records, bytes, recordStart, end);
      meaning = cache.find(bytes, at, blockEnd, manufacturerCode);
      if (blockEnd - at > MAXIMUM_VIFE && countVife(bytes, at, blockEnd) > MAXIMUM_VIFE) {
        error ??= 'VIFE_COUNT';
        overlong ??= 'VIFE_COUNT';
      }
      error ??= meaning.error;
      at = blockEnd;
    }

    let lvar = 0;
    let length = DATA_LENGTHS[dataField]!;
    if (dataField === DATA_LVAR) {
      if (at >= end) return stopAt('RECORD_TRUNCATED', records, bytes, recordStart, end);
      lvar = bytes[at++]!;
      length = lvarLength(lvar);
      if (length < 0) return stopAt('RECORD_LVAR_RESERVED', records, bytes, recordStart, end);
    }
    const dataEnd = at + length;
    if (dataEnd > end) return stopAt('RECORD_TRUNCATED', records, bytes, recordStart, end);

    let source = bytes;
    let from = at;
    if (highByteFirst) {
      source = bytes.slice(at, dataEnd).reverse();
      from = 0;
    }
    let value: number | string | LocalMoment | null = null;
    let mantissa: number | bigint | null = null;
    let exponent10 = meaning.exponent10;
    if (error !== null || length === 0) {
      // no value to read: an error of the meter, no data, a selection for readout
      if (error === null && dataField === DATA_LVAR && lvar === 0) value = '';
    } else if (meaning.kind === DATE) {
      const moment =
        dataField < DATA_SELECTION && dataField !== DATA_REAL ? readMoment(source, from, length) : 'DATE_TYPE';
      if (typeof moment === 'string') error = moment;
      else value = moment;
    } else if (dataField <= 4 || (dataField > DATA_SELECTION && dataField <= DATA_BCD_8)) {
      const binary = dataField <= 4;
      const raw = binary ? readInt32(source, from, dataField) : readShortBcd(source, from, length);
      if (raw === INVALID_SHORT_BCD && !binary) error = 'BCD_DIGIT';
      else if (raw < 0 && binary && meaning.kind === UNSIGNED) mantissa = raw + UNSIGNED_SPANS[dataField]!;
      else {
        mantissa = raw;
        if (meaning.simple) {
          if (exponent10 === 0) value = raw;
          else value = exponent10 < 0 ? raw / POWERS_OF_TEN[-exponent10]! : raw * POWERS_OF_TEN[exponent10]!;
        }
      }
    } else if (dataField === DATA_REAL) {
      const real = readReal(source, from);
      if (!Number.isFinite(real)) error = 'FLOAT_NOT_A_NUMBER';
      else value = scaleReal(real, meaning);
    } else if (dataField === DATA_LVAR) {
      const read = readLvar(source, from, lvar, meaning.kind === SIGNED);
      if (typeof read === 'object') value = read.text;
      else if (typeof read === 'string') error = read;
      else mantissa = read;
    } else if (dataField === DATA_BCD_12) {
      const decimal = readBcd(source, from, length);
      if (decimal === INVALID_BCD) error = 'BCD_DIGIT';
      else mantissa = decimal;
    } else mantissa = readLong(source, from, dataField, meaning.kind === UNSIGNED);

    if (mantissa === null) exponent10 = 0;
    else if (value === null) {
      const product = typeof mantissa === 'number' ? mantissa * meaning.multiplier : FIFTEEN_DIGITS;
      if (product < FIFTEEN_DIGITS && product > -FIFTEEN_DIGITS && meaning.offset === null) {
        mantissa = product;
        value = scaleNumber(product, exponent10);
      } else {
        const exact = combine(mantissa, meaning.multiplier, exponent10, meaning.offset);
        mantissa = exact.mantissa;
        exponent10 = exact.exponent10;
        value = exactValue(mantissa, exponent10);
      }
    }
    const recordFunction = FUNCTIONS[(dif >> 4) & 3]!;
    records.push(
      new DecodedRecord(
        recordFunction,
        storage,
        tariff,
        subunit,
        value,
        mantissa,
        exponent10,
        error,
        meaning,
        bytes,
        recordStart,
        at,
        dataEnd,
      ),
    );
    at = dataEnd;
  }
  return { records, more: false, error: overlong };
}

/** IEEE 754 single precision, low byte first. */
function readReal(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getFloat32(0, true);
}

function scaleReal(real: number, meaning: Meaning): number {
  const value = scaleNumber(real * meaning.multiplier, meaning.exponent10);
  return meaning.offset === null ? value : value + scaleNumber(meaning.offset.mantissa, meaning.offset.exponent10);
}

/** The rest cannot be delimited: one record with the reason takes it. */
function stopAt(
  code: TelegramErrorCode & RecordErrorCode,
  records: DataRecord[],
  bytes: Uint8Array,
  start: number,
  end: number,
): RecordList {
  records.push(unreadableRecord(code, bytes, start, end));
  return { records, more: false, error: code };
}
