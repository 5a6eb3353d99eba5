/**
 * The headers in front of the records (EN 13757-3:2018, 5.2 to 5.5).
 *
 *   long   identification 4 (BCD, may hold A to F) | manufacturer 2 | version | medium | access number | status | config 2
 *   short  access number | status | config 2
 *
 * In mode 2 (CI 76) the fields of several bytes have their high byte first. Status: bits 0-1 application (1 busy,
 * 2 error, 3 abnormal), 2 power low, 3 permanent error, 4 temporary error, 5-7 the manufacturer's.
 */
import { HEX_PAIRS } from '../hex.ts';
import { manufacturerName } from './manufacturer.ts';
import { mediumName } from './media.ts';

export interface Header {
  /** Eight hex digits with leading zeros; empty in a short header. */
  readonly id: string;
  readonly manufacturer: string;
  readonly manufacturerCode: number;
  readonly version: number;
  readonly medium: string;
  readonly mediumCode: number;
  readonly accessNumber: number;
  readonly status: number;
  /** Signature of MBDOC48, configuration word of EN 13757-3: zero when nothing is encrypted. */
  readonly signature: number;
}

export const LONG_HEADER_LENGTH = 12;
export const SHORT_HEADER_LENGTH = 4;

export function readLongHeader(bytes: Uint8Array, start: number, highByteFirst: boolean): Header {
  const code = highByteFirst
    ? (bytes[start + 4]! << 8) | bytes[start + 5]!
    : bytes[start + 4]! | (bytes[start + 5]! << 8);
  const mediumCode = bytes[start + 7]!;
  return {
    id: readIdentification(bytes, start, highByteFirst),
    manufacturer: manufacturerName(code),
    manufacturerCode: code,
    version: bytes[start + 6]!,
    medium: mediumName(mediumCode),
    mediumCode,
    accessNumber: bytes[start + 8]!,
    status: bytes[start + 9]!,
    signature: readConfiguration(bytes, start + 10, highByteFirst),
  };
}

/** A short header: who the meter is must be known otherwise. */
export function readShortHeader(bytes: Uint8Array, start: number): Header {
  return {
    id: '',
    manufacturer: '',
    manufacturerCode: 0,
    version: 0,
    medium: '',
    mediumCode: 0,
    accessNumber: bytes[start]!,
    status: bytes[start + 1]!,
    signature: readConfiguration(bytes, start + 2, false),
  };
}

/** Eight digits of four bytes, low byte first (mode 1) or high byte first. */
export function readIdentification(bytes: Uint8Array, start: number, highByteFirst: boolean): string {
  const a = HEX_PAIRS[bytes[start]!]!;
  const b = HEX_PAIRS[bytes[start + 1]!]!;
  const c = HEX_PAIRS[bytes[start + 2]!]!;
  const d = HEX_PAIRS[bytes[start + 3]!]!;
  return highByteFirst ? a + b + c + d : d + c + b + a;
}

function readConfiguration(bytes: Uint8Array, start: number, highByteFirst: boolean): number {
  return highByteFirst ? (bytes[start]! << 8) | bytes[start + 1]! : bytes[start]! | (bytes[start + 1]! << 8);
}
