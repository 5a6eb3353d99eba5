/**
 * Snappy as Kafka's producers write it: blocks in the framing of snappy-java, or one bare block.
 *
 *     framed   82 'SNAPPY' 00 | version i32 | compatible i32 | (length i32 | block)*            big-endian
 *     block    length of the plain bytes (varint) | elements
 *     element  tag: bits 0-1 kind; 0 literal, length − 1 in bits 2-7, from 60 on in 1 to 4 bytes that follow
 *                               1 copy of 4 to 11 bytes, 11 bits of distance · 2, 3 copy of 1 to 64, distance in 2, 4 bytes      little-endian
 */
const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const framingBytes = 16;

/** @throws RangeError where the bytes are no such thing */
export function decompressSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, magic.length).equals(magic)) return decompressBlock(bytes);
  const blocks: Buffer[] = [];
  for (let at = framingBytes; at < bytes.length; ) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > bytes.length) throw new RangeError('snappy block cut off');
    blocks.push(decompressBlock(bytes.subarray(at, at + length)));
    at += length;
  }
  return Buffer.concat(blocks);
}

function decompressBlock(bytes: Buffer): Buffer {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes.readUInt8(at++);
    if (shift > 28) throw new RangeError('snappy length too long');
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  // No element says more than 64 bytes in 3, so a length that lies takes no memory.
  if (size > 32 * bytes.length) throw new RangeError('snappy length impossible');
  const plain = Buffer.allocUnsafe(size);
  let to = 0;
  while (at < bytes.length) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >>> 2;
      if (length >= 60) {
        const more = length - 59;
        length = bytes.readUIntLE(at, more);
        at += more;
      }
      length++;
      if (at + length > bytes.length || to + length > size) throw new RangeError('snappy literal cut off');
      bytes.copy(plain, to, at, at + length);
      at += length;
      to += length;
      continue;
    }
    const length = kind === 1 ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2);
    const distance =
      kind === 1
        ? ((tag >>> 5) << 8) | bytes.readUInt8(at)
        : kind === 2
          ? bytes.readUInt16LE(at)
          : bytes.readUInt32LE(at);
    at += kind === 3 ? 4 : kind;
    to = copyWithin(plain, to, distance, length);
  }
  if (to !== size) throw new RangeError('snappy block shorter than it says');
  return plain;
}

/** Copies what stands `distance` before, which may reach into what is being copied; returns the new end. */
export function copyWithin(plain: Buffer, to: number, distance: number, length: number): number {
  if (distance === 0 || distance > to || to + length > plain.length) throw new RangeError('copy from outside');
  if (distance >= length) plain.copyWithin(to, to - distance, to - distance + length);
  else for (let index = to; index < to + length; index++) plain[index] = plain[index - distance]!;
  return to + length;
}
