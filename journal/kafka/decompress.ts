/** The codecs of record batches: 0 none, 1 gzip, 2 Snappy, 3 LZ4, 4 Zstandard. Ours are Zstandard; other producers choose theirs. */
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { chunkSize, compression, decompressZstandard } from './compression.ts';
import { decompressLz4 } from './lz4.ts';
import { decompressSnappy } from './snappy.ts';

const gunzip = promisify(zlib.gunzip);

export function knowsCodec(codec: number): boolean {
  return codec >= 0 && codec <= 4;
}

/** @throws Error where the bytes are not what the codec writes */
export async function decompress(codec: number, bytes: Buffer): Promise<Buffer> {
  switch (codec) {
    case 0:
      return bytes;
    case 1:
      return await gunzip(bytes, { chunkSize });
    case 2:
      return decompressSnappy(bytes);
    case 3:
      return decompressLz4(bytes);
    case compression:
      return await decompressZstandard(bytes);
    default:
      throw new Error(`codec ${codec}`);
  }
}
