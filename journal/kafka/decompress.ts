/** The codecs of record batches: 0 none, 1 gzip, 2 Snappy, 3 LZ4, 4 Zstandard. Ours are Zstandard; other producers choose theirs. */
import { gunzip, zstdDecompress } from 'node:zlib';
import { decompressLz4 } from './lz4.ts';
import { decompressSnappy } from './snappy.ts';

/** Fewer calls than with the 16 KB that are usual. */
const chunkSize = 256 * 1024;

export function knowsCodec(codec: number): boolean {
  return codec >= 0 && codec <= 4;
}

/** @throws Error where the bytes are not what the codec writes */
export async function decompress(codec: number, bytes: Buffer): Promise<Buffer> {
  switch (codec) {
    case 0:
      return bytes;
    case 1:
      return await promised((done) => gunzip(bytes, { chunkSize }, done));
    case 2:
      return decompressSnappy(bytes);
    case 3:
      return decompressLz4(bytes);
    case 4:
      return await promised((done) => zstdDecompress(bytes, { chunkSize }, done));
    default:
      throw new Error(`codec ${codec}`);
  }
}

type Done = (error: Error | null, result: Buffer) => void;

function promised(body: (done: Done) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => body((error, result) => (error ? reject(error) : resolve(result))));
}
