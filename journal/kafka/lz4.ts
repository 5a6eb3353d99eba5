/**
 * LZ4 frames (lz4_Frame_format.md 1.6), as Kafka's producers write them. Checksums are not looked at: the record batch has its own.
 *
 *     frame     184D2204 | flags | block size | [content size 8] | [dictionary 4] | header checksum | (block)* | 0 | [content checksum 4]      little-endian
 *     block     size u32, high bit: stored as it is | bytes | [checksum 4]
 *     sequence  token: high nibble literals, low nibble match − 4, 15: bytes follow up to one below 255 | literals | distance u16
 */
import { copyWithin } from './snappy.ts';

const frameMagic = 0x184d2204;
const hasBlockChecksums = 0x10;
const hasContentSize = 0x08;
const hasDictionary = 0x01;
const versionMask = 0xc0;
const version1 = 0x40;
const plainBlock = 0x8000_0000;
const minimumMatch = 4;

/** @throws RangeError where the bytes are no such thing */
export function decompressLz4(bytes: Buffer): Buffer {
  if (bytes.readUInt32LE(0) !== frameMagic) throw new RangeError('no lz4 frame');
  const flags = bytes.readUInt8(4);
  if ((flags & versionMask) !== version1) throw new RangeError('lz4 frame of another version');
  const largestBlock = blockSizes[(bytes.readUInt8(5) >>> 4) & 7];
  if (largestBlock === undefined) throw new RangeError('lz4 block size unknown');
  let at = 6 + (flags & hasContentSize ? 8 : 0) + (flags & hasDictionary ? 4 : 0) + 1;
  let plain = Buffer.allocUnsafe(4 * bytes.length);
  let to = 0;
  for (;;) {
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (size === 0) return plain.subarray(0, to);
    const length = size % plainBlock;
    if (at + length > bytes.length) throw new RangeError('lz4 block cut off');
    if (to + largestBlock > plain.length) {
      const larger = Buffer.allocUnsafe(2 * plain.length + largestBlock);
      plain.copy(larger, 0, 0, to);
      plain = larger;
    }
    const block = bytes.subarray(at, at + length);
    to = size >= plainBlock ? to + block.copy(plain, to) : decompressBlock(block, plain, to);
    at += length + (flags & hasBlockChecksums ? 4 : 0);
  }
}

/** Blocks may refer to what the ones before hold, so all write into one buffer; returns the new end. */
function decompressBlock(block: Buffer, plain: Buffer, start: number): number {
  let at = 0;
  let to = start;

  function lengthFrom(nibble: number): number {
    let length = nibble;
    if (nibble === 15) {
      let byte = 255;
      while (byte === 255) {
        byte = block.readUInt8(at++);
        length += byte;
      }
    }
    return length;
  }

  while (at < block.length) {
    const token = block[at++]!;
    const literals = lengthFrom(token >>> 4);
    if (at + literals > block.length || to + literals > plain.length) throw new RangeError('lz4 literals cut off');
    block.copy(plain, to, at, at + literals);
    at += literals;
    to += literals;
    if (at === block.length) break;
    const distance = block.readUInt16LE(at);
    at += 2;
    to = copyWithin(plain, to, distance, minimumMatch + lengthFrom(token & 15));
  }
  return to;
}

/** By the code in the frame's header. */
const blockSizes: Readonly<Record<number, number>> = { 4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304 };
