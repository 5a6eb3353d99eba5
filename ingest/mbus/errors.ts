/**
 * Every way in which M-Bus bytes can be wrong, as closed lists of codes. Expected bad input is data: decoders return
 * one of these with its facts, they never throw. The texts say what an operator may conclude.
 */

/** A frame that the link layer refuses (EN 13757-2, format class FT 1.2). */
export const FRAME_ERRORS = {
  FRAME_EMPTY: 'no byte at all',
  FRAME_HEX: 'the line is not hexadecimal: not a capture of bytes',
  FRAME_START: 'no start byte (E5, 10, 68) where one must be: noise, or the capture begins inside a frame',
  FRAME_LENGTH: 'the length bytes differ, are below 3, or do not fit the bytes present: bytes lost on the line',
  FRAME_CHECKSUM: 'the sum of the bytes is not the checksum: a byte was changed on the line',
  FRAME_STOP: 'the last byte is not 16: bytes lost or added on the line',
} as const;
export type FrameErrorCode = keyof typeof FRAME_ERRORS;

/** An application layer that cannot be read as a whole, though the frame is sound. */
export const TELEGRAM_ERRORS = {
  HEADER_TRUNCATED: 'the data end inside the header',
  CI_UNSUPPORTED: 'a control information that carries no records for us',
  FIXED_DATA_LENGTH: 'a fixed data structure must have 16 bytes',
  ENCRYPTION_KEY_MISSING: 'encrypted: give the key of the meter',
  ENCRYPTION_KEY_WRONG: 'does not decrypt to 2F 2F: another key, or another meter',
  ENCRYPTION_LENGTH: 'fewer bytes than the announced encrypted blocks',
  ENCRYPTION_MODE: 'an encryption mode other than 0 and 5',
  ENCRYPTION_ADDRESS: 'a short header: the key needs the identification of the meter beside it',
  RECORD_TRUNCATED: 'the data end inside a record; the records before it stand',
  RECORD_DIF_RESERVED: 'a reserved DIF: the rest of the data cannot be delimited',
  RECORD_LVAR_RESERVED: 'a reserved LVAR: the rest of the data cannot be delimited',
  DIFE_COUNT: 'a record has more than ten DIFE; the other records stand',
  VIFE_COUNT: 'a record has more than ten VIFE; the other records stand',
  APPLICATION_UNSPECIFIED: 'the meter reports an unspecified error',
  APPLICATION_CI_UNKNOWN: 'the meter does not know the CI field that was sent',
  APPLICATION_BUFFER_TOO_LONG: 'the meter reports: buffer too long, truncated',
  APPLICATION_TOO_MANY_RECORDS: 'the meter reports: too many records',
  APPLICATION_PREMATURE_END: 'the meter reports: premature end of a record',
  APPLICATION_TOO_MANY_DIFES: 'the meter reports: more than ten DIFE',
  APPLICATION_TOO_MANY_VIFES: 'the meter reports: more than ten VIFE',
  APPLICATION_BUSY: 'the meter is busy: ask again later',
  APPLICATION_TOO_MANY_READOUTS: 'the meter refuses more readouts in this period: ask less often',
  APPLICATION_RESERVED: 'the meter reports an error code that the standard leaves open',
} as const;
export type TelegramErrorCode = keyof typeof TELEGRAM_ERRORS;

/** One record whose value cannot be used; its neighbours can. */
export const RECORD_ERRORS = {
  BCD_DIGIT: 'a digit above 9 that is no sign',
  FLOAT_NOT_A_NUMBER: 'a float that is no finite number: the meter has no value',
  DATE_INVALID: 'marked invalid by the meter, or no date of the calendar',
  DATE_NOT_SET: 'a date of all zeros or all ones: not set',
  DATE_PERIODIC: 'a date with "every" in a field: an instruction, not an instant',
  DATE_TYPE: 'a date in a data field that carries none',
  DIFE_COUNT: 'more than ten DIFE',
  VIFE_COUNT: 'more than ten VIFE',
  RECORD_TRUNCATED: 'the data end inside this record',
  RECORD_DIF_RESERVED: 'a reserved DIF',
  RECORD_LVAR_RESERVED: 'a reserved LVAR',
  METER_TOO_MANY_DIFES: 'the meter: too many DIFE',
  METER_STORAGE_UNKNOWN: 'the meter: storage number not implemented',
  METER_SUBUNIT_UNKNOWN: 'the meter: unit number not implemented',
  METER_TARIFF_UNKNOWN: 'the meter: tariff number not implemented',
  METER_FUNCTION_UNKNOWN: 'the meter: function not implemented',
  METER_DATA_CLASS_UNKNOWN: 'the meter: data class not implemented',
  METER_DATA_SIZE_UNKNOWN: 'the meter: data size not implemented',
  METER_TOO_MANY_VIFES: 'the meter: too many VIFE',
  METER_VIF_GROUP: 'the meter: illegal VIF group',
  METER_VIF_EXPONENT: 'the meter: illegal VIF exponent',
  METER_VIF_DIF_MISMATCH: 'the meter: VIF and DIF do not fit',
  METER_ACTION_UNKNOWN: 'the meter: unimplemented action',
  METER_NO_DATA: 'the meter: no data available',
  METER_OVERFLOW: 'the meter: data overflow',
  METER_UNDERFLOW: 'the meter: data underflow',
  METER_DATA_ERROR: 'the meter: data error',
  METER_PREMATURE_END: 'the meter: premature end of record',
} as const;
export type RecordErrorCode = keyof typeof RECORD_ERRORS;
