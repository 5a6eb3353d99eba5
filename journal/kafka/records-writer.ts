/**
 * The records of one batch (magic 2) as they are sent, before compression; kafkajs makes an encoder of 512 bytes for each of them.
 *
 *     | length | attributes 0 | Δtime 0 | Δoffset | key length | key | value length, −1: null | value | headers 0 |   varints, zigzag
 */

const firstBytes = 1024;
/** Attributes, Δtime and the number of headers. */
const fixedBytes = 3;

export class RecordsWriter {
  /** Records so far; kafkajs counts a batch's sequence numbers by it. */
  length = 0;
  #buffer: Buffer = Buffer.allocUnsafe(firstBytes);
  #end = 0;

  /** What has been written; valid until the next record. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  /** Bytes of the records with this one. */
  sizeWith(keyBytes: number, valueBytes: number): number {
    return this.#end + bodyBytes(this.length, keyBytes, valueBytes) + 5;
  }

  /** `valueBytes`: as UTF-8, −1 where there is no value. */
  add(key: string, keyBytes: number, value: string, valueBytes: number): void {
    const body = bodyBytes(this.length, keyBytes, valueBytes);
    this.#reserve(body + 5);
    this.#varint(body);
    this.#buffer[this.#end++] = 0;
    this.#buffer[this.#end++] = 0;
    this.#varint(this.length);
    this.#varint(keyBytes);
    this.#text(key, keyBytes);
    this.#varint(valueBytes);
    if (valueBytes > 0) this.#text(value, valueBytes);
    this.#buffer[this.#end++] = 0;
    this.length++;
  }

  #reserve(more: number): void {
    const needed = this.#end + more;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }

  #varint(value: number): void {
    let left = zigzag(value);
    while (left > 0x7f) {
      this.#buffer[this.#end++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.#buffer[this.#end++] = left;
  }

  #text(text: string, bytes: number): void {
    // As many bytes as characters: ASCII, which is copied as it is.
    this.#buffer.write(text, this.#end, bytes === text.length ? 'latin1' : 'utf8');
    this.#end += bytes;
  }
}

function bodyBytes(index: number, keyBytes: number, valueBytes: number): number {
  return (
    fixedBytes +
    varintBytes(index) +
    varintBytes(keyBytes) +
    keyBytes +
    varintBytes(valueBytes) +
    Math.max(0, valueBytes)
  );
}

function varintBytes(value: number): number {
  const left = zigzag(value);
  return left < 0x80 ? 1 : left < 0x4000 ? 2 : left < 0x20_0000 ? 3 : left < 0x1000_0000 ? 4 : 5;
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
