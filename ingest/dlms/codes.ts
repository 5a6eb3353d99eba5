/**
 * The closed list of what can be wrong with a DLMS push, from the byte to the value, and what an operator does about it.
 * Every rejection of this folder carries one of these codes and facts beside it; none is ever thrown.
 */

export const dlmsCodes = {
  HEX_INVALID: 'The text is not hexadecimal: correct the capture.',
  FRAME_UNKNOWN: 'No HDLC frame, no M-Bus frame and no APDU was recognised: look at baud rate, parity and wiring.',
  FRAME_TRUNCATED: 'The frame ends before its length: look at timeouts and at the gateway.',
  NOISE: 'Bytes outside any frame were discarded: harmless when rare, else look at the wiring.',
  HDLC_FLAG: 'A flag 7E is missing at an end of the frame: look at parity and wiring.',
  HDLC_FORMAT: 'The frame format is not type 3 (A...): not an HDLC frame of DLMS.',
  HDLC_LENGTH: 'The length field does not fit the frame.',
  HDLC_ADDRESS: 'An address is not 1, 2 or 4 bytes long.',
  HDLC_HCS: 'The header check sequence is wrong: line noise or wrong parity.',
  HDLC_FCS: 'The frame check sequence is wrong: line noise or wrong parity.',
  SEGMENT_LOST: 'A segment of the message is missing: its values are lost until the next push.',
  SEGMENT_REPEATED: 'The same segment came twice; the second was ignored.',
  SEGMENT_OVERFLOW: 'The segments add up to more than a push may hold.',
  FRAME_START: 'The bytes do not start as an M-Bus long frame (68 L L 68).',
  FRAME_LENGTH: 'The two lengths of the M-Bus frame differ, or do not fit.',
  FRAME_CHECKSUM: 'The M-Bus checksum is wrong: line noise or wrong parity.',
  FRAME_STOP: 'The M-Bus frame does not end with 16.',
  TRANSPORT_HEADER: 'The M-Bus frame does not carry DLMS (CI 00 to 1F with its two service addresses).',
  BLOCK_HEADER: 'The general block transfer header is malformed.',
  BLOCK_LOST: 'A block of the push is missing: its values are lost until the next push.',
  BLOCK_REPEATED: 'The same block came twice; the second was ignored.',
  BLOCK_OUT_OF_ORDER: 'The blocks came in another order and no tag proves that they belong together.',
  BLOCK_OVERFLOW: 'The blocks add up to more than a push may hold.',
  APDU_EMPTY: 'The message is empty.',
  APDU_UNSUPPORTED: 'The message is no data notification (0F) and no general-glo-ciphering (DB).',
  APDU_TRUNCATED: 'The message ends before its content does.',
  APDU_TRAILING: 'Bytes follow the content of the message and no tag vouches for them.',
  CIPHER_HEADER: 'The header of the ciphered message is malformed.',
  CIPHER_SUITE: 'The message asks for a security suite other than AES-128-GCM.',
  CIPHER_COMPRESSED: 'The message is compressed, which is not supported: ask the operator to switch it off.',
  CIPHER_KEY_MISSING: 'The message is encrypted and no key is configured: ask the operator for the key.',
  CIPHER_KEY_INVALID: 'A key is not 16 bytes of hexadecimal: correct the configuration.',
  CIPHER_TAG: 'The authentication tag is wrong: wrong keys, or a forged message.',
  CIPHER_UNAUTHENTICATED:
    'The message has no tag although an authentication key is configured: refused; remove the key if the meter never sends tags.',
  CIPHER_PLAIN: 'The deciphered bytes are no data notification: the key is wrong.',
  INVOCATION_REPLAYED: 'The invocation counter was used before: a message was replayed.',
  INVOCATION_FELL: 'The invocation counter fell: a replay, or a meter that was re-keyed.',
  AXDR_TRUNCATED: 'A value ends outside the message.',
  AXDR_LENGTH: 'A length cannot be right.',
  AXDR_DEPTH: 'Values are nested too deep.',
  AXDR_TYPE: 'The type of a value is unknown.',
  AXDR_COMPACT_ARRAY: 'A compact array whose elements have no bytes, or are too many.',
  DATE_INVALID: 'The date does not exist in the calendar.',
  DATE_NOT_SET: 'The date has fields that are not specified.',
  LIST_MISMATCH: 'The push object list and the values do not have the same length.',
  LAYOUT_MISMATCH: 'The bare values are not as many as the profile says: the operator changed the list.',
  VALUE_NULL: 'The meter gave no data for the object.',
  VALUE_NOT_FINITE: 'The value is no finite number.',
  SCALER_RANGE: 'The scaler is outside -24 to 24.',
  INDEX_ABSENT: 'No push of the interval held an import index: look at the push list or write a profile.',
  INDEX_UNDECIDED: 'The push holds several import indexes that differ: name one in the profile.',
  INDEX_OUT_OF_RANGE: 'The import index is negative or too large to be exact.',
} as const;

export type DlmsCode = keyof typeof dlmsCodes;

/** A rejection of any layer of this folder. */
export interface DlmsRejected {
  readonly ok: false;
  readonly code: DlmsCode;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Something lost or repeated on the way to a whole message. */
export interface MessageFault {
  readonly code: DlmsCode;
  readonly facts: Readonly<Record<string, unknown>>;
}
