/**
 * A pushed message on the line, as the E450 and its family write it:
 *
 *   HDLC    7E A0 LL | CE FF | 03 | 13 | HCS | E6 E7 00 (first block) | E0 control block ack length data | FCS | 7E
 *   M-Bus   68 L L 68 53 FF CI 01 67 data CS 16
 */
import { crc16X25 } from '../dlms/hdlc/crc16.ts';
import { encodeLong } from '../mbus/frame/long.ts';
import { encodeLength } from './e450-axdr.ts';

export interface HdlcFrameFields {
  readonly destination?: readonly number[];
  readonly source?: readonly number[];
  readonly control?: number;
  readonly segmented?: boolean;
}

/** One frame around an information field. */
export function encodeHdlcFrame(information: Uint8Array | readonly number[], fields: HdlcFrameFields = {}): Uint8Array {
  const { destination = [0xce, 0xff], source = [0x03], control = 0x13, segmented = false } = fields;
  const addresses = [...destination, ...source, control];
  const length = 2 + addresses.length + (information.length > 0 ? 2 + information.length : 0) + 2;
  const header = [0xa0 | (segmented ? 8 : 0) | (length >>> 8), length & 0xff, ...addresses];
  const content = information.length > 0 ? [...header, ...checkBytes(header), ...information] : header;
  return Uint8Array.from([0x7e, ...content, ...checkBytes(content), 0x7e]);
}

/** A message in one frame, or in general block transfer where it is longer than a block. */
export function encodeHdlcMessage(message: Uint8Array, blockBytes = 120): Uint8Array[] {
  if (message.length <= blockBytes) return [encodeHdlcFrame([...llc, ...message])];
  return encodeTransferBlocks(message, blockBytes).map((block, index) =>
    encodeHdlcFrame(index === 0 ? [...llc, ...block] : block),
  );
}

/** A message in HDLC segments without block transfer: only the first has the LLC header. */
export function encodeHdlcSegments(message: Uint8Array, segmentBytes: number): Uint8Array[] {
  const parts = split(message, segmentBytes);
  return parts.map((part, index) =>
    encodeHdlcFrame(index === 0 ? [...llc, ...part] : part, { segmented: index < parts.length - 1 }),
  );
}

/** The transfer blocks of a message: control 40, and C0 in the last. */
export function encodeTransferBlocks(message: Uint8Array, blockBytes: number): number[][] {
  const parts = split(message, blockBytes);
  return parts.map((part, index) => {
    const number = index + 1;
    const control = number === parts.length ? 0xc0 : 0x40;
    return [0xe0, control, number >>> 8, number & 0xff, 0, 0, ...encodeLength(part.length), ...part];
  });
}

/** A message in M-Bus frames; CI counts the segments from 0, bit 4 marks the last. */
export function encodeMbusMessage(message: Uint8Array, segmentBytes = 245): Uint8Array[] {
  const parts = split(message, segmentBytes);
  return parts.map((part, index) => {
    const controlInformation = (index & 0x0f) | (index === parts.length - 1 ? 0x10 : 0);
    return encodeLong(0x53, 0xff, controlInformation, Uint8Array.from([0x01, 0x67, ...part]));
  });
}

const llc = [0xe6, 0xe7, 0x00];

function checkBytes(bytes: readonly number[]): number[] {
  const check = crc16X25(Uint8Array.from(bytes));
  return [check & 0xff, check >>> 8];
}

function split(message: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < message.length || at === 0; at += size) parts.push(message.slice(at, at + size));
  return parts;
}
